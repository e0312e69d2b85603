"""When several can come together: all common starts, the best first, each with what speaks for and against it.

Which times are possible the slot search knows; here they are compared. Where there is none, it is looked for who stands
in the way: the times at which all can come but one, else but two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from app.booking.extras import exchanged
from app.booking.hours import open_intervals, working
from app.booking.intervals import covers, overlaps
from app.booking.slots import Holes, Need, SlotQuery, duration_of, find_free_intervals, find_slots, need_of
from app.booking.values import MINUTE, Catalog, Instant, Interval, Requirement
from app.booking.wall_clock import local_date

QUARTER = 15 * MINUTE
DAY = 86_400
EDGE = 30 * MINUTE
"""So near to the beginning or end of somebody's hours a booking is at their edge."""
MIDDLE = 60 * MINUTE
"""So far from both a booking is well within them."""
SHORT_GAP = 30 * MINUTE
"""What is left between two bookings below this is of no use to anybody."""
MOST_LEFT_OUT = 2


class For(StrEnum):
    """What speaks for a time, or against it; the texts are in ``common_words.py``."""

    SOONEST = "soonest"
    SAME_DAY = "same_day"
    LATER = "later"
    JOINED = "joined"
    WITHIN = "within"
    SHORT_GAP = "short_gap"
    EDGE = "edge"


WEIGHTS: Mapping[For, int] = {
    For.SOONEST: 1,
    For.JOINED: 1,
    For.WITHIN: 1,
    For.SAME_DAY: 0,
    For.LATER: -4,
    For.EDGE: -2,
    For.SHORT_GAP: -3,
}
"""Points of a time: a day later weighs more than a gap or an edge, those more than what is merely nice."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for a time or against it. ``names``: for whom; ``days``: after the soonest, of LATER."""

    kind: For
    names: tuple[str, ...] = ()
    days: int = 0

    @property
    def points(self) -> int:
        """What it adds to the time's points; less than nothing speaks against it."""
        return WEIGHTS[self.kind] * max(self.days, 1)


@dataclass(frozen=True, slots=True)
class CommonTime:
    """A start at which all can come, and what speaks for it and against it."""

    start: Instant
    reasons: tuple[Reason, ...] = ()

    @property
    def points(self) -> int:
        """The sum of its reasons: the more the better."""
        return sum(one.points for one in self.reasons)


class Hindrance(StrEnum):
    """Why somebody cannot come."""

    TAKEN = "taken"
    AWAY = "away"
    OFF = "off"
    NONE_FREE = "none_free"


@dataclass(frozen=True, slots=True)
class Missing:
    """Who cannot come at a time: the name of a resource or of a pool, and why."""

    name: str
    hindrance: Hindrance


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A start at which all can come but these."""

    start: Instant
    missing: tuple[Missing, ...]


def find_common(catalog: Catalog, query: SlotQuery, taken: Holes, now: Instant) -> list[Instant]:
    """Return the starts at which everything that the service needs can be had, sorted.

    For those who need no grid (``any_minute``): on the quarter hours, and right after or before what others have.

    Args:
        catalog: the set-up, the service as one booking needs it (``extras.fit``).
        query: what is looked for.
        taken: what is taken of all of them, buffers included, around the query.
        now: the present time.

    Raises:
        WrongDuration: the service has no such duration.
    """
    if not query.any_minute:
        return find_slots(catalog, query, taken, now)
    later = replace(query, start=max(query.start, now))
    if later.start >= later.end:
        return []
    return [start for part in find_free_intervals(catalog, later, taken, now) for start in _offered(*part)]


def _offered(low: Instant, high: Instant) -> Iterator[Instant]:
    """Yield the first whole minute of ``[low, high)``, its quarter hours and its last minute, each once."""
    first, last = -(-low // MINUTE) * MINUTE, (high - 1) // MINUTE * MINUTE
    if first > last:
        return
    yield first
    yield from range((first // QUARTER + 1) * QUARTER, last, QUARTER)
    if last > first:
        yield last


def rank(
    catalog: Catalog, query: SlotQuery, taken: Holes, starts: Sequence[Instant], told: Collection[int] | None = None
) -> list[CommonTime]:
    """Return these common starts, sorted by time, with their reasons: the best first, of equal ones the soonest.

    ``told``: row ids of those whose calendars count and may be spoken of; None: all.
    """
    if not starts:
        return []
    compared = _Compared.of(catalog, query, told)
    found = [CommonTime(start, tuple(_reasons(compared, taken, starts[0], start))) for start in starts]
    return sorted(found, key=lambda one: (-one.points, one.start))


def spread(ranked: Sequence[CommonTime], most: int, apart: int) -> list[CommonTime]:
    """Return the best times of which none starts within ``apart`` seconds of a better one, at most ``most``."""
    found: list[CommonTime] = []
    for one in ranked:
        if len(found) == most:
            break
        if all(abs(one.start - other.start) >= apart for other in found):
            found.append(one)
    return found


@dataclass(frozen=True, slots=True)
class _Compared:
    """What times are compared by: who is named, not one of several, and what the booking takes of them."""

    catalog: Catalog
    location_id: int
    tzid: str
    named: tuple[int, ...]
    need: Need

    @classmethod
    def of(cls, catalog: Catalog, query: SlotQuery, told: Collection[int] | None = None) -> _Compared:
        service, location = catalog.services[query.service_id], catalog.locations[query.location_id]
        alone = (one.resource_ids[0] for one in service.requirements if len(one.resource_ids) == 1)
        named = tuple(one for one in alone if told is None or one in told)
        need = need_of(service, duration_of(service, query.duration_minutes))
        return cls(catalog, location.id, location.tzid, named, need)

    def names(self, ids: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.catalog.resources[one].name for one in ids)


def _reasons(compared: _Compared, taken: Holes, soonest: Instant, start: Instant) -> Iterator[Reason]:
    days = (local_date(start, compared.tzid) - local_date(soonest, compared.tzid)).days
    if days:
        yield Reason(For.LATER, days=days)
    else:
        yield Reason(For.SOONEST if start == soonest else For.SAME_DAY)
    gaps = {one: _gaps(taken.get(one, ()), start, compared.need) for one in compared.named}
    rooms = {one: _room(compared, one, start) for one in compared.named}
    yield from _if_any(For.JOINED, compared, [one for one in compared.named if 0 in gaps[one]])
    short = [one for one in compared.named if any(0 < gap < SHORT_GAP for gap in gaps[one])]
    yield from _if_any(For.SHORT_GAP, compared, short)
    yield from _if_any(For.EDGE, compared, [one for one in compared.named if rooms[one] < EDGE])
    if rooms and min(rooms.values()) >= MIDDLE:
        yield Reason(For.WITHIN)


def _if_any(kind: For, compared: _Compared, ids: Sequence[int]) -> Iterator[Reason]:
    if ids:
        yield Reason(kind, compared.names(ids))


def _gaps(holes: Sequence[Interval], start: Instant, need: Need) -> list[int]:
    """Return how long it is to what is taken before and after, in seconds; nothing where nothing is."""
    low, high = start - need.before, start + need.duration + need.after
    before = [low - until for _, until in holes if until <= low]
    after = [since - high for since, _ in holes if since >= high]
    return [min(each) for each in (before, after) if each]


def _room(compared: _Compared, resource_id: int, start: Instant) -> int:
    """Return how far a booking is from the nearer end of somebody's hours, in seconds."""
    wanted = (start, start + compared.need.duration)
    around = (start - DAY, wanted[1] + DAY)
    shifts = working(compared.catalog, resource_id, compared.location_id, *around)
    hours = [one for one in open_intervals(shifts, *around) if covers([one], wanted)]
    return min((min(start - opens, closes - wanted[1]) for opens, closes in hours), default=0)


