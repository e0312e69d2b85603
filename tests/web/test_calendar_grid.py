"""Laying out days as tables: plain values in, rows and cells out."""

from __future__ import annotations

from datetime import date

import pytest

from app.booking.values import Cause, Taken
from app.booking.wall_clock import day_bounds
from app.operations.calendars.calendar import AwayView, CalendarView, ResourceCalendar
from app.operations.views import BookingView, ResourceView
from app.web.calendar_grid import Cell, CellKind, Lane, Note, lay_out, shown_interval
from app.web.calendar_pages import clock_change, make_day_table, make_week, span_text
from tests.cast import HOUR, MONDAY

QUARTER = HOUR // 4
EIGHT = MONDAY + 8 * HOUR


def booking(start: int, minutes: int, name: str = "Nora") -> BookingView:
    return BookingView(
        name, "confirmed", start, start + minutes * 60, "s", "Service", "l", "Centre", "UTC", client_name=name
    )


def kinds(lane: Lane, hours: int = 2) -> list[tuple[str, int]]:
    """Kind and length of each cell of one lane from eight o'clock on."""
    rows = lay_out([lane], (EIGHT, EIGHT + hours * HOUR))
    return [(cell.kind.value, cell.rowspan) for row in rows for cell in row.cells]


def lane(*bookings: BookingView, notes: tuple[Note, ...] = (), hours: int = 2) -> Lane:
    return Lane("Ada", "ada", "person", [(EIGHT, EIGHT + hours * HOUR)], bookings, notes)


def test_free_time_is_one_cell_a_quarter_hour() -> None:
    assert kinds(lane()) == [("free", 1)] * 8


def test_time_outside_hours_is_one_cell() -> None:
    assert kinds(Lane("Ada", "ada", "person", [])) == [("closed", 8)]


def test_booking_spans_every_row_that_it_touches() -> None:
    assert kinds(lane(booking(EIGHT + 10 * 60, 20)))[:2] == [("booking", 2), ("free", 1)]


def test_bookings_that_share_a_row_share_a_cell() -> None:
    found = lay_out([lane(booking(EIGHT, 20), booking(EIGHT + 1200, 25, "Olaf"))], (EIGHT, EIGHT + HOUR))
    assert [len(cell.bookings) for row in found for cell in row.cells] == [2, 0]


def test_bookings_outside_of_the_table_are_left_out() -> None:
    assert kinds(lane(booking(EIGHT - HOUR, 30)), 1) == [("free", 1)] * 4


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ([(CellKind.BUFFER, 0, 2)], [("buffer", 2), ("free", 1), ("free", 1)]),
        ([(CellKind.TIME_OFF, 0, 4), (CellKind.BUFFER, 0, 2)], [("time_off", 4)]),
        ([(CellKind.BUSY, 1, 2), (CellKind.BUFFER, 0, 3)], [("buffer", 1), ("busy", 1), ("buffer", 1), ("free", 1)]),
    ],
)
def test_notes_cover_free_time_the_weightiest_first(
    notes: list[tuple[CellKind, int, int]], expected: list[tuple[str, int]]
) -> None:
    given = tuple(Note(kind, EIGHT + start * QUARTER, EIGHT + end * QUARTER) for kind, start, end in notes)
    assert kinds(lane(notes=given), 1) == expected


def test_booking_interrupts_a_long_note() -> None:
    away = Note(CellKind.TIME_OFF, EIGHT, EIGHT + 2 * HOUR, "Holiday")
    assert kinds(lane(booking(EIGHT + HOUR, 30), notes=(away,))) == [("time_off", 4), ("booking", 2), ("time_off", 2)]


