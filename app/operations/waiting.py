"""The waiting list: who waits, and holding a freed slot for the next person for a limited time."""

from __future__ import annotations

import json
from dataclasses import dataclass

from peewee import JOIN

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import AlreadyWaiting, InvalidInput, NotFound, Refusal
from app.booking.rules import Wish
from app.booking.slots import SlotQuery, duration_of, find_slots
from app.booking.statuses import Status
from app.booking.values import MINUTE, Catalog, Instant, Interval
from app.look.features import Feature
from app.operations import records
from app.operations.accounts.throttle import count_waiting
from app.operations.announce import announce
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import MASKED, Action, Kind
from app.operations.clients.booking_clients import find_or_add_client
from app.operations.context import Context
from app.operations.look import has_feature
from app.operations.names import candidate_ids, get_location, get_service, provider_id
from app.operations.placing import choose
from app.operations.requests import WaitingRequest
from app.operations.views import WaitingView
from app.operations.wanted import Wanted
from app.storage import outbox, taken
from app.storage.public_ids import new_public_id
from app.storage.tables import Booking, ChangeRequest, Client, WaitingEntry
from app.texts import _

OPEN = ("waiting", "offered")
LOOK_AT = 20
TRY_STARTS = 3


@dataclass(frozen=True, slots=True)
class Freed:
    """What a booking took, buffers not included, before it gave it back; ``seats``: how many, of a group session."""

    service_id: int
    location_id: int
    start: Instant
    end: Instant
    resource_ids: tuple[int, ...]
    seats: int = 1


def join_waiting_list(context: Context, request: WaitingRequest) -> WaitingView:
    """Put a client on the waiting list of a service.

    Raises:
        AlreadyWaiting: the client waits for this service there already.
        NotFound, InvalidInput, WrongDuration: names, numbers and texts as for ``book``.
    """
    catalog = context.catalog
    service = get_service(context, catalog, request.service)
    location = get_location(catalog, request.location)
    if not context.now < request.latest or request.earliest >= request.latest:
        raise InvalidInput("latest", _("Please choose a last day that is not over yet."))
    wished = provider_id(catalog, service, request.provider)
    minutes = duration_of(service, request.duration_minutes)

    def work() -> str:
        context.store.lock_rows(service.id, ())  # of two who join at once the second has to see the first
        client = find_or_add_client(context, request.client)
        if _waits(context, client.id, service.id, location.id):
            raise AlreadyWaiting()
        row = WaitingEntry.create(
            public_id=new_public_id(),
            service=service.id,
            location=location.id,
            resource=wished,
            client=client.id,
            duration_minutes=minutes,
            earliest=request.earliest,
            latest=request.latest,
            tzid=request.client.tzid,
            created_at=context.now,
            changed_at=context.now,
        )
        place = {"service": service.public_id, "location": location.public_id, "client": MASKED}
        asked = {**place, "earliest": request.earliest, "latest": request.latest}
        record(context, Action.WAITING_JOINED, Subject(Kind.WAITING, row.public_id), Change(after=asked))
        outbox.add_message("waiting_joined", None, {"waiting": row.public_id}, context.now)
        count_waiting(context.source, request.client.email, context.now)
        return str(row.public_id)

    public_id = context.store.write(work)
    return context.store.read(lambda: _view(catalog, WaitingEntry.get(WaitingEntry.public_id == public_id)))


def _waits(context: Context, client_id: int, service_id: int, location_id: int) -> bool:
    entries = WaitingEntry.select().where(
        WaitingEntry.client == client_id,
        WaitingEntry.service == service_id,
        WaitingEntry.location == location_id,
        WaitingEntry.status.in_(OPEN),
        WaitingEntry.latest > context.now,
    )
    return bool(entries.exists())


