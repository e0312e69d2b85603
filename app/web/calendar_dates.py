"""A month of days and a list of bookings: what several resources have on, each booking once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.booking.formats import WEEK, formats
from app.booking.values import ResourceKind
from app.booking.wall_clock import day_bounds
from app.operations.calendars.calendar import CalendarView
from app.operations.calendars.calendar_month import MonthDay
from app.operations.views import BookingView


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking in a list; ``ends_later``: it runs on into another date."""

    booking: BookingView
    people: tuple[str, ...]
    places: tuple[str, ...]
    ends_later: bool


@dataclass(frozen=True, slots=True)
class ListDay:
    """One date with its bookings by start, and why it is closed."""

    day: date
    entries: tuple[Entry, ...]
    closure: str


def bookings_of(calendar: CalendarView) -> list[BookingView]:
    """Return all bookings of the shown resources by start, each once."""
    found = {one.public_id: one for column in calendar.columns for one in column.bookings}
    return sorted(found.values(), key=lambda one: (one.start, one.end, one.public_id))


def weeks_of(days: Sequence[MonthDay]) -> tuple[tuple[MonthDay | None, ...], ...]:
    """Lay out the days of a month in weeks; None stands for dates of other months."""
    cells: list[MonthDay | None] = [*([None] * formats().into_week(days[0].day)), *days]
    cells += [None] * (-len(cells) % WEEK)
    return tuple(tuple(cells[number : number + WEEK]) for number in range(0, len(cells), WEEK))


def make_list(calendar: CalendarView, first: date, count: int) -> tuple[ListDay, ...]:
    """Return the dates that have bookings or are closed, of ``count`` from ``first`` on."""
    bookings = bookings_of(calendar)
    days = (first + timedelta(days=number) for number in range(count))
    found = ((day, _on(bookings, day, calendar.tzid), calendar.closed.get(day, "")) for day in days)
    return tuple(
        ListDay(day, tuple(_entry(one, day, calendar.tzid) for one in of_day), closure)
        for day, of_day, closure in found
        if of_day or closure
    )


def _on(bookings: Sequence[BookingView], day: date, tzid: str) -> list[BookingView]:
    start, end = day_bounds(day, tzid)
    return [one for one in bookings if one.start < end and one.end > start]


def _entry(booking: BookingView, day: date, tzid: str) -> Entry:
    people = tuple(one.name for one in booking.resources if one.kind == ResourceKind.PERSON.value)
    places = tuple(one.name for one in booking.resources if one.kind != ResourceKind.PERSON.value)
    return Entry(booking, people, places, booking.end > day_bounds(day, tzid)[1])
