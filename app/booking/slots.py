"""Which slots are free: the search behind every offer, and behind every check of a wished time.

The work is done on sorted integers. For each resource the times at which a booking may start follow from its hours and from the
holes that bookings, imported busy time and time off leave; a slot is offered where every requirement of the service finds its
resources.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.booking.assignment import can_assign
from app.booking.hours import Shift, opening, working
from app.booking.intervals import covers, intersect, union
from app.booking.refusals import WrongDuration
from app.booking.values import MINUTE, Catalog, Instant, Interval, Requirement, Service

Holes = Mapping[int, Sequence[Interval]]
"""By resource id what is taken, sorted by start; intervals may touch and overlap."""


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """Free starts of a service at a location in ``[start, end)``.

    ``provider_id`` must be among the resources then. ``any_minute``: every minute is offered, not only the service's slot
    interval, and neither minimum notice nor booking window count (staff).
    """

    service_id: int
    location_id: int
    start: Instant
    end: Instant
    duration_minutes: int | None = None
    provider_id: int | None = None
    seats: int = 1
    any_minute: bool = False


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A group session that has begun to fill."""

    start: Instant
    end: Instant
    seats_left: int


@dataclass(frozen=True, slots=True)
class Need:
    """What one booking takes of a resource, in seconds: its own time, buffers, and the step between starts."""

    duration: int
    before: int
    after: int
    step: int


def find_slots(
    catalog: Catalog,
    query: SlotQuery,
    taken: Holes,
    now: Instant,
    sessions: Sequence[OpenSession] = (),
) -> list[Instant]:
    """Return the free starts, sorted.

    Args:
        catalog: the set-up.
        query: what is looked for.
        taken: bookings and busy time of the service's resources, buffers included, around the query.
        now: the present time.
        sessions: open group sessions of the service there; the taken times of their resources are in ``taken``.

    Raises:
        WrongDuration: the service has no such duration.
    """
    service = catalog.services[query.service_id]
    duration = duration_of(service, query.duration_minutes)
    start, end = _bounds(service, query, now)
    if start >= end or query.location_id not in service.location_ids or not service.active:
        return []
    window = replace(query, start=start, end=end)
    starts = _search(catalog, service, window, taken, need_of(service, duration, query.any_minute))
    joinable = [
        one.start
        for one in sessions
        if one.seats_left >= query.seats and one.end - one.start == duration * MINUTE and start <= one.start < end
    ]
    return sorted({*starts, *joinable}) if joinable else starts


def duration_of(service: Service, wished: int | None) -> int:
    """Return the duration in minutes: the wished one if the service has it, its first if none is wished.

    Raises:
        WrongDuration: the service has no such duration.
    """
    if wished is None:
        return service.durations_minutes[0]
    if wished not in service.durations_minutes:
        raise WrongDuration(allowed=service.durations_minutes)
    return wished


def need_of(service: Service, duration_minutes: int, any_minute: bool = False) -> Need:
    """Return what a booking of this service takes, in seconds."""
    return Need(
        duration=duration_minutes * MINUTE,
        before=service.buffer_before_minutes * MINUTE,
        after=service.buffer_after_minutes * MINUTE,
        step=MINUTE if any_minute else service.slot_interval_minutes * MINUTE,
    )


def requirements_for(service: Service, provider_id: int | None) -> tuple[Requirement, ...]:
    """Return the service's requirements, made stricter so that the chosen provider must be taken."""
    if provider_id is None:
        return service.requirements
    for place, one in enumerate(service.requirements):
        if provider_id in one.resource_ids:
            chosen = replace(one, resource_ids=(provider_id,), count=1)
            others = tuple(each for each in one.resource_ids if each != provider_id)
            rest = (replace(one, id=-one.id, resource_ids=others, count=one.count - 1),) if one.count > 1 else ()
            return (chosen, *rest, *service.requirements[:place], *service.requirements[place + 1 :])
    return service.requirements


def free_starts(shifts: Sequence[Shift], holes: Sequence[Interval], need: Need) -> list[Instant]:
    """Return the starts of one resource on its grid, which begins anew with each of its shifts; one sweep."""
    starts: list[Instant] = []
    for opens, low, high in _windows(shifts, holes, need):
        first = opens - (opens - low) // need.step * need.step
        starts.extend(range(first, high + 1, need.step))
    return starts