def leave_waiting_list(context: Context, public_id: str) -> None:
    """Take an entry off the list: staff, or the client who holds its link.

    Raises:
        NotFound: no such entry, or it does not wait (any more). NotAllowed.
    """
    if context.actor.waiting != public_id:
        context.require_anywhere(Permission.BOOK_FOR_OTHERS)

    def work() -> None:
        for row in _by_public_id(public_id):
            _require(context, row, Permission.BOOK_FOR_OTHERS)
        changed = (
            WaitingEntry.update(status="left", changed_at=context.now)
            .where(WaitingEntry.public_id == public_id, WaitingEntry.status == "waiting")
            .execute()
        )
        if not changed:
            raise NotFound(kind="waiting entry", reference=public_id)
        record(context, Action.WAITING_LEFT, Subject(Kind.WAITING, public_id))

    context.store.write(work)


def get_waiting(context: Context, public_id: str) -> WaitingView:
    """Return an entry to staff, or to the client who holds its link; also one that does not wait any more.

    Raises:
        NotFound, NotAllowed.
    """
    if context.actor.waiting != public_id:
        context.require_anywhere(Permission.SEE_CONTACTS)

    def look() -> WaitingView:
        for row in _by_public_id(public_id):
            _require(context, row, Permission.SEE_CONTACTS)
            return _view(context.catalog, row)
        raise NotFound(kind="waiting entry", reference=public_id)

    return context.store.read(look)


def _require(context: Context, row: WaitingEntry, permission: Permission) -> None:
    """Clients need no permission for the entry that their link names."""
    if context.actor.waiting != row.public_id:
        context.require(permission, _target(context.catalog, row))


def _target(catalog: Catalog, row: WaitingEntry) -> Target:
    """Whoever could give what a client waits for is concerned by it."""
    wished = row.resource_id
    resources = candidate_ids(catalog.services[row.service_id]) if wished is None else (wished,)
    return Target(resource_ids=resources, location_id=row.location_id, service_id=row.service_id)


def _by_public_id(public_id: str) -> list[WaitingEntry]:
    return list(WaitingEntry.select().where(WaitingEntry.public_id == public_id))


def list_waiting(context: Context) -> list[WaitingView]:
    """Return the open entries of clients whose contacts the actor may see, the longest waiting first."""
    context.require_anywhere(Permission.SEE_CONTACTS)
    catalog = context.catalog

    def look() -> list[WaitingView]:
        rows = [row for row in query if context.may(Permission.SEE_CONTACTS, _target(catalog, row))]
        return [_view(catalog, row) for row in rows]

    query = (
        WaitingEntry.select(WaitingEntry, Client, Booking)
        .join(Client)
        .switch(WaitingEntry)
        .join(Booking, JOIN.LEFT_OUTER)
        .where(WaitingEntry.status.in_(OPEN), WaitingEntry.latest > context.now)
        .order_by(WaitingEntry.id)
    )
    return context.store.read(look)


def _view(catalog: Catalog, row: WaitingEntry) -> WaitingView:
    location = catalog.locations[row.location_id]
    return WaitingView(
        public_id=row.public_id,
        status=row.status,
        service_name=catalog.services[row.service_id].name,
        location_name=location.name,
        tzid=location.tzid,
        client_name=row.client.name,
        earliest=row.earliest,
        latest=row.latest,
        since=row.created_at,
        offered_booking=row.offered_booking.public_id if row.offered_booking_id else None,
        link_number=row.link_number,
        offered_link_number=row.offered_booking.link_number if row.offered_booking_id else 0,
    )


def end_offer(context: Context, row: Booking, status: str) -> None:
    """Close the waiting entry for which this booking was held, if there is one, with a status."""
    WaitingEntry.update(status=status, changed_at=context.now).where(
        WaitingEntry.offered_booking == row.id, WaitingEntry.status == "offered"
    ).execute()


def freed_by(row: Booking) -> Freed:
    """Return what a booking takes at this moment; ask before giving it back."""
    return Freed(row.service_id, row.location_id, row.start_at, row.end_at, records.resource_ids(row), _seats(row))


