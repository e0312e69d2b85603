"""When places are open and resources work: wall-clock rules become shifts of instants.

Expanding wall time is slow against everything else, so the result is remembered in the catalog's memo, in blocks of
whole UTC days: few entries, whatever days are asked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from app.booking.intervals import clip, intersect, normalise, subtract
from app.booking.values import (
    DAY_MINUTES,
    MINUTE,
    Catalog,
    Closure,
    DateOverride,
    Instant,
    Interval,
    Location,
    Resource,
    WallInterval,
    WeeklyHours,
)
from app.booking.wall_clock import day_bounds, earliest, end_of, steady_midnight

DAY = 86_400
_EPOCH = date(1970, 1, 1)
_ALL_DAY = (WallInterval(0, DAY_MINUTES),)
_BLOCK_DAYS = 64
_MEMO_SIZE = 2_000
_MARGIN_DAYS = 2


class Shift(NamedTuple):
    """Hours as somebody entered them: a booking may start in ``[start, end)`` and last until ``reach``.

    ``reach`` lies after ``end`` where the next shift follows without a pause. Slots are counted from ``start``, which
    therefore stays apart even where shifts touch, so that the same slots are offered whatever days are asked for.
    """

    start: Instant
    end: Instant
    reach: Instant


def opening(catalog: Catalog, location_id: int, start: Instant, end: Instant) -> Sequence[Shift]:
    """Return the shifts of a location that touch ``[start, end)``, and perhaps the one before."""
    location = catalog.locations[location_id]
    return _recall(catalog, (0, location_id), start, end, lambda first, last: _location_hours(location, first, last))


def working(catalog: Catalog, resource_id: int, location_id: int, start: Instant, end: Instant) -> Sequence[Shift]:
    """Return when a resource can be had at a location, as for ``opening``; time off is not taken out.

    Nothing where it belongs to another location or was switched off.
    """
    resource, location = catalog.resources[resource_id], catalog.locations[location_id]

    def find(first: int, last: int) -> list[Interval]:
        if not can_be_used(resource, location):
            return []
        is_open = opening(catalog, location_id, (first - _MARGIN_DAYS) * DAY, (last + 1 + _MARGIN_DAYS) * DAY)
        own = _own_hours(resource, location, first, last)
        if own is None:
            return [(shift.start, shift.end) for shift in is_open]
        return _cut(own, normalise((shift.start, shift.end) for shift in is_open))

    return _recall(catalog, (resource_id, location_id), start, end, find)


def can_be_used(resource: Resource, location: Location) -> bool:
    """Say whether a resource can be used at a location at all, whatever its hours."""
    return resource.active and location.active and resource.location_id in (None, location.id)


def own_hours(resource: Resource, location: Location, start: Instant, end: Instant) -> list[Interval] | None:
    """Return a resource's own hours at a location within ``[start, end)``, whatever the location's are.

    None where it has no hours of its own and follows the location. For explanations: nothing is remembered.
    """
    own = _own_hours(resource, location, start // DAY, (end - 1) // DAY)
    return None if own is None else clip(normalise(own), start, end)


def with_weekly_hours(catalog: Catalog, owner: Location | Resource, weekly: Iterable[WeeklyHours]) -> Catalog:
    """Return the set-up as it would be with other weekly hours of one location or resource; nothing is remembered."""
    changed = replace(owner, weekly=tuple(weekly))
    if isinstance(changed, Location):
        return replace(catalog, locations={**catalog.locations, owner.id: changed}, memo={})
    return replace(catalog, resources={**catalog.resources, owner.id: changed}, memo={})


def open_intervals(shifts: Iterable[Shift], start: Instant, end: Instant) -> list[Interval]:
    """Return the moments of shifts within ``[start, end)``."""
    return clip(normalise((shift.start, shift.end) for shift in shifts), start, end)


def availability(catalog: Catalog, resource_id: int, location_id: int, start: Instant, end: Instant) -> list[Interval]:
    """Return the parts of ``[start, end)`` in which a resource works at a location and has no time off."""
    away = sorted((off.start, off.end) for off in catalog.resources[resource_id].time_off)
    return subtract(open_intervals(working(catalog, resource_id, location_id, start, end), start, end), away)


def closures_on(location: Location, day: date) -> list[Closure]:
    """Return the closures and holidays that a local date falls into."""
    return [closure for closure in location.closures if closure.first <= day <= closure.last]


def _recall(
    catalog: Catalog,
    what: tuple[int, int],
    start: Instant,
    end: Instant,
    find: Callable[[int, int], list[Interval]],
) -> Sequence[Shift]:
    """Return the shifts of ``[start, end)`` from the memo, which is filled with whole blocks of days as needed."""
    first, last = start // DAY // _BLOCK_DAYS, (end - 1) // DAY // _BLOCK_DAYS
    key = (*what, first, last)
    known = catalog.memo.get(key)
    if known is None:
        shifts = _chain(find(first * _BLOCK_DAYS, (last + 1) * _BLOCK_DAYS - 1))
        if len(catalog.memo) >= _MEMO_SIZE:
            catalog.memo.clear()
        known = catalog.memo[key] = shifts, [shift.start for shift in shifts]
    all_shifts: tuple[Shift, ...] = known[0]
    starts: list[Instant] = known[1]
    return all_shifts[max(bisect_right(starts, start) - 1, 0) : bisect_left(starts, end)]


def _chain(intervals: Sequence[Interval]) -> tuple[Shift, ...]:
    """Give every interval its reach, from the last to the first."""
    shifts: list[Shift] = []
    for start, end in reversed(intervals):
        reach = shifts[-1].reach if shifts and shifts[-1].start == end else end
        shifts.append(Shift(start, end, reach))
    return tuple(reversed(shifts))


def _location_hours(location: Location, first: int, last: int) -> list[Interval]:
    rules = _expand(location.weekly, location.overrides, location.tzid, first, last)
    closed = sorted(_closed(closure, location.tzid) for closure in location.closures)
    return subtract(rules, closed)


def _own_hours(resource: Resource, location: Location, first: int, last: int) -> list[Interval] | None:
    here = (None, location.id)
    overrides = tuple(override for override in resource.overrides if override.location_id in here)
    if not resource.weekly and not overrides:
        return None
    weekly = tuple(hours for hours in resource.weekly if hours.location_id in here)
    works_elsewhere = bool(resource.weekly) and not weekly
    return _expand(weekly, overrides, resource.tzid, first, last, closed=works_elsewhere)


def _cut(intervals: Sequence[Interval], allowed: Sequence[Interval]) -> list[Interval]:
    """Return the parts of intervals, which may touch and stay apart then, that lie within a normal list."""
    return [part for interval in intervals for part in intersect([interval], _around(allowed, interval))]


def _around(allowed: Sequence[Interval], interval: Interval) -> Sequence[Interval]:
    first = max(bisect_right(allowed, interval) - 1, 0)
    return allowed[first : bisect_left(allowed, (interval[1],))]


def _closed(closure: Closure, tzid: str) -> Interval:
    return day_bounds(closure.first, tzid)[0], day_bounds(closure.last, tzid)[1]


def _expand(
    weekly: Sequence[WeeklyHours],
    overrides: Sequence[DateOverride],
    tzid: str,
    first: int,
    last: int,
    *,
    closed: bool = False,
) -> list[Interval]:
    """Return the intervals of all local days that reach into UTC days ``first`` to ``last``, sorted; some may touch.

    Hours run up to 48 hours from their midnight and zones are less than a day away from UTC, hence the margins.
    Without any weekly hours every day is open all day, unless ``closed``.
    """
    special: dict[date, list[WallInterval]] = {}
    for override in overrides:
        special.setdefault(override.day, []).extend(override.hours)
    by_weekday = [[one.hours for one in weekly if one.weekday == number] for number in range(7)]
    usual = () if closed else _ALL_DAY
    found: list[Interval] = []
    for number in range(first - _MARGIN_DAYS - 1, last + _MARGIN_DAYS + 1):
        day = _EPOCH + timedelta(days=number)
        for wall in special.get(day, by_weekday[day.weekday()] if weekly else usual):
            found.append(_instants(day, wall, tzid))
    return _without_overlaps(found)


def _instants(day: date, wall: WallInterval, tzid: str) -> Interval:
    midnight = steady_midnight(day, tzid)
    if midnight is not None:
        return midnight + wall.start_minute * MINUTE, midnight + wall.end_minute * MINUTE
    return earliest(day, wall.start_minute, tzid), end_of(day, wall.end_minute, tzid)


def _without_overlaps(intervals: Iterable[Interval]) -> list[Interval]:
    """Return sorted intervals that may touch: where two overlap the later begins when the earlier ends."""
    apart: list[Interval] = []
    for start, end in sorted(intervals):
        begin = max(start, apart[-1][1]) if apart else start
        if begin < end:
            apart.append((begin, end))
    return apart
