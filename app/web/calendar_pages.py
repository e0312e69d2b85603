"""From what a calendar holds to what its pages show: lanes of the day, days of the week, labels of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from app.booking.formats import WEEK, clock
from app.booking.intervals import clip, normalise, subtract
from app.booking.values import Cause, Interval
from app.booking.wall_clock import day_bounds, earliest, local
from app.operations.calendars.calendar import AwayView, CalendarView, ResourceCalendar
from app.operations.views import BookingView
from app.texts import _
from app.web.calendar_grid import ROW_SECONDS, Cell, CellKind, Lane, Note, Row, lay_out, shown_interval
from app.web.calendar_placing import Session, in_sessions
from app.web.times import clock_text, end_text

DEFAULT_HOURS = (8 * 60, 18 * 60)


@dataclass(frozen=True, slots=True)
class TimeLabel:
    """What stands at the left of a row. ``zone``: only where the same wall time comes twice that day."""

    time: str
    is_hour: bool
    zone: str = ""


@dataclass(frozen=True, slots=True)
class DayTable:
    """The day view's table; ``missing`` names resources that are left out because nothing happens with them."""

    lanes: tuple[Lane, ...]
    rows: tuple[tuple[TimeLabel, Row], ...]
    missing: tuple[str, ...]
    clock_change: str = ""


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One resource's day from left to right: cells with the label of the quarter hour in which each begins."""

    lane: Lane
    cells: tuple[tuple[TimeLabel, Cell], ...]


@dataclass(frozen=True, slots=True)
class Hour:
    """The head of one hour, so many quarter hours wide."""

    label: TimeLabel
    quarters: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """A day with a line for each resource, under the heads of its hours."""

    hours: tuple[Hour, ...]
    lines: tuple[TimeLine, ...]


@dataclass(frozen=True, slots=True)
class DayCell:
    """One resource's day in the week view. ``free``: when it works and nothing takes it."""

    day: date
    hours: str
    away: tuple[str, ...]
    busy: tuple[str, ...]
    bookings: tuple[BookingView, ...]
    free: tuple[Interval, ...]

    @property
    def sessions(self) -> list[Session]:
        """The bookings, those of one group session together."""
        return in_sessions(self.bookings)


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One resource's week."""

    name: str
    public_id: str
    kind: str
    days: tuple[DayCell, ...]


def make_day_table(calendar: CalendarView, day: date, everybody: bool) -> DayTable:
    """Lay out one local date of a calendar."""
    shown = [one for one in calendar.columns if everybody or not one.is_quiet]
    missing = tuple(one.resource.name for one in calendar.columns if one not in shown)
    lanes = tuple(_lane(one, calendar) for one in shown)
    bounds = (calendar.start, calendar.end)
    usual = (earliest(day, DEFAULT_HOURS[0], calendar.tzid), earliest(day, DEFAULT_HOURS[1], calendar.tzid))
    rows = lay_out(lanes, shown_interval(lanes, bounds, usual))
    labels = _labels(rows, calendar.tzid)
    return DayTable(lanes, tuple(zip(labels, rows, strict=True)), missing, clock_change(bounds, calendar.tzid))


def _lane(column: ResourceCalendar, calendar: CalendarView) -> Lane:
    notes = (*_taken_notes(column, calendar.is_narrowed), *_away_notes(column.away))
    resource = column.resource
    return Lane(resource.name, resource.public_id, resource.kind, column.open, column.bookings, notes)


def _taken_notes(column: ResourceCalendar, is_narrowed: bool) -> Iterator[Note]:
    shown = {(one.start, one.end) for one in column.bookings}
    for one in column.taken:
        if one.cause is Cause.BUSY_TIME:
            yield Note(CellKind.BUSY, one.start, one.end, "other calendar")
            continue
        is_wish = column.tells_wishes and one.booked is None and bool(one.reference)
        yield Note(CellKind.WISH if is_wish else CellKind.BUFFER, one.start, one.end)
        if is_narrowed and one.booked is not None and one.booked not in shown:
            yield Note(CellKind.OTHER, *one.booked)


def _away_notes(away: Sequence[AwayView]) -> Iterator[Note]:
    for one in away:
        yield Note(CellKind.TIME_OFF, one.start, one.end, one.reason)


