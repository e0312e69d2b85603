"""Several services in one visit, one after the other: each part begins when the one before it ends.

The parts become bookings of their own, buffers included, so one resource can serve two parts only where what it is
taken for does not overlap. Only the first part keeps to its service's slot interval. No group session is joined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.booking.assignment import can_assign
from app.booking.intervals import covers, intersect, overlaps
from app.booking.rules import Wish, find_candidates, interval_of, with_buffers
from app.booking.slots import Holes, SlotQuery, duration_of, find_free_intervals, find_slots, members_of
from app.booking.values import MINUTE, Catalog, Instant, Interval, Requirement

_NO_LOAD: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """One service of a visit."""

    service_id: int
    duration_minutes: int | None = None
    provider_id: int | None = None


@dataclass(frozen=True, slots=True)
class VisitQuery:
    """Free starts in ``[start, end)`` of a visit of one or more parts; ``any_minute`` as for ``SlotQuery``."""

    location_id: int
    parts: tuple[Part, ...]
    start: Instant
    end: Instant
    any_minute: bool = False


@dataclass(frozen=True, slots=True)
class _Stage:
    """One part at its time: what it takes of its resources, and who is free for each requirement."""

    taken: Interval
    requirements: tuple[Requirement, ...]
    candidates: Mapping[int, Collection[int]]
    provider_id: int | None


def find_visit_starts(catalog: Catalog, query: VisitQuery, taken: Holes, now: Instant) -> list[Instant]:
    """Return the starts at which all parts can be had, sorted; ``taken`` has what is taken of all parts' resources.

    Raises:
        WrongDuration: a service has no such duration.
    """
    first, *others = plan(catalog, query.parts, query.location_id, 0)
    possible = [(query.start, query.end)]
    for wish in others:
        window = _query(wish, query, query.start + wish.start, query.end + wish.start)
        free = find_free_intervals(catalog, replace(window, any_grid=True), taken, now)
        possible = intersect(possible, [(since - wish.start, until - wish.start) for since, until in free])
    starts = find_slots(catalog, _query(first, query, query.start, query.end), taken, now)
    kept = [start for start in starts if covers(possible, (start, start + 1))]
    if not _may_clash(catalog, [first, *others]):
        return kept
    return [start for start in kept if assign_visit(catalog, _at([first, *others], start), taken)]


def plan(catalog: Catalog, parts: Sequence[Part], location_id: int, start: Instant) -> list[Wish]:
    """Return the parts as wishes, one after the other from ``start`` on.

    Raises:
        WrongDuration: a service has no such duration.
    """
    wishes: list[Wish] = []
    for part in parts:
        minutes = duration_of(catalog.services[part.service_id], part.duration_minutes)
        wishes.append(Wish(part.service_id, location_id, start, minutes, part.provider_id))
        start += minutes * MINUTE
    return wishes


def assign_visit(
    catalog: Catalog, wishes: Sequence[Wish], taken: Holes, load: Mapping[int, int] = _NO_LOAD
) -> list[tuple[int, ...]] | None:
    """Choose what each part takes, row ids sorted, or None where no complete assignment of all parts exists.

    Wished providers come first, then those who serve another part already, then those with the least load, then by id.
    """
    stages = [_stage(catalog, wish, taken) for wish in wishes]
    return next(_assignments(stages, [], load), None)


def _query(wish: Wish, query: VisitQuery, start: Instant, end: Instant) -> SlotQuery:
    return SlotQuery(
        wish.service_id,
        wish.location_id,
        start,
        end,
        wish.duration_minutes,
        wish.provider_id,
        any_minute=query.any_minute,
    )


def _at(wishes: Sequence[Wish], start: Instant) -> list[Wish]:
    return [replace(wish, start=wish.start + start) for wish in wishes]


def _may_clash(catalog: Catalog, wishes: Sequence[Wish]) -> bool:
    """Say whether two parts could want the same resource for times that overlap, because of buffers."""
    services = [catalog.services[wish.service_id] for wish in wishes]
    taken = [with_buffers(one, interval_of(one, wish)) for one, wish in zip(services, wishes, strict=True)]
    members = [members_of(one.requirements) for one in services]
    numbers = range(len(wishes))
    return any(overlaps(taken[i], taken[j]) and members[i] & members[j] for j in numbers for i in range(j))


def _stage(catalog: Catalog, wish: Wish, taken: Holes) -> _Stage:
    service = catalog.services[wish.service_id]
    candidates = find_candidates(catalog, service, wish, taken)
    return _Stage(with_buffers(service, interval_of(service, wish)), service.requirements, candidates, wish.provider_id)


def _assignments(
    stages: Sequence[_Stage], done: list[tuple[int, ...]], load: Mapping[int, int]
) -> Iterator[list[tuple[int, ...]]]:
    """Try the parts in order, going back where a later part finds nobody any more."""
    if len(done) == len(stages):
        yield list(done)
        return
    if not _can_go_on(stages, done):
        return
    stage = stages[len(done)]
    served = {one for members in done for one in members}
    for members in _choices(stage, _busy(stages, done, len(done)), served, load):
        yield from _assignments(stages, [*done, members], load)


def _can_go_on(stages: Sequence[_Stage], done: Sequence[tuple[int, ...]]) -> bool:
    """Say whether every later part, looked at alone, still finds all that it needs."""
    for number in range(len(done), len(stages)):
        stage, busy = stages[number], _busy(stages, done, number)
        left = {each: [one for one in free if one not in busy] for each, free in stage.candidates.items()}
        wished = stage.provider_id
        if wished is not None and not any(wished in free for free in left.values()):
            return False
        if not can_assign(stage.requirements, left):
            return False
    return True


def _busy(stages: Sequence[_Stage], done: Sequence[tuple[int, ...]], number: int) -> set[int]:
    """Return who is taken by earlier parts for times that overlap with those of this part."""
    mine = stages[number].taken
    return {one for stage, members in zip(stages, done, strict=False) if overlaps(stage.taken, mine) for one in members}


def _choices(
    stage: _Stage, busy: Collection[int], served: Collection[int], load: Mapping[int, int]
) -> Iterator[tuple[int, ...]]:
    """Give every set of resources that one part could take, the best first, each once."""
    seen: set[tuple[int, ...]] = set()
    places = [requirement.id for requirement in stage.requirements for _ in range(requirement.count)]

    def order(one: int) -> tuple[bool, bool, int, int]:
        return one != stage.provider_id, one not in served, load.get(one, 0), one

    def fill(chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(chosen) == len(places):
            yield chosen
            return
        for one in sorted(stage.candidates[places[len(chosen)]], key=order):
            if one not in busy and one not in chosen:
                yield from fill((*chosen, one))

    for chosen in fill(()):
        members = tuple(sorted(chosen))
        if members not in seen and (stage.provider_id is None or stage.provider_id in members):
            seen.add(members)
            yield members
