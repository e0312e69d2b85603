"""Finding and taking the resources for one wished time; shared by booking, moving, series and the waiting list.

Everything here runs inside one write transaction. Where there is a choice, what was chosen is locked and looked at
again: bookings of one pool wait for each other only where they want the same resource. Whoever is second chooses anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from app.access.permissions import Permission
from app.booking.extras import extras_among
from app.booking.limits import has_limits
from app.booking.refusals import (
    InvalidInput,
    JustTaken,
    NoAssignment,
    NotAvailable,
    NotOfferedHere,
    Refusal,
    SessionFull,
)
from app.booking.rules import check_time, find_assignment
from app.booking.slots import Holes, OpenSession, SlotQuery, concerned_resources, find_slots, members_of
from app.booking.values import Instant
from app.operations.context import Context
from app.operations.limits import Limited, check_within_limits, within_limits
from app.operations.looking import as_told
from app.operations.names import candidate_ids
from app.operations.wanted import Wanted
from app.storage import allocations, sessions, taken
from app.texts import _, mark

NEXT_FREE_DAYS = 14
NEXT_FREE_COUNT = 3
LOAD_SECONDS = 3 * 86_400
_NO_LOAD: Mapping[int, int] = {}
REASON_NEEDED = mark("Please say why the rules are overridden; the audit log keeps the reason.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a booking goes: resources of its own, or seats in a group session that has these."""

    resource_ids: tuple[int, ...] = ()
    session_id: int | None = None


def choose(context: Context, wanted: Wanted, client_email: str = "", ignore_booking: int | None = None) -> Place:
    """Check every rule for the wished time and choose what the booking takes.

    Args:
        context: who books, and when.
        wanted: the wish.
        client_email: whose bookings count for the limit per client.
        ignore_booking: row id of the booking that asks for another time; what it takes is no hindrance.

    Raises:
        Refusal: the first rule that says no, or JustTaken with what is in the way, as far as the actor may know that.
    """
    if wanted.override:
        check_override(context, wanted)
    try:
        return _choose(context, wanted, client_email, ignore_booking)
    except Refusal as refusal:
        raise as_told(context, wanted.catalog, wanted.service, wanted.location, refusal) from None


def _choose(context: Context, wanted: Wanted, client_email: str, ignore_booking: int | None) -> Place:
    ids = _concerned_ids(wanted)
    is_counted = wanted.service.capacity > 1 or has_limits(wanted.service)
    has_choice = len(ids) > _needed(wanted)
    context.store.lock_rows(wanted.service.id if is_counted else None, () if has_choice else ids)
    busy = taken.find_taken(ids, *wanted.with_buffers, context.now, ignore_booking)
    place = _decide(context, wanted, busy, client_email, ignore_booking)
    if wanted.override:
        _require_override(context, wanted, place.resource_ids)
    if has_choice and place.session_id is None:
        seen = {one: busy[one] for one in place.resource_ids}
        context.store.claim(place.resource_ids, partial(_is_as_seen, context, wanted, seen, ignore_booking))
    return place


def _decide(context: Context, wanted: Wanted, busy: Holes, client_email: str, ignore_booking: int | None) -> Place:
    """Apply the rules to what is taken now."""
    open_seats = _find_open_seats(wanted) if wanted.service.capacity > 1 else []
    if not wanted.override:
        _check_rules(context, wanted, busy, open_seats)
        check_within_limits(wanted, context.now, client_email, ignore_booking)
    for session in open_seats:
        if session.seats_left >= wanted.wish.seats:
            return Place(session.resource_ids, session.id)
    return Place(resource_ids=_assign(wanted, busy))


def _is_as_seen(context: Context, wanted: Wanted, seen: Holes, ignore_booking: int | None) -> bool:
    """Say whether the chosen resources, locked by now, are taken as they were when they were chosen."""
    return taken.find_taken(tuple(seen), *wanted.with_buffers, context.now, ignore_booking) == seen


def check_override(context: Context, wanted: Wanted) -> None:
    """Go on only where the actor may set hours, grid and limits aside and says why, and the service is offered.

    The right is asked about with any of what the booking may take; ``choose`` asks again with what it takes.

    Raises:
        NotAllowed, InvalidInput, NotOfferedHere.
    """
    _require_override(context, wanted, members_of(one for one in wanted.service.requirements if not one.is_extra))
    if not wanted.reason:
        raise InvalidInput("override_reason", _(REASON_NEEDED))
    if wanted.location.id not in wanted.service.location_ids:
        raise NotOfferedHere(wanted.service.name, wanted.location.name)


