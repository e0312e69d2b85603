"""Laying out a day of several resources as a table: rows are quarter hours of real time, cells span rows.

Rows follow real time, not the wall clock, so a day with 23 or 25 hours has fewer or more of them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.booking.values import Instant, Interval
from app.operations.views import BookingView
from app.web.calendar_placing import Placed, place

ROW_SECONDS = 15 * 60
HOUR = 3600


class CellKind(StrEnum):
    """What a cell says; each has its own word and pattern, not only a colour.

    ``OTHER``: a booking that is not to be shown; ``WISH``: what a change would take that waits for approval.
    """

    BOOKING = "booking"
    BUSY = "busy"
    TIME_OFF = "time_off"
    CLOSED = "closed"
    BUFFER = "buffer"
    OTHER = "other"
    WISH = "wish"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Note:
    """An interval that is not a booking but cannot be booked either, with its words."""

    kind: CellKind
    start: Instant
    end: Instant
    text: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """All that one column shows. ``open``: sorted intervals in which the resource is available."""

    name: str
    public_id: str
    kind: str
    open: Sequence[Interval]
    bookings: Sequence[BookingView] = ()
    notes: Sequence[Note] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell that starts in its row and covers ``rowspan`` rows; ``lane`` is the column's number.

    ``again``: a closed cell that only bookings part from the one above it, which has said so already.
    """

    kind: CellKind
    lane: int
    start: Instant
    rowspan: int = 1
    text: str = ""
    bookings: tuple[BookingView, ...] = ()
    again: bool = False

    @property
    def placed(self) -> Placed:
        """Where its bookings stand in it."""
        return place(self.bookings, self.start, self.rowspan * ROW_SECONDS)


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: its start, and the cells that begin in it."""

    start: Instant
    cells: list[Cell] = field(default_factory=list)


def shown_interval(lanes: Iterable[Lane], day: Interval, default: Interval) -> Interval:
    """Return the whole hours of the day in which anything is open or booked, or ``default`` when nothing is.

    ``day`` is start and end of the local date, which clip the result.
    """
    edges: list[Instant] = []
    for lane in lanes:
        for start, end in _spans(lane):
            if start < day[1] and end > day[0]:
                edges += (max(start, day[0]), min(end, day[1]))
    if not edges:
        return default
    first = day[0] + (min(edges) - day[0]) // HOUR * HOUR
    last = day[0] - (day[0] - max(edges)) // HOUR * HOUR
    return first, min(last, day[1])


def _spans(lane: Lane) -> Iterator[Interval]:
    yield from lane.open
    for booking in lane.bookings:
        yield booking.start, booking.end


def lay_out(lanes: Sequence[Lane], shown: Interval) -> list[Row]:
    """Return the rows of the table for ``shown``, cells in the order of ``lanes``."""
    start, end = shown
    rows = [Row(at) for at in range(start, end, ROW_SECONDS)]
    for number, lane in enumerate(lanes):
        for index, cell in _told_once(_lane_cells(number, lane, start, len(rows))):
            rows[index].cells.append(cell)
    return rows


_PARTS = (CellKind.BOOKING, CellKind.BUFFER, CellKind.CLOSED)


def _told_once(cells: Iterable[tuple[int, Cell]]) -> Iterator[tuple[int, Cell]]:
    """Mark the closed cells after the first of each stretch that only bookings and their buffers interrupt."""
    is_told = False
    for index, cell in cells:
        is_closed = cell.kind is CellKind.CLOSED
        yield index, replace(cell, again=True) if is_closed and is_told else cell
        is_told = is_closed or (is_told and cell.kind in _PARTS)


def _lane_cells(number: int, lane: Lane, start: Instant, count: int) -> Iterator[tuple[int, Cell]]:
    """Yield (row, cell) for one column, every row covered exactly once."""
    groups = _booking_groups(lane.bookings, start, count)
    states = _row_states(lane, start, count)
    row = 0
    while row < count:
        last, bookings = groups.get(row, (row, []))
        kind, text = states[row]
        if bookings:
            kind, text = CellKind.BOOKING, ""
        elif kind is CellKind.FREE:
            last = row + 1
        else:
            last = _run_end(row, states, groups)
        yield row, Cell(kind, number, start + row * ROW_SECONDS, last - row, text, tuple(bookings))
        row = last


def _run_end(row: int, states: Sequence[tuple[CellKind, str]], groups: Container[int]) -> int:
    """Return the first row after ``row`` in which something else is, or a booking begins."""
    last = row + 1
    while last < len(states) and last not in groups and states[last] == states[row]:
        last += 1
    return last


def _booking_groups(
    bookings: Iterable[BookingView], start: Instant, count: int
) -> dict[int, tuple[int, list[BookingView]]]:
    """Bookings that share a row share a cell: first row → (row after the last, bookings)."""
    groups: dict[int, tuple[int, list[BookingView]]] = {}
    current = -1
    for booking in sorted(bookings, key=lambda one: (one.start, one.end, one.client_name)):
        first, last = _rows_of(booking.start, booking.end, start, count)
        if first >= last:
            continue
        if current >= 0 and first < groups[current][0]:
            until, members = groups[current]
            groups[current] = (max(until, last), [*members, booking])
        else:
            current = first
            groups[current] = (last, [booking])
    return groups


def _rows_of(first: Instant, last: Instant, start: Instant, count: int) -> tuple[int, int]:
    """Rows that an interval touches, half-open and clipped to the table."""
    return max(0, (first - start) // ROW_SECONDS), min(count, -((start - last) // ROW_SECONDS))


def _row_states(lane: Lane, start: Instant, count: int) -> list[tuple[CellKind, str]]:
    """What each row is where no booking stands: closed, unless open, unless something else takes it."""
    states = [(CellKind.CLOSED, "")] * count
    for opens, closes in lane.open:
        for row in range(*_rows_of(opens, closes, start, count)):
            states[row] = (CellKind.FREE, "")
    for note in lane.notes:
        for row in range(*_rows_of(note.start, note.end, start, count)):
            if _weight(note.kind) >= _weight(states[row][0]):
                states[row] = (note.kind, note.text)
    return states


_WEIGHTS = (
    CellKind.FREE,
    CellKind.BUFFER,
    CellKind.CLOSED,
    CellKind.WISH,
    CellKind.OTHER,
    CellKind.BUSY,
    CellKind.TIME_OFF,
)


def _weight(kind: CellKind) -> int:
    return _WEIGHTS.index(kind)
