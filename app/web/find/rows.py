"""From calendars to the rows of the page: each day with everybody's free and busy time, as bars and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.booking.intervals import clip, normalise, subtract, union
from app.booking.values import Cause, Instant, Interval
from app.booking.wall_clock import day_bounds, local_date
from app.operations.calendars.calendar import CalendarView, ResourceCalendar
from app.texts import _
from app.web.calendar_pages import span_text
from app.web.times import clock_text, end_text

WIDTH = 1000
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar: from ``x`` on ``width`` of ``WIDTH``; ``is_free`` or taken."""

    x: int
    width: int
    is_free: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One resource on one day. ``free`` and ``busy`` say in words what the bar shows."""

    name: str
    kind: str
    parts: tuple[Part, ...]
    free: str
    busy: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of all of them; ``marks`` are the wall times at the beginning, middle and end of the bars."""

    day: date
    marks: tuple[str, ...]
    rows: tuple[Row, ...]
    closed: str = ""


def make_days(calendar: CalendarView, now: Instant) -> tuple[Day, ...]:
    """Lay out what calendars hold, day by day; nothing is free before ``now``."""
    first, last = local_date(calendar.start, calendar.tzid), local_date(calendar.end - 1, calendar.tzid)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(_day(calendar, day, now) for day in days)


def _day(calendar: CalendarView, day: date, now: Instant) -> Day:
    bounds = day_bounds(day, calendar.tzid)
    is_open = union(*(clip(one.open, *bounds) for one in calendar.columns))
    closed = calendar.closed.get(day, "")
    if not is_open:
        return Day(day, (), (), closed)
    shown = is_open[0][0] // _HOUR * _HOUR, -(-is_open[-1][1] // _HOUR) * _HOUR
    marks = tuple(_mark(moment, bounds, calendar.tzid) for moment in (shown[0], sum(shown) // 2, shown[1]))
    to_come = (max(bounds[0], now), max(bounds[1], now))
    rows = tuple(_row(one, bounds, shown, to_come, calendar.tzid) for one in calendar.columns)
    return Day(day, marks, rows, closed)


def _mark(moment: Instant, bounds: Interval, tzid: str) -> str:
    return end_text(moment, tzid) if moment == bounds[1] else clock_text(moment, tzid)


def _row(column: ResourceCalendar, bounds: Interval, shown: Interval, to_come: Interval, tzid: str) -> Row:
    away = [(one.start, one.end) for one in column.away]
    busy = clip(normalise([*((one.start, one.end) for one in column.taken), *away]), *bounds)
    free = subtract(clip(column.open, *to_come), busy)
    within = clip(busy, *shown)
    parts = sorted([*_parts(free, shown, is_free=True), *_parts(within, shown, is_free=False)], key=lambda one: one.x)
    told = ", ".join(span_text(one, tzid) for one in free)
    return Row(column.resource.name, column.resource.kind, tuple(parts), told, _busy(column, bounds, tzid))


def _parts(intervals: Sequence[Interval], shown: Interval, *, is_free: bool) -> Iterator[Part]:
    length = shown[1] - shown[0]
    for start, end in intervals:
        x = (start - shown[0]) * WIDTH // length
        yield Part(x, max((end - shown[0]) * WIDTH // length - x, 1), is_free)


def _buffers(column: ResourceCalendar) -> Iterator[Interval]:
    """Yield what is kept free around bookings."""
    for one in column.taken:
        if one.booked is not None:
            yield from subtract([(one.start, one.end)], [one.booked])


def _busy(column: ResourceCalendar, bounds: Interval, tzid: str) -> tuple[str, ...]:
    """Return what takes somebody that day, in order; titles only where the actor may see them."""
    found = [(one.start, one.end, one.service_name if one.service else _("Busy")) for one in column.bookings]
    outside = (one for one in column.taken if one.cause is Cause.BUSY_TIME)
    found += [(one.start, one.end, one.reference or _("Busy")) for one in outside]
    found += [(one.start, one.end, one.reason or _("Time off")) for one in column.away]
    found += [(start, end, _("Buffer")) for start, end in _buffers(column)]
    here = sorted({(max(start, bounds[0]), min(end, bounds[1]), title) for start, end, title in found})  # seats are one
    return tuple(f"{span_text((start, end), tzid)} {title}" for start, end, title in here if start < end)