def find_near_misses(
    catalog: Catalog,
    query: SlotQuery,
    taken: Holes,
    now: Instant,
    most: int = 6,
    told: Collection[int] | None = None,
) -> list[NearMiss]:
    """Return times at which all can come but one, or else but two, the soonest first; for when all cannot.

    For each who is left out the soonest time, then further ones, at most ``most`` together. Only who is among ``told``
    (row ids; None: all) is said to be in the way.
    """
    service = catalog.services[query.service_id]
    spoken_of = [one for one in service.requirements if told is None or set(told).issuperset(one.resource_ids)]
    for count in range(1, min(MOST_LEFT_OUT, len(service.requirements) - 1) + 1):
        found = [
            [NearMiss(start, _missing(catalog, query, taken, start, left_out)) for start in starts[:most]]
            for left_out in combinations(spoken_of, count)
            if (starts := _without(catalog, query, taken, now, left_out))
        ]
        if found:
            return _soonest_of_each(found, most)
    return []


def _soonest_of_each(found: Sequence[Sequence[NearMiss]], most: int) -> list[NearMiss]:
    by_turn = sorted(
        (place, one.start, number, one) for number, each in enumerate(found) for place, one in enumerate(each)
    )
    return [one for *_, one in sorted(by_turn[:most], key=lambda each: (each[1], each[2]))]


def _without(
    catalog: Catalog, query: SlotQuery, taken: Holes, now: Instant, left_out: Sequence[Requirement]
) -> list[Instant]:
    service = catalog.services[query.service_id]
    rest = tuple(one for one in service.requirements if one not in left_out)
    return find_common(exchanged(catalog, replace(service, requirements=rest)), query, taken, now)


def _missing(
    catalog: Catalog, query: SlotQuery, taken: Holes, start: Instant, left_out: Sequence[Requirement]
) -> tuple[Missing, ...]:
    compared = _Compared.of(catalog, query)
    return tuple(Missing(one.name, _hindrance(compared, taken, start, one)) for one in left_out)


def _hindrance(compared: _Compared, taken: Holes, start: Instant, requirement: Requirement) -> Hindrance:
    """Say why a requirement cannot be met: what is taken first, as somebody could be asked to move that."""
    if len(requirement.resource_ids) > 1:
        return Hindrance.NONE_FREE
    [resource_id] = requirement.resource_ids
    need = compared.need
    full = (start - need.before, start + need.duration + need.after)
    if any(overlaps(full, hole) for hole in taken.get(resource_id, ())):
        return Hindrance.TAKEN
    away = compared.catalog.resources[resource_id].time_off
    if any(overlaps(full, (one.start, one.end)) for one in away):
        return Hindrance.AWAY
    return Hindrance.OFF
