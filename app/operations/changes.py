"""Change requests: the wished time of a confirmed booking is held beside the old one until somebody approves."""

from __future__ import annotations

import json
from collections import defaultdict

from app.booking.approvals import decided_before
from app.booking.intervals import covers, normalise, subtract
from app.booking.values import MINUTE, Instant, Interval
from app.operations import records
from app.operations.announce import announce
from app.operations.approvals.asking import Asking, ask, expiry_of_request
from app.operations.audit.bookings import tell, when_and_what
from app.operations.audit.recording import difference
from app.operations.audit.words import Action
from app.operations.context import Context
from app.operations.placing import Place
from app.operations.waiting import Freed, wished_by
from app.operations.wanted import Wanted
from app.storage import allocations, approvals, sessions
from app.storage.public_ids import new_public_id
from app.storage.tables import Allocation, Booking, ChangeRequest, Seat


def request_change(context: Context, row: Booking, wanted: Wanted, place: Place, asking: Asking) -> list[Freed]:
    """Hold the new time beside the old one: only the parts that the booking does not have already.

    Returns what an earlier wish for another time gives back.
    """
    freed = end_change(context, row)
    limit = decided_before(context.now, wanted.start, row.start_at)
    change = ChangeRequest.create(
        public_id=new_public_id(),
        booking=row.id,
        start_at=wanted.start,
        end_at=wanted.end,
        resource_ids=json.dumps(place.resource_ids),
        expires_at=expiry_of_request(context, wanted.service, limit, asking),
        created_by=context.actor.user_id,
        created_at=context.now,
        changed_at=context.now,
    )
    if wanted.service.capacity > 1:
        session_id = records.group_session(context, wanted, place)
        sessions.take_seats(session_id, row.id, row.seats, change_id=change.id)
    else:
        _hold_beside(row, wanted, place, change)
    ask(context, row, asking, change)
    row.version, row.changed_at = row.version + 1, context.now
    row.save()
    before = when_and_what(context, row, records.resource_ids(row))
    wished = difference(before, when_and_what(context, change, place.resource_ids))
    tell(context, Action.CHANGE_WISHED, row, wished, wanted.reason)
    announce(context, row, "change_requested", change=change.public_id, new_start=wanted.start)
    return freed


def _hold_beside(row: Booking, wanted: Wanted, place: Place, change: ChangeRequest) -> None:
    start, end = wanted.with_buffers
    for resource_id in place.resource_ids:
        own = sorted(
            Allocation.select(Allocation.start_at, Allocation.end_at)
            .where(Allocation.booking == row.id, Allocation.resource == resource_id)
            .tuples()
        )
        missing = [(resource_id, *part) for part in subtract([(start, end)], own)]
        if missing:
            allocations.take(missing, booking_id=row.id, change_id=change.id, expires_at=change.expires_at)


def end_change(context: Context, row: Booking) -> list[Freed]:
    """Cancel the open change request of a booking, if there is one, and return what it gives back."""
    open_change = ChangeRequest.get_or_none(ChangeRequest.booking == row.id, ChangeRequest.status == "requested")
    if open_change is None:
        return []
    close_change(context, open_change, "cancelled")
    return [wished_by(row, open_change)]


def close_change(context: Context, change: ChangeRequest, status: str) -> None:
    """End a change request with this status and give back what it held."""
    Allocation.delete().where(Allocation.change == change.id).execute()
    sessions.give_back_change_seats(change.id, context.now)
    approvals.end_steps(change.booking_id, change.id)
    change.status, change.changed_at = status, context.now
    change.save()


def approve_change(context: Context, row: Booking, change: ChangeRequest) -> None:
    """Move the booking to the wished time, which has been held for it."""
    old_start, old_session = row.start_at, row.session_id
    before = when_and_what(context, row, records.resource_ids(row))
    wished = _wished(context, row, change)
    Seat.delete().where(Seat.booking == row.id, Seat.change.is_null()).execute()
    wished_seat = Seat.get_or_none(Seat.change == change.id)
    row.session = None if wished_seat is None else wished_seat.session_id
    Seat.update(change=None).where(Seat.change == change.id).execute()
    Allocation.delete().where(Allocation.booking == row.id).execute()
    if old_session is not None:
        sessions.close_if_empty(old_session, context.now)
    if wished_seat is None:
        allocations.take(wished, booking_id=row.id)
    row.start_at, row.end_at = change.start_at, change.end_at
    row.checked_in_at = records.checked_in_since(row, context.now)
    row.sequence, row.version, row.changed_at = row.sequence + 1, row.version + 1, context.now
    row.save()
    change.status, change.changed_at = "approved", context.now
    change.save()
    after = when_and_what(context, row, records.resource_ids(row))
    tell(context, Action.CHANGE_APPROVED, row, difference(before, after))
    announce(context, row, "moved", old_start=old_start)


def _wished(context: Context, row: Booking, change: ChangeRequest) -> list[tuple[int, Instant, Instant]]:
    """Return what the wished time takes: with the buffers of today, as far as the booking has got them.

    Buffers that were made longer since may be somebody else's time by now.
    """
    service = context.catalog.services[row.service_id]
    start = change.start_at - service.buffer_before_minutes * MINUTE
    end = change.end_at + service.buffer_after_minutes * MINUTE
    query = Allocation.select(Allocation.resource, Allocation.start_at, Allocation.end_at)
    own: dict[int, list[Interval]] = defaultdict(list)
    for resource_id, since, until in query.where(Allocation.booking == row.id).tuples():
        own[resource_id].append((since, until))
    return [(one, *_within(own[one], change, (start, end))) for one in json.loads(change.resource_ids)]


def _within(own: list[Interval], change: ChangeRequest, wished: Interval) -> Interval:
    around = next((one for one in normalise(own) if covers([one], (change.start_at, change.end_at))), wished)
    return max(around[0], wished[0]), min(around[1], wished[1])
