"""A month of a calendar: of each day the first bookings, and how many there are.

Reading a booking with all that belongs to it, and decrypting who comes, costs many times what counting it does; a month
has room for a few of each day, so only those are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.booking.values import Instant, Interval, Taken
from app.booking.wall_clock import day_bounds
from app.operations.calendars.calendar import CalendarQuery, closed_on, look_where, narrowed
from app.operations.context import Context
from app.operations.look_up import bookings_behind, list_busy_times
from app.operations.views import BookingView

MOST_NAMED = 4
"""How many a day names; the others are a number that leads to the day."""

Group = tuple[BookingView, ...]
"""A booking, or those of one group session."""

Bounds = Mapping[date, Interval]
_Found = tuple[list[Group], dict[date, int]]
"""Bookings in groups by start, and how many groups each date has."""


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One local date. ``named``: its first bookings, those of one group session together; ``more``: how many others."""

    day: date
    named: tuple[Group, ...]
    more: int
    closure: str


@dataclass(frozen=True, slots=True)
class MonthView:
    """All dates of a month, of the resources that were asked for."""

    location: str
    location_name: str
    tzid: str
    days: tuple[MonthDay, ...]


def month_of(day: date) -> tuple[date, int]:
    """Return the first date of a date's month, and how many dates it has."""
    first = day.replace(day=1)
    return first, ((first + timedelta(days=31)).replace(day=1) - first).days


def look_at_month(context: Context, query: CalendarQuery) -> MonthView:
    """Return the dates from ``query.first`` on with what is booked, in the order in which it begins.

    A fixed number of queries. What is read in full grows with the days, not with the bookings, unless some are not to
    be shown: only one that was read tells whether it is.

    Raises:
        InvalidInput, NotAllowed, NotFound: as ``look_at_calendar``.
    """
    place, resources, shown = look_where(context, query)
    taken = [one for one in list_busy_times(context, *shown, [one.id for one in resources]) if one.booked is not None]
    dates = [query.first + timedelta(days=number) for number in range(query.days)]
    bounds = {day: day_bounds(day, place.tzid) for day in dates}
    find = _all_that_are_wanted if query.narrows_bookings else _first_of_each_day
    groups, counts = find(context, query, taken, bounds)
    closed = closed_on(place, query)
    days = tuple(_day(day, _on(groups, bounds[day]), counts[day], closed.get(day, "")) for day in dates)
    return MonthView(place.public_id, place.name, place.tzid, days)


def _all_that_are_wanted(context: Context, query: CalendarQuery, taken: Sequence[Taken], bounds: Bounds) -> _Found:
    """Return all bookings that the query shows: only one that was read tells whether it does."""
    behind = bookings_behind(context, taken, *_stretch(bounds), narrowed(context.catalog, query))
    groups = together(one for one in behind if query.shows(one))
    return groups, {day: len(_on(groups, edges)) for day, edges in bounds.items()}


def _first_of_each_day(context: Context, _: CalendarQuery, taken: Sequence[Taken], bounds: Bounds) -> _Found:
    """Return the first bookings of each day, and how many there are."""
    booked = sorted({(*one.booked, one.reference) for one in taken if one.booked is not None})
    by_day = {day: [one for one in booked if one[0] < end and one[1] > start] for day, (start, end) in bounds.items()}
    wanted = {reference for ones in by_day.values() for _, _, reference in ones[: MOST_NAMED + 1]}
    behind = bookings_behind(context, [one for one in taken if one.reference in wanted], *_stretch(bounds))
    return together(behind), {day: len(ones) for day, ones in by_day.items()}


def _stretch(bounds: Bounds) -> Interval:
    return min(start for start, _ in bounds.values()), max(end for _, end in bounds.values())


def together(bookings: Iterable[BookingView]) -> list[Group]:
    """Return the bookings by start; who shares a resource at the same time is in the same session."""
    groups: dict[tuple[Instant, Instant, object], list[BookingView]] = {}
    for one in bookings:
        groups.setdefault((one.start, one.end, one.resources), []).append(one)
    return [tuple(group) for _, group in sorted(groups.items(), key=lambda item: item[0][:2])]


def _on(groups: Sequence[Group], day: Interval) -> list[Group]:
    return [one for one in groups if one[0].start < day[1] and one[0].end > day[0]]


def _day(day: date, groups: Sequence[Group], count: int, closure: str) -> MonthDay:
    """Return a day; where one alone would be counted, there is room to name it as well."""
    named = tuple(groups[: count if count <= MOST_NAMED + 1 else MOST_NAMED])
    return MonthDay(day, named, count - len(named), closure)
