"""Changing what is booked: move, cancel, mark completed or as a no-show."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.decision import Target
from app.access.permissions import Permission
from app.booking.answers import clean_text
from app.booking.refusals import InvalidInput, Refusal, StaleVersion, TooLateToChange
from app.booking.rules import Wish
from app.booking.statuses import Status, check_movable, check_transition
from app.booking.values import MINUTE, Service
from app.operations import records, repeats
from app.operations.announce import announce
from app.operations.changes import end_change, request_change
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.look_up import view_of
from app.operations.names import provider_id
from app.operations.occurrences import occurrences_in_reach, shifted_start
from app.operations.placing import choose, with_next_free
from app.operations.requests import MoveRequest, Reach
from app.operations.views import BookingView
from app.operations.waiting import Freed, end_offer, freed_by, offer_freed
from app.operations.wanted import Wanted
from app.storage.tables import Booking

MAX_REASON = 500


def cancel(context: Context, booking: str, reason: str = "", reach: Reach = Reach.ONE) -> BookingView:
    """Cancel a booking, or this and later occurrences of its series; freed slots go to the waiting list.

    Raises:
        TooLateToChange: a client after the service's latest time.
        InvalidTransition: it has ended already. NotAllowed, NotFound.
    """
    reason = clean_text(reason, "reason", MAX_REASON)

    def work() -> None:
        row = records.get_locked(booking)
        for one in occurrences_in_reach(row, reach, context.now):
            _cancel_row(context, one, reason)

    context.store.write(work)
    return view_of(context, booking)


def _cancel_row(context: Context, row: Booking, reason: str) -> None:
    _require(context, row, Permission.CANCEL)
    check_transition(Status(row.status), Status.CANCELLED)
    _check_deadline(context, row)
    freed = freed_by(row)
    was_held = row.status == Status.HELD
    end_change(context, row, "cancelled")
    records.release(context, row, Status.CANCELLED)
    if was_held:
        end_offer(context, row, "declined")
    else:
        announce(context, row, "cancelled", reason=reason)
    offer_freed(context, freed)


def complete(context: Context, booking: str) -> BookingView:
    """Mark a booking as completed."""
    return _finish(context, booking, Status.COMPLETED)


def mark_no_show(context: Context, booking: str) -> BookingView:
    """Mark that the client did not come."""
    return _finish(context, booking, Status.NO_SHOW)


def _finish(context: Context, booking: str, status: Status) -> BookingView:
    def work() -> None:
        row = records.get_locked(booking)
        _require(context, row, Permission.CANCEL)
        if not context.actor.is_staff:
            context.require(Permission.BOOK_FOR_OTHERS)
        check_transition(Status(row.status), status)
        if row.start_at > context.now:
            raise InvalidInput("status", "This booking has not begun yet; it can be marked once it has.")
        end_change(context, row, "cancelled")
        records.set_status(context, row, status)

    context.store.write(work)
    return view_of(context, booking)


def move(context: Context, request: MoveRequest) -> BookingView:
    """Move a booking to another time or provider, or this and later occurrences of its series by the same step.

    A client's move of a confirmed booking whose service needs approval becomes a change request: the new time is held,
    the old one stays until somebody approves. Several occurrences give back their old times before any takes its new
    one, so that they may take each other's; all of them move or none.

    Raises:
        JustTaken: with the conflicts and the next free times. StaleVersion: edited meanwhile.
        TooLateToChange, InvalidTransition, NotAllowed, NotFound, InvalidInput, MissingHour.
    """
    wanted: list[Wanted] = []

    def work() -> str:
        expire(context)
        first = records.get_locked(request.booking)
        if request.version is not None and request.version != first.version:
            raise StaleVersion()
        rows = occurrences_in_reach(first, request.reach, context.now)
        steps = [_begin_move(context, first, row, request) for row in rows]
        for step in steps:
            wanted[:] = [step.wanted]
            _finish_move(context, step)
        for step in steps:
            offer_freed(context, step.freed)
        return str(first.public_id)

    try:
        context.store.write(lambda: repeats.once(context, repeats.Repeat("move", request.key, request), work))
    except Refusal as refusal:
        completed = with_next_free(context, wanted[0], refusal) if wanted else refusal
        if completed is refusal:
            raise
        raise completed from refusal
    return view_of(context, request.booking)


@dataclass(frozen=True, slots=True)
class _Step:
    """The move of one row. ``asks``: it becomes a change request, and the row keeps what it takes."""

    row: Booking
    wanted: Wanted
    freed: Freed
    asks: bool


def _begin_move(context: Context, first: Booking, row: Booking, request: MoveRequest) -> _Step:
    """Check that a row may be moved at all, and give back what it takes unless it only asks."""
    _require(context, row, Permission.MOVE)
    check_movable(Status(row.status))
    records.check_not_expired(row, context.now)
    _check_deadline(context, row)
    wanted = _wanted_move(context, first, row, request)
    needs_approval = row.status == Status.CONFIRMED and wanted.service.needs_approval
    step = _Step(row, wanted, freed_by(row), asks=needs_approval and not context.may(Permission.APPROVE))
    if not step.asks:
        end_change(context, row, "cancelled")
        records.give_back(row, context.now)
    return step


def _wanted_move(context: Context, first: Booking, row: Booking, request: MoveRequest) -> Wanted:
    catalog = context.catalog
    service, location = catalog.services[row.service_id], catalog.locations[row.location_id]
    duration = request.duration_minutes or (row.end_at - row.start_at) // MINUTE
    start = shifted_start(first, row, request.start, location.tzid)
    if start % MINUTE:
        raise InvalidInput("start", "Bookings start on a whole minute; please choose one of the times offered.")
    wished = provider_id(catalog, service, request.provider)
    wish = Wish(service.id, location.id, start, duration, wished, row.seats)
    return Wanted(catalog, service, location, wish, request.override, prefer=records.resource_ids(row))


def _finish_move(context: Context, step: _Step) -> None:
    row, wanted = step.row, step.wanted
    email = "" if row.client_id is None else row.client.email
    place = choose(context, wanted, email, ignore_booking=row.id)
    context.require(Permission.MOVE, Target(row.public_id, (*step.freed.resource_ids, *place.resource_ids)))
    if step.asks:
        request_change(context, row, wanted, place)
        return
    row.session = records.session_for(context, wanted, place)
    row.start_at, row.end_at = wanted.start, wanted.end
    row.sequence, row.version, row.changed_at = row.sequence + 1, row.version + 1, context.now
    row.save()
    records.occupy(row, wanted, place.resource_ids, row.session_id)
    announce(context, row, "moved", old_start=step.freed.start)


def _require(context: Context, row: Booking, permission: Permission) -> None:
    context.require(permission, Target(row.public_id, records.resource_ids(row)))


def _check_deadline(context: Context, row: Booking) -> None:
    """Clients change until the service's latest time; staff as long as the status allows."""
    if context.actor.is_staff:
        return
    service: Service = context.catalog.services[row.service_id]
    latest = row.start_at - service.change_notice_minutes * MINUTE
    if context.now > latest:
        raise TooLateToChange(latest=latest)
