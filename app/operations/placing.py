"""Finding and taking the resources for one wished time; shared by booking, moving, series and the waiting list.

Everything here runs inside one write transaction that has locked what it decides about.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.assignment import find_assignment
from app.booking.refusals import JustTaken, NoAssignment, Refusal, SessionFull
from app.booking.rules import check_time
from app.booking.slots import SlotQuery, find_slots
from app.booking.values import Instant, Interval
from app.operations.context import Context
from app.operations.limits import check_limits
from app.operations.names import candidate_ids
from app.operations.wanted import Wanted
from app.storage import allocations, sessions, taken

NEXT_FREE_DAYS = 14
NEXT_FREE_COUNT = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a booking goes: resources of its own, or seats in a group session."""

    resource_ids: tuple[int, ...] = ()
    session_id: int | None = None


def check_override(context: Context, wanted: Wanted) -> None:
    """Raise NotAllowed when rules shall be overridden by somebody who may not."""
    if wanted.override:
        context.require(Permission.OVERRIDE_RULES)


def choose(context: Context, wanted: Wanted, client_email: str = "", ignore_booking: int | None = None) -> Place:
    """Check every rule for the wished time and choose what the booking takes.

    Raises:
        Refusal: the first rule that says no, or JustTaken with what is in the way.
    """
    check_override(context, wanted)
    start, end = wanted.with_buffers
    ids = candidate_ids(wanted.service)
    context.store.lock_rows(wanted.service.id, ids)
    busy = taken.find_taken(ids, start, end, context.now, ignore_booking)
    staff = context.may(Permission.BOOK_FOR_OTHERS)
    session = sessions.find_session(wanted.service.id, wanted.location.id, wanted.start, wanted.end)
    if session is None or wanted.service.capacity == 1:
        if not wanted.override:
            check_time(wanted.catalog, wanted.wish, busy, context.now, staff=staff)
            check_limits(context, wanted, client_email, ignore_booking)
        return Place(resource_ids=_assign(wanted, busy))
    if not wanted.override:
        check_limits(context, wanted, client_email, ignore_booking)
    if session.seats_left < wanted.wish.seats:
        raise SessionFull(seats_left=session.seats_left)
    return Place(session_id=session.id)


def _assign(wanted: Wanted, busy: dict[int, list[Interval]]) -> tuple[int, ...]:
    day_start, day_end = wanted.start - 7 * 86_400, wanted.end + 7 * 86_400
    load = allocations.load(candidate_ids(wanted.service), day_start, day_end)
    chosen = () if wanted.wish.provider_id is None else (wanted.wish.provider_id,)
    return find_assignment(
        wanted.catalog,
        wanted.service,
        wanted.location.id,
        wanted.start,
        wanted.end,
        busy,
        prefer=(*chosen, *wanted.prefer),
        load=load,
    )


def next_free(context: Context, wanted: Wanted) -> tuple[Instant, ...]:
    """Return the next free starts after a wish that could not be had."""
    ids = candidate_ids(wanted.service)
    start = max(wanted.start - 3600, context.now)
    end = start + NEXT_FREE_DAYS * 86_400
    query = SlotQuery(
        wanted.service.id,
        wanted.location.id,
        start,
        end,
        wanted.wish.duration_minutes,
        wanted.wish.provider_id,
        wanted.wish.seats,
    )
    busy = taken.find_taken(ids, start, end, context.now)
    open_sessions = taken.find_sessions(wanted.service.id, wanted.location.id, start, end, context.now)
    starts = find_slots(wanted.catalog, query, busy, context.now, sessions=open_sessions)
    return tuple(starts[:NEXT_FREE_COUNT])


def with_next_free(context: Context, wanted: Wanted, refusal: Refusal) -> Refusal:
    """Return the refusal of a lost race, completed by the next free times."""
    if isinstance(refusal, (JustTaken, NoAssignment, SessionFull)):
        conflicts = refusal.conflicts if isinstance(refusal, JustTaken) else ()
        return JustTaken(conflicts=conflicts, next_free=next_free(context, wanted))
    return refusal

