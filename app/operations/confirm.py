"""Confirming by the link of a mail what a visitor has booked: it becomes theirs, or a request for those who approve."""

from __future__ import annotations

from app.access.permissions import Permission
from app.booking.refusals import NotConfirmed
from app.booking.statuses import Status
from app.booking.values import Instant
from app.operations import records
from app.operations.announce import announce
from app.operations.approvals.asking import ask, asking_for, wish_of
from app.operations.audit.bookings import tell_booked
from app.operations.book import FIRST_MESSAGE, first_status
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.limits import check_client_limits
from app.operations.look_up import get_booking, views_of
from app.operations.rights import target_of
from app.operations.views import BookingView
from app.storage.tables import Booking


def confirm(context: Context, booking: str) -> bool:
    """Confirm a held booking, with all other parts of its visit; return whether it was not confirmed before.

    Of two at once one does it, the other one finds it done.

    Raises:
        NotConfirmed: it is not held any more. NotFound, NotAllowed.
        LimitReached: per client; whoever typed the address was not told, as it might not have been theirs.
    """

    def work() -> bool:
        expire(context)
        row = records.get_locked(booking)
        context.require(Permission.MOVE, target_of(row))
        parts = _locked_parts(row)
        held = [one for one in parts if _is_held(one, context.now)]
        if not held:
            if all(one.unconfirmed for one in parts):
                raise NotConfirmed()
            return False
        _check_limits(context, held)
        for one in held:
            _confirm_row(context, one)
        _announce(context, held)
        return True

    return context.store.write(work)


def _locked_parts(row: Booking) -> list[Booking]:
    """Return the parts of the visit that a locked booking belongs to, locked, or the booking alone."""
    if row.visit is None:
        return [row]
    return list(records.locked(Booking.select().where(Booking.visit == row.visit).order_by(Booking.id)))


def _is_held(row: Booking, now: Instant) -> bool:
    return bool(row.unconfirmed and row.status == Status.HELD and row.expires_at > now)


def _check_limits(context: Context, rows: list[Booking]) -> None:
    services = [context.catalog.services[row.service_id] for row in rows]
    for service_id in sorted({one.id for one in services if one.limit_per_client is not None}):
        context.store.lock_rows(service_id, ())
    check_client_limits(services, context.now, "" if rows[0].client_id is None else str(rows[0].client.email))


def _confirm_row(context: Context, row: Booking) -> None:
    service, target = context.catalog.services[row.service_id], target_of(row)
    asking = asking_for(context, wish_of(context, row, row.start_at, target), by_staff=context.actor.is_staff)
    status, expires_at = first_status(context, service, row.start_at, asking)
    row.unconfirmed = False
    records.set_status(context, row, status, expires_at)
    ask(context, row, asking)
    tell_booked(context, row, target.resource_ids)


def _announce(context: Context, rows: list[Booking]) -> None:
    first = rows[0]
    if first.visit is None:
        announce(context, first, FIRST_MESSAGE[Status(first.status)])
    else:
        announce(context, first, "visit_booked", visit=str(first.visit))


def get_parts(context: Context, booking: str) -> list[BookingView]:
    """Return a booking with all other parts of its visit, by start, to the client who holds a link of it.

    Raises:
        NotFound: no such booking, or it is nobody's any more. NotAllowed.
    """
    view = get_booking(context, booking)
    if view.visit is None:
        return [view]
    of_visit = Booking.select(Booking.public_id).where(Booking.visit == view.visit).tuples()
    return views_of(context, context.store.read(lambda: [public_id for (public_id,) in of_visit]))


def is_waiting(view: BookingView, now: Instant) -> bool:
    """Whether a booking is held until its client confirms it."""
    return view.unconfirmed and view.status == Status.HELD and view.expires_at is not None and view.expires_at > now