def test_closed_time_says_so_once_where_only_bookings_interrupt_it() -> None:
    opens = [(EIGHT + 2 * HOUR, EIGHT + 3 * HOUR)]
    between = [booking(EIGHT + number * HOUR, 30) for number in (0, 1)]
    off = Note(CellKind.TIME_OFF, EIGHT + 4 * HOUR, EIGHT + 5 * HOUR)
    rows = lay_out([Lane("Ada", "ada", "person", opens, between, (off,))], (EIGHT, EIGHT + 6 * HOUR))
    closed = [cell for row in rows for cell in row.cells if cell.kind is CellKind.CLOSED]
    assert [((cell.start - EIGHT) // QUARTER, cell.again) for cell in closed] == [
        (2, False),
        (6, True),
        (12, False),
        (20, False),
    ]


def test_every_row_is_covered_exactly_once() -> None:
    lanes = [lane(booking(EIGHT + 7 * 60, 50)), lane(notes=(Note(CellKind.BUSY, EIGHT, EIGHT + 1),)), lane()]
    rows = lay_out(lanes, (EIGHT, EIGHT + 2 * HOUR))
    cells = [cell for row in rows for cell in row.cells]
    assert [sum(cell.rowspan for cell in cells if cell.lane == number) for number in range(3)] == [8, 8, 8]
    assert cells[2] == Cell(CellKind.FREE, 2, EIGHT)


def test_shown_interval_is_whole_hours_around_all() -> None:
    day = (MONDAY, MONDAY + 24 * HOUR)
    given = [lane(booking(EIGHT - 600, 10)), Lane("Ben", "ben", "person", [(EIGHT + 600, EIGHT + 9 * HOUR + 60)])]
    assert shown_interval(given, day, (1, 2)) == (EIGHT - HOUR, EIGHT + 10 * HOUR)


def test_shown_interval_of_nothing_is_the_default() -> None:
    yesterday = Lane("Ada", "ada", "person", [(MONDAY - HOUR, MONDAY)])
    assert shown_interval([yesterday], (MONDAY, MONDAY + 24 * HOUR), (EIGHT, EIGHT + HOUR)) == (EIGHT, EIGHT + HOUR)


def calendar(day: date, tzid: str, *columns: ResourceCalendar, days: int = 1) -> CalendarView:
    start = day_bounds(day, tzid)[0]
    end = day_bounds(date.fromordinal(day.toordinal() + days - 1), tzid)[1]
    return CalendarView("l", "Centre", tzid, start, end, columns, {})


def column(name: str, bounds: tuple[int, int] | None, **more: tuple[object, ...]) -> ResourceCalendar:
    hours = () if bounds is None else (bounds,)
    parts = {"away": (), "taken": (), "bookings": (), **more}
    return ResourceCalendar(ResourceView(name.lower(), name, "person"), hours, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "rows", "words", "labels"),
    [
        (date(2030, 3, 31), 23 * 4, "forward", ["00:00", "01:00", "03:00"]),
        (date(2030, 10, 27), 25 * 4, "back", ["00:00", "01:00", "02:00 CEST", "02:00 CET", "03:00"]),
        (date(2030, 1, 7), 24 * 4, "", ["00:00", "01:00", "02:00", "03:00"]),
    ],
)
def test_day_table_has_a_row_for_every_real_quarter(day: date, rows: int, words: str, labels: list[str]) -> None:
    bounds = day_bounds(day, "Europe/Berlin")
    table = make_day_table(calendar(day, "Europe/Berlin", column("Ada", bounds)), day, everybody=False)
    shown = [f"{label.time} {label.zone}".strip() for label, _ in table.rows if label.is_hour]
    assert (len(table.rows), shown[: len(labels)], words in table.clock_change) == (rows, labels, True)


def test_clock_change_says_how_much() -> None:
    spring = day_bounds(date(2030, 3, 31), "Europe/Berlin")
    lord_howe = day_bounds(date(2030, 4, 7), "Australia/Lord_Howe")
    assert clock_change(spring, "Europe/Berlin") == "The clocks go forward on this day: it is 60 minutes shorter."
    assert clock_change(lord_howe, "Australia/Lord_Howe") == "The clocks go back on this day: it is 30 minutes longer."


def test_day_table_names_who_is_left_out() -> None:
    day = date(2030, 1, 7)
    both = calendar(day, "UTC", column("Ada", (EIGHT, EIGHT + HOUR)), column("Ben", None))
    table = make_day_table(both, day, everybody=False)
    assert ([one.name for one in table.lanes], table.missing) == (["Ada"], ("Ben",))
    assert make_day_table(both, day, everybody=True).missing == ()


def test_day_table_tells_buffers_from_outside_calendars() -> None:
    day = date(2030, 1, 7)
    buffers = Taken(1, EIGHT, EIGHT + QUARTER)
    busy = Taken(1, EIGHT + QUARTER, EIGHT + 2 * QUARTER, Cause.BUSY_TIME)
    away = AwayView(EIGHT + 2 * QUARTER, EIGHT + HOUR, "Training")
    ada = column("Ada", (EIGHT, EIGHT + HOUR), taken=(buffers, busy), away=(away,))
    table = make_day_table(calendar(day, "UTC", ada), day, everybody=False)
    cells = [(cell.kind.value, cell.text) for _, row in table.rows for cell in row.cells]
    assert cells == [("buffer", ""), ("busy", "other calendar"), ("time_off", "Training")]


def test_week_tells_hours_time_off_and_outside_calendars() -> None:
    monday, end = date(2030, 1, 7), MONDAY + 7 * 24 * HOUR
    away = AwayView(MONDAY + 24 * HOUR, MONDAY + 48 * HOUR), AwayView(EIGHT, EIGHT + HOUR, "Dentist")
    busy = (Taken(1, EIGHT + HOUR, EIGHT + 2 * HOUR, Cause.BUSY_TIME), Taken(1, EIGHT, EIGHT + HOUR))
    ada = column("Ada", (EIGHT, MONDAY + 24 * HOUR), away=away, taken=busy, bookings=(booking(EIGHT, 30),))
    found = make_week(calendar(monday, "UTC", ada, column("Ben", None), days=7), monday, everybody=False)
    first, second = found[0].days[:2]
    assert (len(found), first.hours, first.away, first.busy) == (
        1,
        "08:00–24:00",
        ("Dentist, 08:00–09:00",),
        ("09:00–10:00",),
    )
    assert (len(first.bookings), second.hours, second.away, end) == (1, "", ("Time off, all day",), end)


def test_span_text_ends_at_24_at_midnight() -> None:
    assert span_text((EIGHT, MONDAY + 24 * HOUR), "UTC") == "08:00–24:00"