def wished_by(row: Booking, change: ChangeRequest) -> Freed:
    """Return what a change request holds beside the booking's own time."""
    resource_ids = tuple(json.loads(change.resource_ids))
    return Freed(row.service_id, row.location_id, change.start_at, change.end_at, resource_ids, _seats(row))


def _seats(row: Booking) -> int:
    """Return how many could use what a booking gives back: each seat of a group session is for somebody else."""
    return 1 if row.session_id is None else int(row.seats)


def offer_freed(context: Context, freed: Freed) -> None:
    """Hold what a booking gave back for the first waiting client who can use it, in the same transaction.

    Whoever cancels has no say in it, so the system acts. At most one offer is made per freed booking or seat. What has
    expired has to be given back before, for an offer may begin within it.
    """
    if freed.start <= context.now or not has_feature(context, Feature.WAITING):
        return
    entries = (
        WaitingEntry.select()
        .where(WaitingEntry.status == "waiting", WaitingEntry.location == freed.location_id)
        .where(WaitingEntry.service.in_(_services_for(context, freed)))
        .where(WaitingEntry.earliest < freed.end, WaitingEntry.latest > freed.start)
        .order_by(WaitingEntry.id)
        .limit(LOOK_AT)
    )
    system, left = context.as_system(), freed.seats
    for entry in list(records.locked(entries, skip=True)):
        left -= _try_offer(system, entry, freed)
        if not left:
            return


def _services_for(context: Context, freed: Freed) -> list[int]:
    """Return the row ids of the services that could use what was freed: the same one, or any with such a resource."""
    resources = set(freed.resource_ids)
    services = context.catalog.services.values()
    return [one.id for one in services if one.id == freed.service_id or resources.intersection(candidate_ids(one))]


def _try_offer(context: Context, entry: WaitingEntry, freed: Freed) -> bool:
    if entry.duration_minutes not in context.catalog.services[entry.service_id].durations_minutes:
        return False
    reach = (freed.start - entry.duration_minutes * MINUTE, freed.end)
    return any(_offer(context, entry, start) for start in _free_starts(context, entry, reach)[:TRY_STARTS])


def _free_starts(context: Context, entry: WaitingEntry, reach: Interval) -> list[Instant]:
    """Starts within the freed interval's reach that the entry may have, the first one first."""
    start, end = max(reach[0], entry.earliest, context.now), min(reach[1], entry.latest)
    if start >= end:
        return []
    service = context.catalog.services[entry.service_id]
    query = SlotQuery(service.id, entry.location_id, start, end, entry.duration_minutes, entry.resource_id)
    margin = (service.buffer_before_minutes + service.buffer_after_minutes + entry.duration_minutes) * MINUTE
    busy = taken.find_taken(candidate_ids(service), start - margin, end + margin, context.now)
    open_sessions = taken.find_sessions(service.id, entry.location_id, start, end, context.now)
    return find_slots(context.catalog, query, busy, context.now, sessions=open_sessions)


def _offer(context: Context, entry: WaitingEntry, start: Instant) -> bool:
    catalog = context.catalog
    service = catalog.services[entry.service_id]
    wish = Wish(service.id, entry.location_id, start, entry.duration_minutes, entry.resource_id)
    wanted = Wanted(catalog, service, catalog.locations[entry.location_id], wish)
    try:
        place = choose(context, wanted, entry.client.email)
    except Refusal:  # the next start, or the next who waits, may do
        return False
    expires_at = min(context.now + service.offer_minutes * MINUTE, start)
    draft = records.Draft(Status.HELD, entry.client, expires_at=expires_at, tzid=entry.tzid)
    row = records.add_booking(context, wanted, place, draft)
    entry.status, entry.offered_booking, entry.changed_at = "offered", row.id, context.now
    entry.save()
    announce(context, row, "slot_offered")
    return True
