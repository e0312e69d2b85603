"""Every rule for one wished time.

A time may be booked exactly when the slot search would offer it: ``check_time`` asks the same search that makes the offers,
and only when that says no it looks for the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.booking.assignment import assign
from app.booking.hours import closures_on, open_intervals, opening, working
from app.booking.intervals import clip, covers, overlaps
from app.booking.refusals import (
    BeyondWindow,
    Conflict,
    InPast,
    JustTaken,
    LocationClosed,
    NoAssignment,
    NotOfferedHere,
    NotOnGrid,
    OutsideHours,
    Refusal,
    ResourceAway,
    TooSoon,
    WrongDuration,
)
from app.booking.slots import (
    Holes,
    OpenSession,
    SlotQuery,
    allowed_starts,
    candidates_at,
    find_slots,
    need_of,
    requirements_for,
)
from app.booking.values import MINUTE, Catalog, Instant, Interval, Resource, Service
from app.booking.wall_clock import day_bounds, local_date


@dataclass(frozen=True, slots=True)
class Wish:
    """One wished time of a service at a location."""

    service_id: int
    location_id: int
    start: Instant
    duration_minutes: int | None = None
    provider_id: int | None = None
    seats: int = 1


def interval_of(service: Service, wish: Wish) -> Interval:
    """Return the booking's own time, without buffers."""
    minutes = wish.duration_minutes or service.durations_minutes[0]
    return wish.start, wish.start + minutes * MINUTE


def with_buffers(service: Service, interval: Interval) -> Interval:
    """Return what a booking takes of its resources."""
    return interval[0] - service.buffer_before_minutes * MINUTE, interval[1] + service.buffer_after_minutes * MINUTE


def check_time(
    catalog: Catalog,
    wish: Wish,
    taken: Holes,
    now: Instant,
    sessions: Sequence[OpenSession] = (),
    *,
    staff: bool = False,
) -> None:
    """Go on only if the wished time may be booked.

    Args:
        catalog: the set-up.
        wish: what is wished.
        taken: what is taken of the service's resources around the wished time.
        now: the present time.
        sessions: open group sessions at the wished time.
        staff: people at the desk book any minute within hours, without notice and window.

    Raises:
        Refusal: the first rule that says no.
    """
    query = SlotQuery(
        wish.service_id,
        wish.location_id,
        wish.start,
        wish.start + 1,
        wish.duration_minutes,
        wish.provider_id,
        wish.seats,
        any_minute=staff,
    )
    if wish.start <= now and not staff:
        raise InPast()
    if find_slots(catalog, query, taken, now, sessions):
        return
    for refusal in find_refusals(catalog, wish, taken, now, staff=staff):
        raise refusal
    raise NotOnGrid(catalog.services[wish.service_id].slot_interval_minutes)


def find_refusals(catalog: Catalog, wish: Wish, taken: Holes, now: Instant, *, staff: bool = False) -> list[Refusal]:
    """Return every reason why the wished time cannot be booked, the most general first."""
    service = catalog.services[wish.service_id]
    offered = _offer_refusals(catalog, service, wish)
    if offered:
        return offered
    found = [] if staff else _notice_refusals(service, wish, now)
    found += _hours_refusals(catalog, service, wish)
    if not found:
        found += _resource_refusals(catalog, service, wish, taken)
    return found


def _offer_refusals(catalog: Catalog, service: Service, wish: Wish) -> list[Refusal]:
    found: list[Refusal] = []
    location = catalog.locations[wish.location_id]
    if wish.location_id not in service.location_ids or not service.active:
        found.append(NotOfferedHere(service.name, location.name))
    if wish.duration_minutes is not None and wish.duration_minutes not in service.durations_minutes:
        found.append(WrongDuration(service.durations_minutes))
    return found


def _notice_refusals(service: Service, wish: Wish, now: Instant) -> list[Refusal]:
    if wish.start <= now:
        return [InPast()]
    earliest = now + service.minimum_notice_minutes * MINUTE
    if wish.start < earliest:
        return [TooSoon(earliest)]
    latest = now + service.booking_window_days * 86_400
    return [BeyondWindow(latest)] if wish.start > latest else []


