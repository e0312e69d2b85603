"""When places are open and resources work: wall-clock rules become shifts of instants.

Expanding wall time is slow against everything else, so the result is remembered in the catalog's memo, by whole UTC days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from app.booking.intervals import clip, normalise, subtract
from app.booking.values import (
    DAY_MINUTES,
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
from app.booking.wall_clock import day_bounds, earliest, latest

DAY = 86_400
_EPOCH = date(1970, 1, 1)
_ALL_DAY = (WallInterval(0, DAY_MINUTES),)
_MEMO_SIZE = 20_000
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
    """Return the shifts of a location that touch the UTC days of ``[start, end)``, and a few around them."""
    first, last = start // DAY, (end - 1) // DAY
    key = (0, location_id, first, last)
    known = catalog.memo.get(key)
    if known is None:
        known = _remember(catalog, key, _location_hours(catalog.locations[location_id], first, last))
    return known


def working(catalog: Catalog, resource_id: int, location_id: int, start: Instant, end: Instant) -> Sequence[Shift]:
    """Return when a resource can be had at a location, as for ``opening``; time off is not taken out.

    Nothing where it belongs to another location or was switched off.
    """
    first, last = start // DAY, (end - 1) // DAY
    key = (resource_id, location_id, first, last)
    known = catalog.memo.get(key)
    if known is None:
        resource, location = catalog.resources[resource_id], catalog.locations[location_id]
        known = _remember(catalog, key, _resource_hours(resource, location, first, last))
    return known


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


def _remember(catalog: Catalog, key: tuple[int, ...], intervals: list[Interval]) -> tuple[Shift, ...]:
    if len(catalog.memo) >= _MEMO_SIZE:
        catalog.memo.clear()
    shifts = catalog.memo[key] = _chain(intervals)
    return shifts


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


def _resource_hours(resource: Resource, location: Location, first: int, last: int) -> list[Interval]:
    if not resource.active or not location.active or resource.location_id not in (None, location.id):
        return []
    here = (None, location.id)
    overrides = tuple(override for override in resource.overrides if override.location_id in here)
    is_open = _location_hours(location, first, last)
    if not resource.weekly and not overrides:
        return is_open
    weekly = tuple(hours for hours in resource.weekly if hours.location_id in here)
    works_elsewhere = bool(resource.weekly) and not weekly
    own = _expand(weekly, overrides, resource.tzid, first, last, closed=works_elsewhere)
    merged = normalise(is_open)
    return [part for interval in own for part in clip(merged, *interval)]


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
    """Return the intervals of all local days that may reach into the UTC days ``first`` to ``last``, sorted, touching or not.

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
            found.append((earliest(day, wall.start_minute, tzid), latest(day, wall.end_minute, tzid)))
    return _without_overlaps(found)


def _without_overlaps(intervals: Iterable[Interval]) -> list[Interval]:
    """Return sorted intervals that may touch: where two overlap the later begins when the earlier ends."""
    apart: list[Interval] = []
    for start, end in sorted(intervals):
        begin = max(start, apart[-1][1]) if apart else start
        if begin < end:
            apart.append((begin, end))
    return apart
