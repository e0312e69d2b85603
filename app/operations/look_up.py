"""Looking at bookings: one, a calendar's worth, the requests; reduced to what the actor may see.

Every list costs a fixed number of queries, whatever the number of rows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from peewee import JOIN, Expression, ModelSelect

from app.access.actors import ActorKind
from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import NotFound
from app.booking.statuses import ACTIVE, Status
from app.booking.values import Catalog, Cause, Instant, Label, Taken
from app.operations.audit.looks import tell_look
from app.operations.audit.recording import Subject
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.rights import target_of, target_of_resource
from app.operations.views import AccountView, BookingView, ChangeView, ClientView, ResourceView
from app.operations.within import bookings_within
from app.storage import clients, taken
from app.storage.labels import labels_of
from app.storage.tables import Allocation, Attendee, Booking, ChangeRequest, Client, GroupSession, Series, User
from app.texts import mark

MOST = 2000
BUSY = mark("Busy")
"""The title of what the actor may not see; said where it is shown, so that it can be told from other titles."""
DECIDING = (Permission.APPROVE, Permission.DECLINE)
_LEAST = {True: Permission.SEE_BUSY, False: Permission.SEE_TITLES}
"""What those who are signed in, and clients with their link, need to know of a booking at all."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What belongs to a set of bookings, by booking row id, and the set-up that they name."""

    catalog: Catalog
    resources: Mapping[int, list[int]] = field(default_factory=dict)
    attendees: Mapping[int, list[str]] = field(default_factory=dict)
    changes: Mapping[int, ChangeView] = field(default_factory=dict)
    wished: Mapping[int, Sequence[int]] = field(default_factory=dict)
    labels: Mapping[int, Sequence[int]] = field(default_factory=dict)
    accounts: Mapping[int, AccountView] = field(default_factory=dict)


def get_booking(context: Context, public_id: str) -> BookingView:
    """Return one booking.

    Raises:
        NotFound: no such booking, or not one that the actor may know of: also when it is nobody's any more, and the
            actor has its link. NotAllowed: they may see no more than "Busy".
    """
    view = view_of(context, public_id)
    if view.is_nobodys and not context.actor.is_staff:
        raise NotFound(kind="booking", reference=public_id)
    if not context.may(_LEAST[context.actor.is_staff], view.target):
        raise NotFound(kind="booking", reference=public_id)
    context.require(Permission.SEE_TITLES, view.target)
    return view


def look_at_booking(context: Context, public_id: str) -> BookingView:
    """Return one booking to be shown with its confidential answers, and write down that somebody signed in looks.

    Raises:
        NotFound, NotAllowed: as for ``get_booking``.
    """
    view = get_booking(context, public_id)
    if (
        not view.answers
        or context.actor.kind is not ActorKind.USER
        or tell_look(context, Subject(Kind.BOOKING, view.public_id))
    ):
        return view
    return replace(view, answers={}, withheld=True)


def row_of(public_id: str | None) -> Booking | None:
    """Return the row of a booking, None where there is none."""
    row: Booking | None = None if public_id is None else Booking.get_or_none(Booking.public_id == public_id)
    return row


def view_of(context: Context, public_id: str) -> BookingView:
    """Return a booking to whoever has just acted on it."""
    views = views_of(context, [public_id])
    if not views:
        raise NotFound(kind="booking", reference=public_id)
    return views[0]


def views_of(context: Context, public_ids: Collection[str]) -> list[BookingView]:
    """Return bookings to whoever has just acted on them, by start."""
    query = _select().where(Booking.public_id.in_(public_ids)).order_by(Booking.start_at, Booking.id)
    return context.store.read(lambda: _views(context, query, own=public_ids))


def bookings_behind(
    context: Context, found: Iterable[Taken], start: Instant, end: Instant, only: Collection[Expression] = ()
) -> list[BookingView]:
    """Return the bookings behind what takes resources (``list_busy_times``) that overlap ``[start, end)``, by start.

    All of them, so that no time is taken without its booking; two more queries for what belongs to them. Those of which
    the actor may not even know that the time is taken are left out. ``only``: further conditions.
    """
    context.require_anywhere(Permission.SEE_BUSY)
    references: dict[Cause, set[str]] = defaultdict(set)
    for one in found:
        references[one.cause].add(one.reference)
    sessions = GroupSession.select(GroupSession.id).where(GroupSession.public_id.in_(references[Cause.SESSION]))
    alone = Booking.select(Booking.id).where(Booking.public_id.in_(references[Cause.BOOKING]))
    together = Booking.select(Booking.id).where(Booking.session.in_(sessions))
    query = _select().where(
        Booking.id.in_(alone | together),  # one set of ids from two indexes, as for requests
        Booking.start_at < end,
        Booking.end_at > start,
        Booking.status.in_([status.value for status in ACTIVE]),
        *only,
    )
    views = context.store.read(lambda: _views(context, query.order_by(Booking.start_at, Booking.id)))
    return [view for view in views if context.may(Permission.SEE_BUSY, view.target)]


