"""Changing what is booked: move, cancel, mark completed or as a no-show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from app.access.permissions import Permission
from app.booking.answers import clean_text
from app.booking.extras import exchanged
from app.booking.refusals import InvalidInput, NotAllowed, Refusal, StaleVersion, TooLateToChange
from app.booking.rules import Wish
from app.booking.slots import duration_of
from app.booking.statuses import Status, check_movable, check_transition
from app.booking.values import MINUTE, Catalog, Instant, Service
from app.operations import records, repeats
from app.operations.accounts.throttle import count_change
from app.operations.announce import announce
from app.operations.approvals.asking import PLAINLY, Asking, ask, asking_for, expiry_of_request, may_ask, wish_of
from app.operations.audit.bookings import tell_moved, tell_status, when_and_what
from app.operations.audit.recording import Facts
from app.operations.audit.words import Action
from app.operations.changes import end_change, request_change
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.extras import with_own_extras
from app.operations.look_up import view_of
from app.operations.names import candidate_ids, wished_provider
from app.operations.occurrences import occurrences_in_reach, shifted_start
from app.operations.placing import Place, choose, with_next_free
from app.operations.requests import MoveRequest, Reach
from app.operations.rights import target_of, user_of
from app.operations.undoable import let_go, look_before
from app.operations.views import BookingView
from app.operations.waiting import Freed, end_offer, freed_by
from app.operations.wanted import Wanted, reason_of
from app.storage import approvals
from app.storage.tables import Booking
from app.texts import _

MAX_REASON = 500
FINISHED = {Status.COMPLETED: Action.COMPLETED, Status.NO_SHOW: Action.NO_SHOW}


def cancel(context: Context, booking: str, reason: str = "", reach: Reach = Reach.ONE) -> BookingView:
    """Cancel a booking, or this and later occurrences of its series; freed slots go to the waiting list.

    Where somebody signed in cancels one booking it may be undone for some seconds (``undo``).

    Raises:
        TooLateToChange: a client after the service's latest time.
        InvalidTransition: it has ended already. NotAllowed, NotFound.
    """
    reason = clean_text(reason, "reason", MAX_REASON)

    def work() -> int:
        expire(context)
        row = records.get_locked(booking)
        rows = occurrences_in_reach(row, reach, context.now)
        before = look_before(context, rows)
        for one in rows:
            let_go(context, one, before, _cancel_row(context, one, reason))
        return len(rows)

    reached = context.store.write(work)
    return replace(view_of(context, booking), reached=reached)


def _cancel_row(context: Context, row: Booking, reason: str) -> list[Freed]:
    _require(context, row, Permission.CANCEL)
    check_transition(Status(row.status), Status.CANCELLED)
    before, was_held = row.status, row.status == Status.HELD
    if not was_held:
        _check_deadline(context, row)
    freed = [freed_by(row), *end_change(context, row)]
    records.release(context, row, Status.CANCELLED)
    tell_status(context, Action.CANCELLED, row, before, typed=reason)
    if was_held:
        end_offer(context, row, "declined")
    else:
        announce(context, row, "cancelled", reason=reason)
    return freed


def complete(context: Context, booking: str) -> BookingView:
    """Mark a booking as completed."""
    return _finish(context, booking, Status.COMPLETED)


def mark_no_show(context: Context, booking: str) -> BookingView:
    """Mark that the client did not come."""
    return _finish(context, booking, Status.NO_SHOW)


def _finish(context: Context, booking: str, status: Status) -> BookingView:
    def work() -> None:
        expire(context)
        row = records.get_locked(booking)
        _require(context, row, Permission.CANCEL)
        if not context.actor.is_staff:
            _require(context, row, Permission.BOOK_FOR_OTHERS)
        check_transition(Status(row.status), status)
        if row.start_at > context.now:
            raise InvalidInput("status", _("This booking has not begun yet; it can be marked once it has."))
        freed, before = end_change(context, row), row.status
        records.set_status(context, row, status)
        tell_status(context, FINISHED[status], row, before)
        let_go(context, row, None, freed)

    context.store.write(work)
    return view_of(context, booking)


def move(context: Context, request: MoveRequest) -> BookingView:
    """Move a booking to another time or provider, or this and later occurrences of its series by the same step.

    A move of a confirmed booking that somebody else has to approve becomes a change request: the new time is held, the
    old one stays until it is approved. A request that is moved asks anew. Several occurrences give back their old times
    before any takes its new one, so that they may take each other's; all of them move or none. A move of one booking by
    somebody signed in may be undone for some seconds (``undo``).

    Raises:
        JustTaken: with the conflicts and the next free times. StaleVersion: edited meanwhile.
        TooLateToChange, InvalidTransition, NotAllowed, NotFound, InvalidInput, MissingHour.
        TooOften: a client has moved by links too often.
    """
    wanted: list[Wanted] = []

    def work() -> str:
        wanted.clear()
        expire(context)
        first = records.get_locked(request.booking)
        if request.version is not None and request.version != first.version:
            raise StaleVersion()
        rows = occurrences_in_reach(first, request.reach, context.now)
        before = look_before(context, rows)
        wishes = [_check_move(context, first, row, request) for row in rows]
        steps = [_begin_move(context, row, wish) for row, wish in zip(rows, wishes, strict=True)]
        freed = [one for step in steps for one in step.freed]
        for step in steps:
            wanted[:] = [step.wanted]
            freed += _finish_move(context, step)
        let_go(context, rows[0], before, freed)
        count_change(context.source, first.public_id, _email_of(first), context.now)
        return ",".join(row.public_id for row in rows)

    try:
        moved = repeats.once(context, repeats.Repeat("move", request.key, request), work)
    except Refusal as refusal:
        completed = with_next_free(context, wanted[0], refusal) if wanted else refusal
        if completed is refusal:
            raise
        raise completed from refusal
    return replace(view_of(context, request.booking), reached=len(moved.split(",")))


@dataclass(frozen=True, slots=True)
class _Step:
    """The move of one row. ``asks``: it may become a change request, so that the row still keeps what it takes.

    ``before``: when it was and what it took, for the audit log.
    """

    row: Booking
    wanted: Wanted
    old_start: Instant
    before: Facts
    asks: bool
    freed: tuple[Freed, ...] = ()


def _check_move(context: Context, first: Booking, row: Booking, request: MoveRequest) -> Wanted:
    """Check that a row may be moved at all, and return where it goes when ``first`` goes where it is wished."""
    _require(context, row, Permission.MOVE)
    check_movable(Status(row.status))
    records.check_not_expired(row, context.now)
    _check_deadline(context, row)
    return _wanted_move(context, first, row, request)


def _begin_move(context: Context, row: Booking, wanted: Wanted) -> _Step:
    """Give back what a row takes and write its new time, unless it may only ask for that.

    The times of all rows of a series are new before any is looked at, so that limits count each where it goes.
    """
    if may_ask(context, row, wanted.service, wanted.wish.provider_id):
        before = when_and_what(context, row, records.resource_ids(row))
        return _Step(row, wanted, row.start_at, before, asks=True)
    return _leave(context, row, wanted)


def _leave(context: Context, row: Booking, wanted: Wanted) -> _Step:
    taken = freed_by(row)
    before = when_and_what(context, row, taken.resource_ids)
    freed = (taken, *end_change(context, row))
    old_start, row.start_at, row.end_at = row.start_at, wanted.start, wanted.end
    Booking.update(start_at=row.start_at, end_at=row.end_at).where(Booking.id == row.id).execute()
    records.give_back(row, context.now)
    return _Step(row, wanted, old_start, before, False, freed)


def _wanted_move(context: Context, first: Booking, row: Booking, request: MoveRequest) -> Wanted:
    catalog, location = catalog_for(context, row), context.catalog.locations[row.location_id]
    service = catalog.services[row.service_id]
    duration = duration_of(service, request.duration_minutes or (row.end_at - row.start_at) // MINUTE)
    start = shifted_start(first, row, request.start, location.tzid)
    if start % MINUTE:
        raise InvalidInput("start", _("Bookings start on a whole minute; please choose one of the times offered."))
    wished = wished_provider(context, service, request.provider)
    wish = Wish(service.id, location.id, start, duration, wished, row.seats)
    taken, reason, user_id = records.resource_ids(row), reason_of(request), user_of(row)
    by_staff = context.may(Permission.BOOK_FOR_OTHERS, target_of(row, {*taken, *candidate_ids(service)}))
    return Wanted(catalog, service, location, wish, request.override, taken, by_staff, reason, user_id)


def catalog_for(context: Context, row: Booking, extras: Collection[int] | None = None) -> Catalog:
    """Return the set-up in which a booking keeps its duration, whatever became of its service since, and its extras.

    Staff may also move what is booked of a service that is switched off. ``extras``: as for ``with_own_extras``.
    """
    catalog = with_own_extras(context.catalog, row, extras)
    service = catalog.services[row.service_id]
    own = (row.end_at - row.start_at) // MINUTE
    durations = tuple(dict.fromkeys((*service.durations_minutes, own)))
    kept = replace(service, durations_minutes=durations, active=service.active or context.actor.is_staff)
    return catalog if kept == service else exchanged(catalog, kept)


def _finish_move(context: Context, step: _Step) -> list[Freed]:
    row, wanted = step.row, step.wanted
    place = _choose(context, row, wanted)
    context.require(Permission.MOVE, target_of(row, place.resource_ids))
    asking = _asking(context, row, wanted, place)
    if asking and row.status == Status.CONFIRMED:
        return _ask_for(context, step, place, asking)
    freed: list[Freed] = []
    if step.asks:  # nobody has to be asked after all
        freed += _leave(context, row, wanted).freed
        place = _choose(context, row, replace(wanted, prefer=place.resource_ids))
    row.session = records.session_for(context, wanted, place)
    row.checked_in_at = records.checked_in_since(row, context.now)
    row.sequence, row.version, row.changed_at = row.sequence + 1, row.version + 1, context.now
    is_settled = row.status == Status.REQUESTED and _ask_anew(context, row, wanted, asking)
    row.save()
    records.occupy(row, wanted, place.resource_ids, row.session_id)
    tell_moved(context, row, step.before, place, wanted.reason)
    announce(context, row, "moved", old_start=step.old_start)
    if is_settled:
        tell_status(context, Action.APPROVED, row, Status.REQUESTED)
        announce(context, row, "approved")
    return freed


def _ask_for(context: Context, step: _Step, place: Place, asking: Asking) -> list[Freed]:
    """Make a wish of a move that somebody has to approve.

    Raises:
        NotAllowed: the booking has let go of its old place, as nothing that its service takes now would have asked: it
            went to a group session that still has what the service took before.
    """
    if not step.asks:
        reason = _("Somebody else would have to approve this move; please choose another time.")
        raise NotAllowed(permission=Permission.APPROVE.value, reason=reason)
    return request_change(context, step.row, step.wanted, place, asking)


def _choose(context: Context, row: Booking, wanted: Wanted) -> Place:
    """Choose as staff do only where the actor may book for others what was chosen, else by the rules of clients."""
    email = _email_of(row)
    place = choose(context, wanted, email, ignore_booking=row.id)
    if wanted.by_staff and not context.may(Permission.BOOK_FOR_OTHERS, target_of(row, place.resource_ids)):
        return choose(context, replace(wanted, by_staff=False), email, ignore_booking=row.id)
    return place


def _email_of(row: Booking) -> str:
    return "" if row.client_id is None else str(row.client.email)


def _asking(context: Context, row: Booking, wanted: Wanted, place: Place) -> Asking:
    """Return what has to be approved: what the new time takes counts, nobody has to let go of what the old one took."""
    wish = wish_of(context, row, wanted.start, target_of(row, place.resource_ids))
    return asking_for(context, wish, by_staff=True)


def _ask_anew(context: Context, row: Booking, wanted: Wanted, asking: Asking) -> bool:
    """Let a request that moves begin its steps anew; say whether it is confirmed now, as nobody has to be asked."""
    had_rules = approvals.end_round(row.id)
    if not asking and had_rules:
        row.status, row.expires_at = Status.CONFIRMED.value, None
        return True
    asking = asking or PLAINLY  # who moves what has no rule has not decided about it by that
    row.expires_at = expiry_of_request(context, wanted.service, wanted.start, asking)
    ask(context, row, asking)
    return False


def _require(context: Context, row: Booking, permission: Permission) -> None:
    context.require(permission, target_of(row))


def _check_deadline(context: Context, row: Booking) -> None:
    """Clients change until the service's latest time; staff as long as the status allows."""
    if context.actor.is_staff:
        return
    service: Service = context.catalog.services[row.service_id]
    latest = row.start_at - service.change_notice_minutes * MINUTE
    if context.now > latest:
        raise TooLateToChange(latest=latest)