def _require_override(context: Context, wanted: Wanted, resource_ids: Collection[int]) -> None:
    """Go on only where the rules may be set aside with these resources, and with each extra among them alone.

    Else whoever may for one device could for every service, by adding it: of several resources one is enough.
    """
    extras = extras_among(wanted.service, resource_ids)
    context.require(Permission.OVERRIDE_RULES, wanted.target([one for one in resource_ids if one not in extras]))
    for one in extras:
        context.require(Permission.OVERRIDE_RULES, wanted.target([one]))


def _concerned_ids(wanted: Wanted) -> tuple[int, ...]:
    """Return what has to be locked and looked at: only the wished provider where nobody else can matter."""
    return tuple(sorted(concerned_resources(wanted.service, wanted.wish.provider_id)))


def _needed(wanted: Wanted) -> int:
    return sum(one.count for one in wanted.service.requirements)


def _find_open_seats(wanted: Wanted) -> list[sessions.OpenSeats]:
    """Return the sessions at exactly this time that the wished provider gives; anybody's where nobody is wished."""
    found = sessions.find_open_seats(wanted.service.id, wanted.location.id, wanted.start, wanted.end)
    return [one for one in found if wanted.wish.provider_id in (None, *one.resource_ids)]


def _check_rules(context: Context, wanted: Wanted, busy: Holes, open_seats: Sequence[sessions.OpenSeats]) -> None:
    joinable = [OpenSession(wanted.start, wanted.end, one.seats_left, one.resource_ids) for one in open_seats]
    check_time(wanted.catalog, wanted.wish, busy, context.now, joinable, staff=wanted.by_staff)


def _assign(wanted: Wanted, busy: Holes) -> tuple[int, ...]:
    if wanted.override:
        return _assign_anyway(wanted, busy)
    return find_assignment(wanted.catalog, wanted.wish, busy, prefer=wanted.prefer, load=_load(wanted))


def _assign_anyway(wanted: Wanted, busy: Holes) -> tuple[int, ...]:
    """Choose outside of hours as well, but never what is taken: everybody works at all hours for this one booking."""
    ids = candidate_ids(wanted.service)
    resources = {
        one: replace(wanted.catalog.resources[one], weekly=(), overrides=(), time_off=(), location_id=place)
        for one in ids
        if (place := wanted.catalog.resources[one].location_id) in (None, wanted.location.id)
    }
    always_open = replace(wanted.location, weekly=(), overrides=(), closures=())
    catalog = replace(
        wanted.catalog,
        locations={**wanted.catalog.locations, always_open.id: always_open},
        resources={**wanted.catalog.resources, **resources},
        memo={},
    )
    return find_assignment(catalog, wanted.wish, busy, prefer=wanted.prefer, load=_load(wanted))


def _load(wanted: Wanted) -> Mapping[int, int]:
    """Return how much each candidate is booked in the days around; nothing where there is no choice."""
    ids = _concerned_ids(wanted)
    if len(ids) == _needed(wanted):
        return _NO_LOAD
    return allocations.load(ids, wanted.start - LOAD_SECONDS, wanted.end + LOAD_SECONDS)


def next_free(
    context: Context, wanted: Wanted, since: Instant, days: int = NEXT_FREE_DAYS, count: int = NEXT_FREE_COUNT
) -> tuple[Instant, ...]:
    """Return the first free starts from ``since`` on, at most ``count``; none on days whose limit is reached."""
    service = wanted.service
    ids = candidate_ids(service)
    start = max(since, context.now)
    end = start + days * 86_400
    query = SlotQuery(
        service.id, wanted.location.id, start, end, wanted.duration_minutes, wanted.wish.provider_id, wanted.wish.seats
    )
    margin = wanted.with_buffers[1] - wanted.with_buffers[0]
    busy = taken.find_taken(ids, start - margin, end + margin, context.now)
    open_sessions = taken.find_sessions(service.id, wanted.location.id, start, end, context.now)
    found = find_slots(wanted.catalog, query, busy, context.now, sessions=open_sessions)
    if has_limits(service):
        found = within_limits(Limited(service, wanted.location, context.now), found)
    return tuple(found[:count])


def with_next_free(context: Context, wanted: Wanted, refusal: Refusal) -> Refusal:
    """Return the refusal of a lost race, completed by the next free times."""
    if isinstance(refusal, (JustTaken, NoAssignment, SessionFull, NotAvailable)):
        return with_times(refusal, context.store.read(lambda: next_free(context, wanted, wanted.start)))
    return refusal


def with_times(refusal: Refusal, free: tuple[Instant, ...]) -> JustTaken | NotAvailable:
    """Return the refusal of a time that cannot be had with those that can be had instead."""
    if isinstance(refusal, NotAvailable):
        return NotAvailable(next_free=free)
    return JustTaken(refusal.conflicts if isinstance(refusal, JustTaken) else (), free)