def list_requests(context: Context) -> list[BookingView]:
    """Return requested bookings and confirmed ones with a wished change, the next to begin first.

    Only those that the actor may approve or decline.

    Raises:
        NotAllowed: there can be none.
    """
    query = _requests(context).order_by(Booking.start_at).limit(MOST)
    views = context.store.read(lambda: _views(context, query, to_decide=True))
    return [view for view in views if any(context.may(one, view.target) for one in DECIDING)]


def count_requests(context: Context) -> int:
    """Return how many ``list_requests`` lists, without reading what is in them.

    Raises:
        NotAllowed: there can be none.
    """
    query = _requests(context).limit(MOST)

    def count() -> int:
        rows = list(query)
        parts = _parts_to_decide(context.catalog, rows)
        targets = (_target(row, parts) for row in rows)
        return sum(any(context.may(one, target) for one in DECIDING) for target in targets)

    return context.store.read(count)


def _requests(context: Context) -> ModelSelect:
    if not context.may(Permission.DECLINE):
        context.require_anywhere(Permission.APPROVE)
    changed = ChangeRequest.select(ChangeRequest.booking).where(
        ChangeRequest.status == "requested", ChangeRequest.expires_at > context.now
    )
    waits = Booking.select(Booking.id).where(
        Booking.status == Status.REQUESTED.value, Booking.expires_at.is_null(False), Booking.expires_at > context.now
    )
    # One set of ids from two indexes: with OR both databases would read through all bookings of all time.
    return _select().where(Booking.id.in_(waits | changed))


def list_busy_times(context: Context, start: Instant, end: Instant, resource_ids: Sequence[int]) -> list[Taken]:
    """Return everything that takes these resources in ``[start, end)``, busy times of outside calendars included.

    The title of a busy time is left out where the actor may not see details.
    """
    context.require_anywhere(Permission.SEE_BUSY)
    found = context.store.read(lambda: taken.find_conflicts(resource_ids, start, end, context.now))
    return [_as_seen(context, one) for one in found]


def _as_seen(context: Context, one: Taken) -> Taken:
    if one.cause is not Cause.BUSY_TIME or context.may(
        Permission.SEE_DETAILS, target_of_resource(context.catalog.resources[one.resource_id])
    ):
        return one
    return replace(one, reference="")


def find_clients(context: Context, text: str, limit: int = 20) -> list[ClientView]:
    """Return clients found by ``text``, of bookings whose contacts the actor may see, by name.

    ``text``: a whole email address or phone number, or words of a name or their beginnings, from three letters on.
    """
    context.require_anywhere(Permission.SEE_CONTACTS)
    within = bookings_within(context, Permission.SEE_CONTACTS)

    def look() -> list[Client]:
        query = Client.select().where(Client.id.in_(clients.find_client_ids(text)))
        if within is not None:
            query = query.where(Client.id.in_(Booking.select(Booking.client).where(within)))
        return list(query)

    rows = context.store.read(look)
    found = [ClientView(row.public_id, row.name, row.email, row.phone) for row in rows]
    return sorted(found, key=lambda one: (one.name.casefold(), one.public_id))[:limit]


def read_views(context: Context, narrow: Callable[[ModelSelect], ModelSelect]) -> list[BookingView]:
    """Return the bookings that ``narrow`` leaves of the query for all (with Client and Series), inside a read."""
    return _views(context, narrow(_select()))


def _select() -> ModelSelect:
    return (
        Booking.select(Booking, Client, Series.id, Series.public_id)
        .join(Client, JOIN.LEFT_OUTER)
        .switch(Booking)
        .join(Series, JOIN.LEFT_OUTER)
    )


def _views(
    context: Context, query: ModelSelect, own: Collection[str] = (), *, to_decide: bool = False
) -> list[BookingView]:
    """Return what the actor may see; ``to_decide``: what a wished change would take counts like what is taken."""
    rows = list(query)
    parts = (_parts_to_decide if to_decide else _parts_of)(context.catalog, rows)
    return [_view(context, row, parts, own) for row in rows]


def _parts_to_decide(catalog: Catalog, rows: Sequence[Booking]) -> _Parts:
    parts = _parts_of(catalog, rows)
    return replace(parts, wished={key: one.resource_ids for key, one in parts.changes.items()})


def _target(row: Booking, parts: _Parts) -> Target:
    return target_of(row, [*parts.resources[row.id], *parts.wished.get(row.id, ())])


def _parts_of(catalog: Catalog, rows: Sequence[Booking]) -> _Parts:
    ids = [row.id for row in rows]
    if not ids:
        return _Parts(catalog)
    labels = labels_of(ids) if catalog.labels else {}
    return _Parts(
        catalog,
        _resources_of(rows),
        _attendees_of(ids),
        _changes_of(ids),
        labels=labels,
        accounts=_accounts_of({row.responsible_id for row in rows} - {None}),
    )


