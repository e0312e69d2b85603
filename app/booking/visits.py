"""Several services in one visit, one after the other: each part begins when the one before it ends.

The parts become bookings of their own, buffers included, so one resource can serve two parts only where what it is
taken for does not overlap. Only the first part keeps to its service's slot interval. No group session is joined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

from app.booking.assignment import assign
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
    return _complete(stages, [], load)


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


def _complete(
    stages: Sequence[_Stage], done: list[tuple[int, ...]], load: Mapping[int, int]
) -> list[tuple[int, ...]] | None:
    """Try the parts in order, going back where a later part finds nobody any more."""
    if len(done) == len(stages):
        return done
    if any(_choose(stages[one], _busy(stages, done, one), (), load) is None for one in range(len(done), len(stages))):
        return None
    found = (_complete(stages, [*done, members], load) for members in _choices(stages, done, load))
    return next((one for one in found if one is not None), None)


def _busy(stages: Sequence[_Stage], done: Sequence[tuple[int, ...]], number: int) -> set[int]:
    """Return who is taken by earlier parts for times that overlap with those of this part."""
    mine = stages[number].taken
    return {one for stage, members in zip(stages, done, strict=False) if overlaps(stage.taken, mine) for one in members}


def _choices(
    stages: Sequence[_Stage], done: Sequence[tuple[int, ...]], load: Mapping[int, int]
) -> Iterator[tuple[int, ...]]:
    """Give what the next part could take: the best, then whatever leaves more to the later parts.

    Only those whom later parts want at overlapping times matter to these. To take fewer of them never hurts, so it is
    enough to try the smallest sets of them that will do.
    """
    number = len(done)
    stage, busy = stages[number], _busy(stages, done, number)
    served = sorted({one for members in done for one in members}, key=lambda one: (load.get(one, 0), one))
    later = [other for other in stages[number + 1 :] if overlaps(other.taken, stage.taken)]
    contested = (_candidates(stage) & set().union(*map(_candidates, later))) - busy
    enough: list[set[int]] = []
    for kept in chain([contested], _subsets(contested, sum(each.count for each in stage.requirements))):
        members = None if any(one <= kept for one in enough) else _choose(stage, busy | contested - kept, served, load)
        if members is not None:
            enough.append(kept)
            yield members


def _candidates(stage: _Stage) -> set[int]:
    return {one for free in stage.candidates.values() for one in free}


def _subsets(members: Collection[int], most: int) -> Iterator[set[int]]:
    """Give all subsets with at most so many members, the small ones first."""
    return (set(each) for size in range(most + 1) for each in combinations(sorted(members), size))


def _choose(
    stage: _Stage, without: Collection[int], prefer: Sequence[int], load: Mapping[int, int]
) -> tuple[int, ...] | None:
    """Return the best assignment of one part without some resources, or None; the wished provider must be in it."""
    left = {each: [one for one in free if one not in without] for each, free in stage.candidates.items()}
    wished = () if stage.provider_id is None else (stage.provider_id,)
    chosen = assign(stage.requirements, left, (*wished, *prefer), load)
    members = {one for each in (chosen or {}).values() for one in each}
    return tuple(sorted(members)) if chosen is not None and members.issuperset(wished) else None
