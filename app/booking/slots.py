"""Which slots are free: the search behind every offer, and behind every check of a wished time.

The work is done on sorted integers. For each resource the times at which a booking may start follow from its hours and
from the holes that bookings, imported busy time and time off leave; a slot is offered where every requirement of the
service finds its resources (``together.py``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from app.booking.hours import Shift, opening, working
from app.booking.intervals import covers, intersect, normalise
from app.booking.refusals import WrongDuration
from app.booking.together import possible_together
from app.booking.values import MINUTE, Catalog, Instant, Interval, Requirement, Service

Holes = Mapping[int, Sequence[Interval]]
"""By resource id what is taken, sorted by start; intervals may touch and overlap."""

Window: TypeAlias = tuple[Instant, Instant, Instant]
"""A gap ``(opens, low, high)``: a booking of one resource may start from ``low`` to ``high``, both included, on a grid
counted from the start of the shift, ``opens``. Plain tuples, because searches make them by the thousand."""


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """Free starts of a service at a location in ``[start, end)``.

    ``provider_id`` must be among the resources then. ``any_minute``: every minute is offered, not only the service's
    slot interval, and neither minimum notice nor booking window count (staff). ``any_grid``: every minute, but notice
    and window count (the later parts of a visit, which begin when the earlier ones end).
    """

    service_id: int
    location_id: int
    start: Instant
    end: Instant
    duration_minutes: int | None = None
    provider_id: int | None = None
    seats: int = 1
    any_minute: bool = False
    any_grid: bool = False


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A group session that has begun to fill; without ``resource_ids`` it is anybody's."""

    start: Instant
    end: Instant
    seats_left: int
    resource_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """What one booking takes of a resource, in seconds: its own time, buffers, and the step between starts."""

    duration: int
    before: int
    after: int
    step: int


class _Search(NamedTuple):
    """One search: its bounds, with notice and window, and what a booking needs."""

    catalog: Catalog
    service: Service
    location_id: int
    provider_id: int | None
    start: Instant
    end: Instant
    need: Need


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
    search = _begin(catalog, query, now)
    if search is None:
        return []
    starts = _free_starts(search, taken)
    joinable = [
        one.start for one in sessions if search.start <= one.start < search.end and can_join(one, query, search.need)
    ]
    return sorted({*starts, *joinable}) if joinable else starts


def find_free_intervals(catalog: Catalog, query: SlotQuery, taken: Holes, now: Instant) -> list[Interval]:
    """Return when a booking may start on any grid, as a normal list; group sessions are not looked at.

    Raises:
        WrongDuration: the service has no such duration.
    """
    search = _begin(catalog, query, now)
    if search is None:
        return []
    bounds = [(search.start, search.end)]
    if not search.service.requirements:
        return intersect(_starts_of(_windows(_open(search), (), search.need)), bounds)
    windows = _windows_by_resource(search, taken)
    return intersect(_possible(search, windows), bounds)


def can_join(session: OpenSession, query: SlotQuery, need: Need) -> bool:
    """Say whether an open session has the wished length, person and seats."""
    is_theirs = query.provider_id is None or not session.resource_ids or query.provider_id in session.resource_ids
    return is_theirs and session.seats_left >= query.seats and session.end - session.start == need.duration


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


def members_of(requirements: Iterable[Requirement]) -> set[int]:
    """Return the ids of all resources that could be taken."""
    return {one for requirement in requirements for one in requirement.resource_ids}


def concerned_resources(service: Service, provider_id: int | None) -> set[int]:
    """Return the ids of the resources whose taken times a search must know: all, or only a wished provider's."""
    if provider_id is not None and _is_met_by_leads(service):
        return {provider_id}
    return members_of(service.requirements)


def allowed_starts(shifts: Sequence[Shift], holes: Sequence[Interval], need: Need) -> list[Interval]:
    """Return the intervals in which a booking of one resource may start, on any grid; a normal list."""
    return _starts_of(_windows(shifts, holes, need))


def candidates_at(
    requirements: Sequence[Requirement], allowed: Mapping[int, Sequence[Interval]], start: Instant
) -> dict[int, list[int]]:
    """Return by requirement id the resources that may begin a booking at ``start``, all of them ``allowed``."""
    wanted = (start, start + 1)
    return {
        requirement.id: [one for one in requirement.resource_ids if covers(allowed.get(one, ()), wanted)]
        for requirement in requirements
    }


def holes_of(catalog: Catalog, taken: Holes, resource_id: int) -> Sequence[Interval]:
    """Return everything in a resource's way, sorted: what is taken, and its time off."""
    holes = taken.get(resource_id, ())
    away = catalog.resources[resource_id].time_off
    if not away:
        return holes
    return sorted([*holes, *((off.start, off.end) for off in away)])