def _accounts_of(ids: Collection[int]) -> dict[int, AccountView]:
    query = User.select(User.id, User.public_id, User.name, User.active).where(User.id.in_(sorted(ids)))
    return {row.id: AccountView(row.public_id, row.name, row.active) for row in query} if ids else {}


def _resources_of(rows: Iterable[Booking]) -> dict[int, list[int]]:
    """Resources by booking: its own allocations, or those of its session."""
    ids = [row.id for row in rows]
    sessions = {row.session_id for row in rows if row.session_id is not None}
    own = Allocation.select(Allocation.booking, Allocation.session, Allocation.resource).where(
        Allocation.change.is_null(), Allocation.booking.in_(ids) | Allocation.session.in_(sessions or [0])
    )
    by_booking: dict[int, list[int]] = defaultdict(list)
    by_session: dict[int, list[int]] = defaultdict(list)
    for booking_id, session_id, resource_id in own.order_by(Allocation.resource).tuples():
        (by_session[session_id] if booking_id is None else by_booking[booking_id]).append(resource_id)
    return {row.id: by_session[row.session_id] if row.session_id else by_booking[row.id] for row in rows}


def _attendees_of(ids: Sequence[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    query = Attendee.select(Attendee.booking, Attendee.position, Attendee.name)
    for row in query.where(Attendee.booking.in_(ids), Attendee.position > 0).order_by(Attendee.position):
        names[row.booking_id].append(row.name)
    return names


def _changes_of(ids: Sequence[int]) -> dict[int, ChangeView]:
    query = ChangeRequest.select().where(ChangeRequest.booking.in_(ids), ChangeRequest.status == "requested")
    return {row.booking_id: _change(row) for row in query}


def _change(row: ChangeRequest) -> ChangeView:
    wished = tuple(json.loads(row.resource_ids))
    return ChangeView(row.public_id, row.start_at, row.end_at, row.expires_at, wished)


def _view(context: Context, row: Booking, parts: _Parts, own: Collection[str]) -> BookingView:
    catalog = parts.catalog
    location = catalog.locations[row.location_id]
    resource_ids = parts.resources[row.id]
    resources = [catalog.resources[one] for one in resource_ids]
    base = BookingView(
        public_id=row.public_id,
        status=row.status,
        start=row.start_at,
        end=row.end_at,
        service="",
        service_name=BUSY,
        location=location.public_id,
        location_name=location.name,
        tzid=location.tzid,
        location_address=location.address,
        resources=tuple(ResourceView(one.public_id, one.name, one.kind.value) for one in resources),
        version=row.version,
        sequence=row.sequence,
        changed_at=row.changed_at,
        link_number=row.link_number,
        is_nobodys=row.client_id is None and row.status != Status.HELD,
        target=_target(row, parts),
    )
    mine = row.public_id in own and not context.actor.is_staff
    for permission, add in _PARTS:
        if mine or context.may(permission, base.target):
            base = add(base, row, parts)
    return _with_marks(context, base, row, parts) if context.actor.is_staff else base


def _with_marks(context: Context, view: BookingView, row: Booking, parts: _Parts) -> BookingView:
    """Add what staff alone see: labels, and who is responsible."""
    if context.may(Permission.SEE_TITLES, view.target):
        view = replace(view, responsible=parts.accounts.get(row.responsible_id))
    return replace(view, labels=_labels(row, parts)) if context.may(Permission.SEE_DETAILS, view.target) else view


def _labels(row: Booking, parts: _Parts) -> tuple[Label, ...]:
    own = parts.labels.get(row.id, ())
    return tuple(one for one in parts.catalog.labels.values() if one.id in own)


def _with_title(view: BookingView, row: Booking, parts: _Parts) -> BookingView:
    service = parts.catalog.services[row.service_id]
    return replace(
        view,
        service=service.public_id,
        service_name=service.name,
        series=row.series.public_id if row.series_id else None,
        seats=row.seats,
        visit=row.visit,
        expires_at=row.expires_at,
        checked_in_at=row.checked_in_at,
        unconfirmed=row.unconfirmed,
    )


def _with_details(view: BookingView, row: Booking, parts: _Parts) -> BookingView:
    return replace(view, comment=row.comment, change=parts.changes.get(row.id))


def _with_client(view: BookingView, row: Booking, parts: _Parts) -> BookingView:
    if row.client_id is None:
        return view
    return replace(
        view,
        client=row.client.public_id,
        client_name=row.client.name,
        client_email=row.client.email,
        client_phone=row.client.phone,
        client_tzid=row.tzid,
        attendees=tuple(parts.attendees.get(row.id, ())),
    )


def _with_answers(view: BookingView, row: Booking, parts: _Parts) -> BookingView:
    return replace(view, answers=json.loads(row.answers))


_PARTS = (
    (Permission.SEE_TITLES, _with_title),
    (Permission.SEE_DETAILS, _with_details),
    (Permission.SEE_CONTACTS, _with_client),
    (Permission.SEE_CONFIDENTIAL, _with_answers),
)
"""What is added to a view, each by its own permission."""
