"""Every rule for one wished time.

A time may be booked exactly when the slot search would offer it: ``check_time`` asks the same search that makes the
offers, and only when that says no it looks for the reasons.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.booking.assignment import assign
from app.booking.hours import can_be_used, closures_on, open_intervals, opening, own_hours, working
from app.booking.intervals import covers, overlaps
from app.booking.refusals import (
    BeyondWindow,
    Conflict,
    InPast,
    InvalidInput,
    JustTaken,
    LocationClosed,
    NoAssignment,
    NotOfferedHere,
    NotOnGrid,
    OutsideHours,
    Refusal,
    ResourceAway,
    SessionFull,
    TooSoon,
    WrongDuration,
)
from app.booking.slots import (
    Holes,
    OpenSession,
    SlotQuery,
    allowed_starts,
    candidates_at,
    concerned_resources,
    find_slots,
    holes_of,
    is_offered,
    members_of,
    need_of,
)
from app.booking.values import MINUTE, Catalog, Instant, Interval, Location, Requirement, Resource, Service
from app.booking.wall_clock import day_bounds, local_date
from app.texts import _

_DAY = 86_400


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
    any_grid: bool = False,
) -> None:
    """Go on only if the wished time may be booked.

    Args:
        catalog: the set-up.
        wish: what is wished.
        taken: what is taken of the service's resources around the wished time.
        now: the present time.
        sessions: open group sessions at the wished time.
        staff: people at the desk book any minute within hours, without notice and window, in the past too.
        any_grid: any minute is right, but notice and window count (later parts of a visit).

    Raises:
        Refusal: the first rule that says no.
    """
    for refusal in find_refusals(catalog, wish, taken, now, sessions, staff=staff, any_grid=any_grid):
        raise without_reason(refusal)


def without_reason(refusal: Refusal) -> Refusal:
    """Return a refusal as it is told to whoever books: that somebody is away, not why."""
    return replace(refusal, reason="") if isinstance(refusal, ResourceAway) else refusal


def find_refusals(
    catalog: Catalog,
    wish: Wish,
    taken: Holes,
    now: Instant,
    sessions: Sequence[OpenSession] = (),
    *,
    staff: bool = False,
    any_grid: bool = False,
) -> list[Refusal]:
    """Return every reason why the wished time cannot be booked, the most general first; none if it can.

    What is taken comes as one ``JustTaken`` with all conflicts. Limits are not looked at (see ``limits.py``).
    """
    service = catalog.services[wish.service_id]
    offered = _offer_refusals(catalog, service, wish)
    if not offered and _is_free(catalog, wish, taken, now, sessions, staff, any_grid):
        return []
    found = [*offered, *([] if staff else _notice_refusals(service, wish, now))]
    found += _hours_refusals(catalog, service, wish)
    if is_offered(catalog, service, wish.location_id):
        found += _session_refusals(service, wish, sessions)
        found += _resource_refusals(catalog, service, wish, taken)
        if not (staff or any_grid) and _is_off_grid(catalog, service, wish):
            found.append(NotOnGrid(service.slot_interval_minutes))
    return found or [NotOnGrid(service.slot_interval_minutes)]


def _is_free(
    catalog: Catalog,
    wish: Wish,
    taken: Holes,
    now: Instant,
    sessions: Sequence[OpenSession],
    staff: bool,
    any_grid: bool,
) -> bool:
    query = SlotQuery(
        wish.service_id,
        wish.location_id,
        wish.start,
        wish.start + 1,
        wish.duration_minutes,
        wish.provider_id,
        wish.seats,
        any_minute=staff,
        any_grid=any_grid,
    )
    return bool(find_slots(catalog, query, taken, now, sessions))


def _offer_refusals(catalog: Catalog, service: Service, wish: Wish) -> list[Refusal]:
    found: list[Refusal] = []
    if not is_offered(catalog, service, wish.location_id):
        found.append(NotOfferedHere(service.name, catalog.locations[wish.location_id].name))
    if wish.duration_minutes is not None and wish.duration_minutes not in service.durations_minutes:
        found.append(WrongDuration(service.durations_minutes))
    if wish.provider_id is not None and wish.provider_id not in members_of(service.requirements):
        name = catalog.resources[wish.provider_id].name
        problem = _("{person} does not give {service}; please choose somebody else.", person=name, service=service.name)
        found.append(InvalidInput("provider", problem))
    return found


def _notice_refusals(service: Service, wish: Wish, now: Instant) -> list[Refusal]:
    if wish.start <= now:
        return [InPast()]
    earliest = now + service.minimum_notice_minutes * MINUTE
    if wish.start < earliest:
        return [TooSoon(earliest)]
    latest = now + service.booking_window_days * _DAY
    return [BeyondWindow(latest)] if wish.start > latest else []


def _hours_refusals(catalog: Catalog, service: Service, wish: Wish) -> list[Refusal]:
    location = catalog.locations[wish.location_id]
    wanted = interval_of(service, wish)
    shifts = opening(catalog, location.id, *wanted)
    if covers(open_intervals(shifts, *wanted), wanted):
        return []
    first, last = (local_date(moment, location.tzid) for moment in (wanted[0], wanted[1] - 1))
    closed = {closure: None for day in (first, last) for closure in closures_on(location, day)}
    if closed:
        return [LocationClosed(location.name, closure.name) for closure in closed]
    return [OutsideHours(location.name, tuple(_open_that_day(catalog, location, wish)))]


def _open_that_day(catalog: Catalog, location: Location, wish: Wish) -> list[Interval]:
    start, end = _day_of(wish, location)
    return open_intervals(opening(catalog, location.id, start, end), start, end)


def _day_of(wish: Wish, location: Location) -> Interval:
    return day_bounds(local_date(wish.start, location.tzid), location.tzid)


def _session_refusals(service: Service, wish: Wish, sessions: Iterable[OpenSession]) -> list[Refusal]:
    if wish.seats > service.capacity:
        return [SessionFull(service.capacity)]
    wanted = interval_of(service, wish)
    left = [one.seats_left for one in sessions if (one.start, one.end) == wanted]
    return [SessionFull(max(left))] if left and max(left) < wish.seats else []


def _resource_refusals(catalog: Catalog, service: Service, wish: Wish, taken: Holes) -> list[Refusal]:
    """Say what is in the way of each requirement that cannot be met; or that all can, but not together."""
    candidates = find_candidates(catalog, service, wish, taken)
    free = {one for members in candidates.values() for one in members}
    requirements = service.requirements
    unmet = [each for each in requirements if len(candidates[each.id]) < each.count]
    found: list[Refusal] = []
    if not unmet and assign(requirements, candidates) is None:
        found.append(NoAssignment(tuple(each.name for each in requirements)))
        unmet = list(requirements)
    elsewhere = [each.name for each in unmet if _count_usable(catalog, each, wish.location_id) < each.count]
    if elsewhere:
        found.append(NoAssignment(tuple(elsewhere)))
    concerned = _concerned(requirements, unmet, wish.provider_id, free)
    location = catalog.locations[wish.location_id]
    for resource_id in sorted(concerned - free):
        resource = catalog.resources[resource_id]
        if can_be_used(resource, location):
            found += resource_refusals(catalog, resource, wish, taken.get(resource_id, ()))
        elif resource_id == wish.provider_id:
            found.append(NotOfferedHere(resource.name, location.name, field="provider"))
    return _gather(found)


def _concerned(
    requirements: Sequence[Requirement], unmet: Iterable[Requirement], wished: int | None, free: Container[int]
) -> set[int]:
    """Return whose reasons matter; where the wished provider cannot come, it does not matter why colleagues cannot."""
    if wished is None or wished in free or wished not in members_of(requirements):
        return members_of(unmet)
    return {wished} | members_of(each for each in unmet if wished not in each.resource_ids)


def _count_usable(catalog: Catalog, requirement: Requirement, location_id: int) -> int:
    location = catalog.locations[location_id]
    return sum(can_be_used(catalog.resources[one], location) for one in requirement.resource_ids)


def _gather(found: list[Refusal]) -> list[Refusal]:
    """Put all that is taken into one refusal, before hours: somebody who works then is nearer to being free."""
    conflicts = [one for refusal in found if isinstance(refusal, JustTaken) for one in refusal.conflicts]
    others = [refusal for refusal in found if not isinstance(refusal, JustTaken)]
    return [JustTaken(tuple(conflicts)), *others] if conflicts else others


def resource_refusals(catalog: Catalog, resource: Resource, wish: Wish, taken: Sequence[Interval]) -> list[Refusal]:
    """Return every reason why one resource cannot be had at the wished time.

    Where the location itself is not open, a resource is outside of its hours only if its own do not have the time.
    """
    service, location = catalog.services[wish.service_id], catalog.locations[wish.location_id]
    wanted = interval_of(service, wish)
    found: list[Refusal] = []
    if not _works(catalog, resource, location, wanted):
        start, end = _day_of(wish, location)
        shifts = working(catalog, resource.id, location.id, start, end)
        found.append(OutsideHours(resource.name, tuple(open_intervals(shifts, start, end))))
    full = with_buffers(service, wanted)
    for off in resource.time_off:
        if overlaps(full, (off.start, off.end)):
            found.append(ResourceAway(resource.name, off.reason, off.start, off.end))
    conflicts = tuple(Conflict(resource.name, *hole) for hole in taken if overlaps(full, hole))
    if conflicts:
        found.append(JustTaken(conflicts))
    return found


def _works(catalog: Catalog, resource: Resource, location: Location, wanted: Interval) -> bool:
    own = own_hours(resource, location, *wanted)
    if own is None or covers(own, wanted):
        return True
    return covers(open_intervals(working(catalog, resource.id, location.id, *wanted), *wanted), wanted)


def _is_off_grid(catalog: Catalog, service: Service, wish: Wish) -> bool:
    """Say whether the wished start lies in hours, but on no grid of those whose hours make the grid."""
    if wish.provider_id is not None:
        leads: tuple[int, ...] = (wish.provider_id,)
    else:
        leads = service.requirements[0].resource_ids if service.requirements else ()
    moment = (wish.start, wish.start + 1)
    shifts = [shift for one in leads for shift in working(catalog, one, wish.location_id, *moment)]
    if not service.requirements:
        shifts = list(opening(catalog, wish.location_id, *moment))
    at_work = [shift for shift in shifts if shift.start <= wish.start < shift.end]
    step = service.slot_interval_minutes * MINUTE
    return bool(at_work) and all((wish.start - shift.start) % step for shift in at_work)


def find_candidates(catalog: Catalog, service: Service, wish: Wish, taken: Holes) -> dict[int, list[int]]:
    """Return by requirement id the resources that are free at the wished time, among those that matter for the wish."""
    start, end = interval_of(service, wish)
    need = need_of(service, (end - start) // MINUTE)
    allowed = {
        one: allowed_starts(working(catalog, one, wish.location_id, start, end), holes_of(catalog, taken, one), need)
        for one in concerned_resources(service, wish.provider_id)
    }
    return candidates_at(service.requirements, allowed, start)


def find_assignment(
    catalog: Catalog,
    wish: Wish,
    taken: Holes,
    *,
    prefer: Sequence[int] = (),
    load: Mapping[int, int],
) -> tuple[int, ...]:
    """Choose what a booking takes: row ids of resources, sorted; the wished provider is among them.

    Raises:
        JustTaken, OutsideHours, ResourceAway, NoAssignment, NotOfferedHere: no complete assignment exists.
    """
    service = catalog.services[wish.service_id]
    candidates = find_candidates(catalog, service, wish, taken)
    wished = () if wish.provider_id is None else (wish.provider_id,)
    chosen = assign(service.requirements, candidates, (*wished, *prefer), load)
    members = () if chosen is None else tuple(sorted(one for each in chosen.values() for one in each))
    if chosen is not None and set(wished) <= set(members):
        return members
    for refusal in _resource_refusals(catalog, service, wish, taken):
        raise without_reason(refusal)
    raise NoAssignment(tuple(requirement.name for requirement in service.requirements))
