"""A month of days and a list of bookings: what several resources have on, each booking once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.booking.values import ResourceKind
from app.booking.wall_clock import day_bounds
from app.operations.calendar import CalendarView
from app.operations.views import BookingView

WEEK = 7
MOST_SHOWN = 4
"""How many bookings a day of the month names; the others are a number that leads to the day."""


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


@dataclass(frozen=True, slots=True)
class MonthCell:
    """One date of the month; ``more``: how many bookings are not among ``bookings``."""

    day: date
    bookings: tuple[BookingView, ...]
    more: int
    closure: str


def month_of(day: date) -> tuple[date, int]:
    """Return the first date of a date's month, and how many dates it has."""
    first = day.replace(day=1)
    return first, ((first + timedelta(days=31)).replace(day=1) - first).days


def bookings_of(calendar: CalendarView) -> list[BookingView]:
    """Return all bookings of the shown resources by start, each once."""
    found = {one.public_id: one for column in calendar.columns for one in column.bookings}
    return sorted(found.values(), key=lambda one: (one.start, one.end, one.public_id))


def make_month(calendar: CalendarView, first: date, count: int) -> tuple[tuple[MonthCell | None, ...], ...]:
    """Lay out ``count`` dates from ``first`` on in weeks, Monday first; None stands for dates of other months."""
    bookings = bookings_of(calendar)
    days: list[MonthCell | None] = [None] * first.weekday()
    for number in range(count):
        day = first + timedelta(days=number)
        of_day = _on(bookings, day, calendar.tzid)
        shown = of_day if len(of_day) <= MOST_SHOWN + 1 else of_day[:MOST_SHOWN]
        days.append(MonthCell(day, tuple(shown), len(of_day) - len(shown), calendar.closed.get(day, "")))
    days += [None] * (-len(days) % WEEK)
    return tuple(tuple(days[number : number + WEEK]) for number in range(0, len(days), WEEK))


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