def allowed_starts(shifts: Sequence[Shift], holes: Sequence[Interval], need: Need) -> list[Interval]:
    """Return the intervals in which a booking of one resource may start, on any grid; sorted."""
    return [(low, high + 1) for _, low, high in _windows(shifts, holes, need)]


def _windows(shifts: Sequence[Shift], holes: Sequence[Interval], need: Need) -> list[tuple[Instant, Instant, Instant]]:
    """Return ``(start of the shift, first possible start, last possible start)`` of every gap, in one sweep.

    The booking itself must lie within the shifts; its buffers may reach out of them but not into a hole.
    """
    windows: list[tuple[Instant, Instant, Instant]] = []
    duration, before, after = need.duration, need.before, need.after
    number, count = 0, len(holes)
    free = -(1 << 62)
    for opens, closes, reach in shifts:
        last = min(closes - 1, reach - duration)
        while number < count and holes[number][0] < last + duration + after:
            hole_start, hole_end = holes[number]
            high = min(hole_start - duration - after, last)
            low = free if free > opens else opens
            if low <= high:
                windows.append((opens, low, high))
            free = max(free, hole_end + before)
            number += 1
        low = free if free > opens else opens
        if low <= last:
            windows.append((opens, low, last))
    return windows


def _bounds(service: Service, query: SlotQuery, now: Instant) -> Interval:
    if query.any_minute:
        return query.start, query.end
    first = -(-(now + service.minimum_notice_minutes * MINUTE) // MINUTE) * MINUTE
    return max(query.start, first), min(query.end, now + service.booking_window_days * 86_400 + 1)


def _search(catalog: Catalog, service: Service, query: SlotQuery, taken: Holes, need: Need) -> list[Instant]:
    requirements = requirements_for(service, query.provider_id)
    until = query.end + need.duration
    if not requirements:
        starts = free_starts(opening(catalog, query.location_id, query.start, until), (), need)
        return _within(starts, query.start, query.end)
    lead, *others = requirements
    offered: set[Instant] = set()
    for resource_id in lead.resource_ids:
        shifts = working(catalog, resource_id, query.location_id, query.start, until)
        offered.update(free_starts(shifts, _holes(catalog, taken, resource_id), need))
    starts = _within(sorted(offered), query.start, query.end)
    if not others and lead.count == 1:
        return starts
    return _complete(catalog, requirements, query, taken, need, starts)


def _complete(
    catalog: Catalog,
    requirements: Sequence[Requirement],
    query: SlotQuery,
    taken: Holes,
    need: Need,
    starts: list[Instant],
) -> list[Instant]:
    """Keep the starts at which every requirement can be met at the same time."""
    allowed: dict[int, list[Interval]] = {}
    for resource_id in {one for requirement in requirements for one in requirement.resource_ids}:
        shifts = working(catalog, resource_id, query.location_id, query.start, query.end + need.duration)
        allowed[resource_id] = allowed_starts(shifts, _holes(catalog, taken, resource_id), need)
    possible: list[Interval] = [(query.start, query.end)]
    for requirement in requirements:
        possible = intersect(possible, union(*(allowed[one] for one in requirement.resource_ids)))
    kept = [start for since, until in possible for start in _within(starts, since, until)]
    if _is_plain(requirements):
        return kept
    return [start for start in kept if can_assign(requirements, candidates_at(requirements, allowed, start))]


def candidates_at(
    requirements: Sequence[Requirement], allowed: Mapping[int, Sequence[Interval]], start: Instant
) -> dict[int, list[int]]:
    """Return by requirement id the resources that may begin a booking at ``start``."""
    wanted = (start, start + 1)
    return {
        requirement.id: [one for one in requirement.resource_ids if covers(allowed[one], wanted)]
        for requirement in requirements
    }


def _is_plain(requirements: Sequence[Requirement]) -> bool:
    """Say whether one free member of each pool is enough: no pool is asked for more, none shares a member."""
    members = [one for requirement in requirements for one in requirement.resource_ids]
    return all(requirement.count == 1 for requirement in requirements) and len(members) == len(set(members))


def _holes(catalog: Catalog, taken: Holes, resource_id: int) -> Sequence[Interval]:
    """Return everything in a resource's way: what is taken, and its time off."""
    holes = taken.get(resource_id, ())
    away = catalog.resources[resource_id].time_off
    if not away:
        return holes
    return sorted([*holes, *((off.start, off.end) for off in away)])


def _within(starts: list[Instant], start: Instant, end: Instant) -> list[Instant]:
    return starts[bisect_left(starts, start) : bisect_left(starts, end)]