def _labels(rows: Sequence[Row], tzid: str) -> list[TimeLabel]:
    walls = [local(row.start, tzid) for row in rows]
    texts = [clock(wall.hour * 60 + wall.minute) for wall in walls]
    seen = Counter(texts)
    return [
        TimeLabel(text, wall.minute * 60 < ROW_SECONDS, wall.strftime("%Z") if seen[text] > 1 else "")
        for text, wall in zip(texts, walls, strict=True)
    ]


def clock_change(day: Interval, tzid: str) -> str:
    """Say in words when the clocks change within a local day, else nothing."""
    before, after = local(day[0], tzid).utcoffset(), local(day[1] - 1, tzid).utcoffset()
    if before is None or after is None or before == after:
        return ""
    minutes = int((after - before).total_seconds()) // 60
    if minutes > 0:
        return _("The clocks go forward on this day: it is {number} minutes shorter.", number=minutes)
    return _("The clocks go back on this day: it is {number} minutes longer.", number=-minutes)


def make_timeline(table: DayTable) -> Timeline:
    """Turn the table of a day: a line per resource, time from left to right."""
    cells = [(label, cell) for label, row in table.rows for cell in row.cells]
    lines = (
        TimeLine(lane, tuple((label, cell) for label, cell in cells if cell.lane == number))
        for number, lane in enumerate(table.lanes)
    )
    return Timeline(tuple(_hours(table)), tuple(lines))


def _hours(table: DayTable) -> Iterator[Hour]:
    """Yield the head of each hour: the first of a doubled hour's is told by its zone."""
    starts = [number for number, (label, _row) in enumerate(table.rows) if label.is_hour or number == 0]
    for first, after in pairwise([*starts, len(table.rows)]):
        yield Hour(table.rows[first][0], after - first)


def make_week(calendar: CalendarView, first: date, *, everybody: bool) -> tuple[WeekLine, ...]:
    """Lay out the seven local dates from ``first`` on: a line per resource, a cell per date."""
    dates = [first + timedelta(days=number) for number in range(WEEK)]
    bounds = [(day, day_bounds(day, calendar.tzid)) for day in dates]
    return tuple(
        WeekLine(
            column.resource.name,
            column.resource.public_id,
            column.resource.kind,
            tuple(_day_cell(column, day, edges, calendar.tzid) for day, edges in bounds),
        )
        for column in calendar.columns
        if everybody or not column.is_quiet
    )


def worked_on(lines: Sequence[WeekLine], working: Collection[int]) -> tuple[WeekLine, ...]:
    """Leave out the dates of other weekdays than the ``working`` ones, but for those on which something is booked."""
    booked = {cell.day for line in lines for cell in line.days if cell.bookings}
    return tuple(
        replace(line, days=tuple(one for one in line.days if one.day.weekday() in working or one.day in booked))
        for line in lines
    )


def _day_cell(column: ResourceCalendar, day: date, edges: Interval, tzid: str) -> DayCell:
    hours = ", ".join(span_text(one, tzid) for one in clip(column.open, *edges))
    away = tuple(_away_text(one, edges, tzid) for one in column.away if one.start < edges[1] and one.end > edges[0])
    outside = [(one.start, one.end) for one in column.taken if one.cause is Cause.BUSY_TIME]
    busy = tuple(span_text(one, tzid) for one in clip(normalise(outside), *edges))
    bookings = tuple(one for one in column.bookings if edges[0] <= one.start < edges[1])
    return DayCell(day, hours, away, busy, bookings, _free(column, edges))


def _free(column: ResourceCalendar, edges: Interval) -> tuple[Interval, ...]:
    taken = [(one.start, one.end) for one in column.taken]
    away = [(one.start, one.end) for one in column.away]
    return tuple(subtract(clip(column.open, *edges), sorted(taken + away)))


def _away_text(away: AwayView, edges: Interval, tzid: str) -> str:
    reason = away.reason or _("Time off")
    if away.start <= edges[0] and away.end >= edges[1]:
        return _("{reason}, all day", reason=reason)
    return f"{reason}, {span_text((max(away.start, edges[0]), min(away.end, edges[1])), tzid)}"


def span_text(span: Interval, tzid: str) -> str:
    """Return an interval as wall times, with 24:00 for an end at midnight."""
    return f"{clock_text(span[0], tzid)}–{end_text(span[1], tzid)}"
