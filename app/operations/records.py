"""Writing booking rows, with their attendees, allocations and seats; always inside a running write transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from peewee import ModelSelect

from app.booking.refusals import InvalidTransition, NotFound
from app.booking.statuses import Status
from app.booking.values import Instant
from app.operations.context import Context
from app.operations.extras import keep_extras
from app.operations.placing import Place
from app.operations.wanted import Wanted
from app.storage import allocations, approvals, sessions
from app.storage.base import database_proxy
from app.storage.public_ids import new_public_id
from app.storage.statements import insert_row, insert_rows
from app.storage.tables import Allocation, Attendee, Booking, Client

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Texts:
    """Checked texts of a booking."""

    comment: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    attendees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """What a booking belongs to: a series (with the occurrence's first start), a visit."""

    series_id: int | None = None
    occurrence_at: Instant | None = None
    visit: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """All there is to write of a new booking besides its time and place; ``unconfirmed``: by its client, by mail."""

    status: Status
    client: Client | None = None
    texts: Texts = Texts()
    expires_at: Instant | None = None
    origin: Origin = Origin()
    tzid: str = ""
    unconfirmed: bool = False


def add_booking(context: Context, wanted: Wanted, place: Place, draft: Draft) -> Booking:
    """Write a booking and take what it takes.

    Raises:
        OverlapRefused: the database's guard, when another transaction was faster all the same.
    """
    session_id = session_for(context, wanted, place)
    values = {
        "public_id": new_public_id(),
        "version": 1,
        "service_id": wanted.service.id,
        "location_id": wanted.location.id,
        "client_id": None if draft.client is None else draft.client.id,
        "start_at": wanted.start,
        "end_at": wanted.end,
        "status": draft.status.value,
        "expires_at": draft.expires_at,
        "seats": wanted.wish.seats,
        "session_id": session_id,
        "series_id": draft.origin.series_id,
        "occurrence_at": draft.origin.occurrence_at,
        "visit": draft.origin.visit,
        "created_by_id": context.actor.user_id,
        "comment": draft.texts.comment,
        "answers": json.dumps(dict(draft.texts.answers), ensure_ascii=False),
        "tzid": draft.tzid,
        "sequence": 0,
        "created_at": context.now,
        "changed_at": context.now,
        "unconfirmed": draft.unconfirmed,
    }
    row = Booking(id=insert_row("booking", values), **values)
    add_attendees(row, draft.client, draft.texts.attendees)
    occupy(row, wanted, place.resource_ids, session_id)
    keep_extras(row, wanted.service, place.resource_ids)
    return row


def session_for(context: Context, wanted: Wanted, place: Place) -> int | None:
    """Return the session whose seats a booking takes; None for services of one seat."""
    return group_session(context, wanted, place) if wanted.service.capacity > 1 else None


def group_session(context: Context, wanted: Wanted, place: Place) -> int:
    """Return the group session of a place, opened where there is none yet."""
    if place.session_id is not None:
        return place.session_id
    session_id = sessions.add_session(wanted.service, wanted.location.id, wanted.start, wanted.end, context.now)
    take(wanted, place.resource_ids, session_id=session_id)
    return session_id


def occupy(row: Booking, wanted: Wanted, resource_ids: Iterable[int], session_id: int | None) -> None:
    """Take the resources, or seats of the session, for a booking row."""
    if session_id is None:
        take(wanted, resource_ids, booking_id=row.id, expires_at=row.expires_at)
    else:
        sessions.take_seats(session_id, row.id, wanted.wish.seats)


def take(
    wanted: Wanted,
    resource_ids: Iterable[int],
    *,
    booking_id: int | None = None,
    session_id: int | None = None,
    expires_at: Instant | None = None,
) -> None:
    """Write the allocations of these resources, buffers included."""
    start, end = wanted.with_buffers
    wished = [(resource_id, start, end) for resource_id in resource_ids]
    if wished:
        allocations.take(wished, booking_id=booking_id, session_id=session_id, expires_at=expires_at)


def add_attendees(row: Booking, client: Client | None, names: Iterable[str]) -> None:
    """Write who comes; the client is the first."""
    people = [] if client is None else [(row.id, 0, client.id, client.name)]
    people += [(row.id, position, None, name) for position, name in enumerate(names, 1)]
    columns = ("booking_id", "position", "client_id", "name")
    insert_rows("attendee", [dict(zip(columns, one, strict=True)) for one in people])


def get_locked(public_id: str) -> Booking:
    """Return the booking row, locked against others until the transaction ends.

    Raises:
        NotFound: no booking has this id.
    """
    row: Booking | None = locked(Booking.select().where(Booking.public_id == public_id)).first()
    if row is None:
        raise NotFound(kind="booking", reference=public_id)
    return row


def locked(query: ModelSelect, *, skip: bool = False) -> ModelSelect:
    """Lock the selected rows until the transaction ends; ``skip`` leaves out those that somebody else has locked.

    SQLite has no row locks: its immediate transaction is the only writer already.
    """
    if not database_proxy.for_update:
        return query
    return query.for_update("FOR UPDATE SKIP LOCKED" if skip else "FOR UPDATE")


def in_batches(overdue: ModelSelect) -> Iterator[Booking]:
    """Yield all overdue rows, locked: whoever handles one makes it overdue no more, so the next batch has others."""
    batch = None
    while batch is None or len(batch) == AT_ONCE:
        batch = list(locked(overdue.order_by(Booking.id).limit(AT_ONCE), skip=True))
        yield from batch


def fill_in(context: Context, row: Booking, draft: Draft) -> None:
    """Complete a held booking with what the client gave; an offer of the waiting list has its client already."""
    row.client, row.comment, row.tzid = draft.client, draft.texts.comment, draft.tzid
    row.answers = json.dumps(dict(draft.texts.answers), ensure_ascii=False)
    set_status(context, row, draft.status, draft.expires_at)
    Attendee.delete().where(Attendee.booking == row.id).execute()
    add_attendees(row, draft.client, draft.texts.attendees)


def check_held(row: Booking, now: Instant) -> None:
    """Raise InvalidTransition unless this is a hold that has not run out: other statuses are not to be confirmed."""
    if row.status != Status.HELD:
        raise InvalidTransition(row.status, Status.CONFIRMED.value)
    check_not_expired(row, now)


def check_not_expired(row: Booking, now: Instant) -> None:
    """Raise InvalidTransition when a hold or request ran out, even if nobody has cleaned up yet."""
    if row.expires_at is not None and row.expires_at <= now:
        raise InvalidTransition(row.status, "expired")


def resource_ids(row: Booking) -> tuple[int, ...]:
    """Return the row ids of what the booking takes, its session's resources included."""
    owner = Allocation.booking == row.id if row.session_id is None else Allocation.session == row.session_id
    query = Allocation.select(Allocation.resource).where(owner, Allocation.change.is_null()).tuples()
    return tuple(sorted({one for (one,) in query}))


def set_status(context: Context, row: Booking, status: Status, expires_at: Instant | None = None) -> None:
    """Write a new status; a booking that becomes firm stops expiring."""
    row.status, row.expires_at, row.changed_at = status.value, expires_at, context.now
    if status is Status.CONFIRMED:
        row.checked_in_at = checked_in_since(row, context.now)
    row.version += 1
    row.save()
    Allocation.update(expires_at=expires_at).where(Allocation.booking == row.id).execute()


def checked_in_since(row: Booking, now: Instant) -> Instant | None:
    """Return since when nobody has to check in any more to a booking that gets this time now.

    Whoever decides about a time that has begun knows that somebody is there; to one that is to come everybody still has
    to check in.
    """
    if row.start_at > now:
        return None
    return row.checked_in_at if row.checked_in_at is not None else now


def give_back(row: Booking, now: Instant, *, keep_record: bool = False) -> None:
    """Give back all that a booking takes; a session whose last seat this was ends.

    ``keep_record``: whose the booking was stays known, for those who look at what was cancelled.
    """
    if keep_record:
        allocations.retire(row.id)
    else:
        allocations.release(row.id)
    if row.session_id is not None:
        sessions.close_if_empty(row.session_id, now)


def release(context: Context, row: Booking, status: Status) -> None:
    """Give back all that the booking takes and end it with this status; of mere holds nothing is kept."""
    give_back(row, context.now, keep_record=row.status != Status.HELD)
    if row.status == Status.REQUESTED:
        approvals.end_steps(row.id)
    row.status, row.expires_at, row.changed_at = status.value, None, context.now
    row.version += 1
    row.sequence += 1
    row.save()