def _begin(catalog: Catalog, query: SlotQuery, now: Instant) -> _Search | None:
    """Return the search within notice and window, or None where nothing can be found."""
    service = catalog.services[query.service_id]
    need = need_of(service, duration_of(service, query.duration_minutes), query.any_minute or query.any_grid)
    start, end = _bounds(service, query, now)
    if start >= end or not is_offered(catalog, service, query.location_id) or query.seats > service.capacity:
        return None
    if query.provider_id is not None and query.provider_id not in members_of(service.requirements):
        return None
    return _Search(catalog, service, query.location_id, query.provider_id, start, end, need)


def is_offered(catalog: Catalog, service: Service, location_id: int) -> bool:
    """Say whether a service can be had at a location at all."""
    return service.active and location_id in service.location_ids and catalog.locations[location_id].active


def _bounds(service: Service, query: SlotQuery, now: Instant) -> Interval:
    if query.any_minute:
        return query.start, query.end
    first = max(now + service.minimum_notice_minutes * MINUTE, now + 1)
    return max(query.start, first), min(query.end, now + service.booking_window_days * 86_400 + 1)


def _free_starts(search: _Search, taken: Holes) -> list[Instant]:
    requirements, step = search.service.requirements, search.need.step
    if not requirements:
        starts = _on_grid(_windows(_open(search), (), search.need), step)
        return _within(starts, search.start, search.end)
    windows = _windows_by_resource(search, taken)
    leads = requirements[0].resource_ids if search.provider_id is None else (search.provider_id,)
    starts = _merge([_on_grid(windows[one], step) for one in leads])
    if _is_met_by_leads(search.service):
        return _within(starts, search.start, search.end)
    possible = intersect(_possible(search, windows), [(search.start, search.end)])
    return [start for since, until in possible for start in _within(starts, since, until)]


def _is_met_by_leads(service: Service) -> bool:
    """Say whether any one of the leading resources is all that a booking takes."""
    return len(service.requirements) == 1 and service.requirements[0].count == 1


def _windows_by_resource(search: _Search, taken: Holes) -> dict[int, list[Window]]:
    until = search.end + search.need.duration
    return {
        one: _windows(
            working(search.catalog, one, search.location_id, search.start, until),
            holes_of(search.catalog, taken, one),
            search.need,
        )
        for one in concerned_resources(search.service, search.provider_id)
    }


def _possible(search: _Search, windows: Mapping[int, Sequence[Window]]) -> list[Interval]:
    """Return when every requirement can be met at once and the wished provider is free.

    Who is free and can be matched together with others can always be kept while the rest is matched (see
    ``assignment.py``), so it is enough that a complete assignment exists and the provider is free.
    """
    allowed = {one: _starts_of(each) for one, each in windows.items()}
    if search.provider_id is None:
        return possible_together(search.service.requirements, allowed)
    if _is_met_by_leads(search.service):
        return allowed[search.provider_id]
    return intersect(allowed[search.provider_id], possible_together(search.service.requirements, allowed))


def _open(search: _Search) -> Sequence[Shift]:
    return opening(search.catalog, search.location_id, search.start, search.end + search.need.duration)


def _windows(shifts: Sequence[Shift], holes: Sequence[Interval], need: Need) -> list[Window]:
    """Return every gap, in one sweep.

    The booking itself must lie within the shifts; its buffers may reach out of them but not into a hole. Comparisons
    are written out because this loop is most of a search's time, and calls of ``min`` and ``max`` double it.
    """
    windows: list[Window] = []
    duration, before, tail = need.duration, need.before, need.duration + need.after
    number, count = 0, len(holes)
    free = -(1 << 62)
    for opens, closes, reach in shifts:
        last = closes - 1 if closes - 1 < reach - duration else reach - duration
        while number < count and holes[number][0] < last + tail:
            high = holes[number][0] - tail
            low = free if free > opens else opens
            if low <= high:
                windows.append((opens, low, high))
            if holes[number][1] + before > free:
                free = holes[number][1] + before
            number += 1
        low = free if free > opens else opens
        if low <= last:
            windows.append((opens, low, last))
    return windows


def _on_grid(windows: Iterable[Window], step: int) -> list[Instant]:
    starts: list[Instant] = []
    for opens, low, high in windows:
        starts.extend(range(opens - (opens - low) // step * step, high + 1, step))
    return starts


def _starts_of(windows: Iterable[Window]) -> list[Interval]:
    return normalise((low, high + 1) for _, low, high in windows)


def _merge(lists: Sequence[list[Instant]]) -> list[Instant]:
    return lists[0] if len(lists) == 1 else sorted(set().union(*lists))


def _within(starts: list[Instant], start: Instant, end: Instant) -> list[Instant]:
    return starts[bisect_left(starts, start) : bisect_left(starts, end)]
