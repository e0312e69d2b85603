"""What the calendars tell ``static/drag-places.js``: which quarter hours lie where, and what of them is free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from app.booking.formats import clock
from app.booking.intervals import clip, normalise
from app.booking.values import Instant, Interval
from app.booking.wall_clock import day_bounds, earliest, end_of, local_minute
from app.operations.calendars.calendar import CalendarView
from app.web.calendar_grid import ROW_SECONDS, CellKind, Row
from app.web.calendar_pages import DEFAULT_HOURS, DayTable, TimeLabel, Timeline

HOUR = 60


def spans(intervals: Iterable[Interval]) -> str:
    """Return intervals as a script reads them: ``10-20 30-40``."""
    return " ".join(f"{start}-{end}" for start, end in intervals)


def free_of_lanes(table: DayTable) -> list[str]:
    """Return for each lane of a day what of it can be booked."""
    free: list[list[Interval]] = [[] for _lane in table.lanes]
    for _label, row in table.rows:
        for cell in row.cells:
            if cell.kind is CellKind.FREE:
                free[cell.lane].append((cell.start, cell.start + ROW_SECONDS))
    return [spans(normalise(one)) for one in free]


def times_of_hours(table: DayTable, timeline: Timeline) -> Iterator[str]:
    """Yield for each hour at the head of a timeline the quarter hours below it."""
    rows = iter(table.rows)
    for hour in timeline.hours:
        yield times(label_and_row for _number, label_and_row in zip(range(hour.quarters), rows, strict=False))


def times(rows: Iterable[tuple[TimeLabel, Row]]) -> str:
    """Return quarter hours as a script reads them: ``1893916800 08:00;1893917700 08:15``."""
    return ";".join(f"{row.start} {label.time} {label.zone}".rstrip() for label, row in rows)


def times_of_week(calendar: CalendarView, days: Sequence[date]) -> Mapping[date, str]:
    """Return for each day the quarter hours that its width stands for: from the first hour to the last of the week."""
    first, last = _hours_of_week(calendar, days)
    return {day: ";".join(_quarters(day, first, last, calendar.tzid)) for day in days}


def _quarters(day: date, first: int, last: int, tzid: str) -> Iterator[str]:
    for start in range(earliest(day, first, tzid), end_of(day, last, tzid), ROW_SECONDS):
        yield f"{start} {clock(local_minute(start, tzid))}"


def _hours_of_week(calendar: CalendarView, days: Sequence[date]) -> tuple[int, int]:
    """Return the whole hours, in minutes of the wall clock, between which anybody works or is booked."""
    edges: set[int] = set()
    for day in days:
        bounds = day_bounds(day, calendar.tzid)
        for start, end in normalise(_used(calendar, bounds)):
            edges |= {local_minute(start, calendar.tzid), local_minute(end - 1, calendar.tzid) + 1}
    first, last = (min(edges), max(edges)) if edges else DEFAULT_HOURS
    return first // HOUR * HOUR, -(-last // HOUR) * HOUR


def _used(calendar: CalendarView, bounds: tuple[Instant, Instant]) -> Iterator[Interval]:
    for column in calendar.columns:
        yield from clip(column.open, *bounds)
        yield from clip(((one.start, one.end) for one in column.bookings), *bounds)