def _hours_refusals(catalog: Catalog, service: Service, wish: Wish) -> list[Refusal]:
    location = catalog.locations[wish.location_id]
    day = local_date(wish.start, location.tzid)
    closed = closures_on(location, day)
    if closed:
        return [LocationClosed(location.name, closure.name) for closure in closed]
    wanted = interval_of(service, wish)
    shifts = opening(catalog, location.id, *wanted)
    if covers(open_intervals(shifts, *wanted), wanted):
        return []
    start, end = day_bounds(day, location.tzid)
    return [OutsideHours(location.name, tuple(clip(open_intervals(shifts, start, end), start, end)))]


def _resource_refusals(catalog: Catalog, service: Service, wish: Wish, taken: Holes) -> list[Refusal]:
    """Say what is in the way of each requirement that cannot be met; or that all can, but not together."""
    candidates = find_candidates(catalog, service, wish, taken)
    found: list[Refusal] = []
    requirements = requirements_for(service, wish.provider_id)
    for requirement in requirements:
        if len(candidates[requirement.id]) < requirement.count:
            for resource_id in requirement.resource_ids:
                found += resource_refusals(catalog, catalog.resources[resource_id], wish, taken.get(resource_id, ()))
    if found:
        return _most_telling(found)
    if assign(requirements, candidates) is None:
        return [NoAssignment(tuple(requirement.name for requirement in requirements))]
    return []


def _most_telling(found: list[Refusal]) -> list[Refusal]:
    """Put what other bookings take before hours: somebody who works then is nearer to being free."""
    taken = [refusal for refusal in found if isinstance(refusal, JustTaken)]
    return [*taken, *(refusal for refusal in found if refusal not in taken)]


def resource_refusals(catalog: Catalog, resource: Resource, wish: Wish, taken: Sequence[Interval]) -> list[Refusal]:
    """Return every reason why one resource cannot be had at the wished time."""
    service, location = catalog.services[wish.service_id], catalog.locations[wish.location_id]
    wanted = interval_of(service, wish)
    shifts = working(catalog, resource.id, location.id, *wanted)
    found: list[Refusal] = []
    if not covers(open_intervals(shifts, *wanted), wanted):
        start, end = day_bounds(local_date(wish.start, location.tzid), location.tzid)
        found.append(OutsideHours(resource.name, tuple(open_intervals(shifts, start, end))))
    full = with_buffers(service, wanted)
    for off in resource.time_off:
        if overlaps(full, (off.start, off.end)):
            found.append(ResourceAway(resource.name, off.reason, off.start, off.end))
    conflicts = tuple(Conflict(resource.name, *hole) for hole in taken if overlaps(full, hole))
    if conflicts:
        found.append(JustTaken(conflicts))
    return found


def find_candidates(catalog: Catalog, service: Service, wish: Wish, taken: Holes) -> dict[int, list[int]]:
    """Return by requirement id the resources that are free at the wished time."""
    start, end = interval_of(service, wish)
    need = replace(need_of(service, 0), duration=end - start)
    requirements = requirements_for(service, wish.provider_id)
    allowed = {}
    for resource_id in {one for requirement in requirements for one in requirement.resource_ids}:
        shifts = working(catalog, resource_id, wish.location_id, start, end)
        away = [(off.start, off.end) for off in catalog.resources[resource_id].time_off]
        allowed[resource_id] = allowed_starts(shifts, sorted([*taken.get(resource_id, ()), *away]), need)
    return candidates_at(requirements, allowed, start)


def find_assignment(
    catalog: Catalog,
    wish: Wish,
    taken: Holes,
    *,
    prefer: Sequence[int] = (),
    load: Mapping[int, int],
) -> tuple[int, ...]:
    """Choose what a booking takes: row ids of resources, sorted.

    Raises:
        JustTaken, OutsideHours, ResourceAway, NoAssignment: no complete assignment exists.
    """
    service = catalog.services[wish.service_id]
    candidates = find_candidates(catalog, service, wish, taken)
    requirements = requirements_for(service, wish.provider_id)
    wished = () if wish.provider_id is None else (wish.provider_id,)
    chosen = assign(requirements, candidates, (*wished, *prefer), load)
    if chosen is None:
        for refusal in _resource_refusals(catalog, service, wish, taken):
            raise refusal
        raise NoAssignment(tuple(requirement.name for requirement in requirements))
    return tuple(sorted(one for members in chosen.values() for one in members))
