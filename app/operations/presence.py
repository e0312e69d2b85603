"""Who has checked in, and giving back what nobody has checked in to."""

from __future__ import annotations

from dataclasses import replace

from peewee import Expression

from app.access.permissions import Permission
from app.booking.doors import EARLY_BY_CODE, may_check_in, releasable, whole_minute
from app.booking.refusals import InvalidInput
from app.booking.statuses import Status, check_transition
from app.booking.values import MINUTE, Instant
from app.look.features import Feature
from app.operations import records
from app.operations.announce import announce
from app.operations.audit.bookings import tell
from app.operations.audit.recording import Change
from app.operations.audit.words import Action
from app.operations.changes import end_change
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.look import has_feature
from app.operations.look_up import view_of
from app.operations.rights import target_of
from app.operations.views import BookingView
from app.operations.waiting import freed_by, offer_freed
from app.storage.door_tables import Door
from app.storage.tables import Allocation, Booking
from app.texts import _

LONGEST_SECONDS = 3 * 86_400
"""No booking is longer, so that those which began earlier need not be read."""


def check_in(context: Context, booking: str) -> BookingView:
    """Note at the desk that the client of a booking has arrived; a second time nothing happens.

    Raises:
        NotAllowed, NotFound. InvalidInput: it is not confirmed, too early or over.
    """

    def work() -> None:
        row = records.get_locked(booking)
        target = target_of(row)
        context.require(Permission.CANCEL, target)
        if not context.actor.is_staff:  # who has the link may cancel, but is not at the desk
            context.require(Permission.BOOK_FOR_OTHERS, target)
        note_arrival(context, row, EARLY_BY_CODE)

    context.store.write(work)
    return view_of(context, booking)


def note_arrival(context: Context, row: Booking, early: int) -> None:
    """Note that somebody has come to a locked booking, at most ``early`` seconds before its start.

    Raises:
        InvalidInput: it is not confirmed, too early or over.
    """
    if row.checked_in_at is not None:
        return
    if row.status != Status.CONFIRMED or not may_check_in((row.start_at, row.end_at), context.now, early):
        raise InvalidInput("booking", _("Nobody can check in to this booking now."))
    row.checked_in_at, row.changed_at = context.now, context.now
    row.version += 1
    row.save()
    tell(context, Action.CHECKED_IN, row, Change())


def release_unclaimed(context: Context) -> int:
    """Give back the rest of all bookings that nobody checked in to in time, and offer it to those who wait.

    Bookings that another transaction is changing at this moment are left to the next time. None are while there are no
    pages beside rooms to check in at. Returns how many.
    """
    if not has_feature(context, Feature.DOORS):
        return 0

    def work() -> int:
        expire(context)  # an offer may begin within what has expired
        return sum(_release_at(context, door) for door in _doors())

    return context.store.write(work) if context.store.read(_doors) else 0


def _doors() -> list[Door]:
    return list(Door.select().where(Door.release_after_minutes.is_null(False)))


def _release_at(context: Context, door: Door) -> int:
    released = 0
    for row in records.in_batches(Booking.select().where(*_is_overdue(context.now, door))):
        _release(context, row)
        released += 1
    return released


def _is_overdue(now: Instant, door: Door) -> tuple[Expression, ...]:
    """Conditions on the booking's own row, so that a row which was locked late is looked at as it is then.

    What was made after its start is kept: who books so knows that somebody is there. Seats of group sessions are kept,
    and all while whose first minutes the page beside the door was not shown, as nobody could check in.
    """
    earliest, latest = releasable((door.shown_since, door.shown_at), door.release_after_minutes, now)
    takes_it = Allocation.select(Allocation.booking).where(
        Allocation.resource == door.resource_id,
        Allocation.active,
        Allocation.booking.is_null(False),
        Allocation.change.is_null(),
        Allocation.start_at > now - LONGEST_SECONDS,
        Allocation.start_at <= latest,
    )
    return (
        Booking.status == Status.CONFIRMED.value,
        Booking.checked_in_at.is_null(),
        Booking.session.is_null(),
        Booking.start_at >= max(earliest, door.release_since),
        Booking.start_at <= latest,
        Booking.end_at > now,
        Booking.created_at <= Booking.start_at,
        Booking.id.in_(takes_it),
    )


def _release(context: Context, row: Booking) -> None:
    check_transition(Status(row.status), Status.NO_SHOW)
    end = row.end_at
    give_back_rest(context, row, Status.NO_SHOW, Action.RELEASED)
    announce(context, row, "released", end=end)


def give_back_rest(context: Context, row: Booking, status: Status, action: Action) -> None:
    """End a locked booking within its time: it has taken what it takes until this minute, the rest is for others.

    The buffer after it follows its new end where somebody was there, and is given back as well where nobody was.
    """
    before = {"status": row.status, "end": row.end_at}
    wished = end_change(context, row)
    freed = replace(freed_by(row), start=whole_minute(context.now) + MINUTE)
    row.end_at = max(whole_minute(context.now), row.start_at + MINUTE)
    row.sequence += 1
    records.set_status(context, row, status)
    _shorten(context, row, status)
    tell(context, action, row, Change(before, {"status": row.status, "end": row.end_at}))
    for one in (freed, *wished):
        offer_freed(context, one)


def _shorten(context: Context, row: Booking, status: Status) -> None:
    after = context.catalog.services[row.service_id].buffer_after_minutes if status is Status.COMPLETED else 0
    end = row.end_at + after * MINUTE
    own = (Allocation.booking == row.id) & Allocation.active & (Allocation.end_at > end)
    Allocation.update(end_at=end).where(own).execute()
