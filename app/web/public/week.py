"""One week of free times, and where the next free one is when there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.booking.values import DAY_MINUTES, MINUTE, Instant
from app.operations.context import Context
from app.operations.slots import MAX_DAYS, find_slots
from app.web.public.month import Month, free_days, make_month, month_bounds
from app.web.public.selection import Selection
from app.web.times import DaySlots, group_by_day, local_day, midnight

DAYS = 7
DAY = DAY_MINUTES * MINUTE
Search = Callable[[Instant, Instant], list[Instant]]
MOST_SEARCHES = 7
"""How many stretches of ``MAX_DAYS`` are searched for the next free time: more than a year."""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven local days from ``first`` on; ``next_free`` is a day to jump to when these have no free time.

    ``is_first_free``: nothing is free before them, so there is nothing ``earlier``.
    """

    first: date
    days: tuple[DaySlots, ...]
    earlier: date | None
    later: date | None
    next_free: date | None = None
    is_first_free: bool = False

    @property
    def last(self) -> date:
        """The seventh day."""
        return self.first + timedelta(days=DAYS - 1)


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose free times are wanted: the reader's zone, the place's, the first day, and how far ahead may be booked.

    ``is_fixed``: the reader has chosen the day, so times from it on are shown even where none is free.
    """

    tzid: str
    place_tzid: str
    day: date
    window_days: int
    is_fixed: bool = True


def find_week(now: Instant, wish: Wish, search: Search) -> Week:
    """Return the free times of the seven days from the wished day on, or from the first free one if none is fixed."""
    first = wish.day
    end = midnight(first + timedelta(days=DAYS), wish.tzid)
    starts = search(midnight(first, wish.tzid), end)
    last = now + wish.window_days * DAY
    next_free = None if starts else _next_free(wish, search, end, last)
    if next_free is not None and not wish.is_fixed:
        found = find_week(now, replace(wish, day=next_free, is_fixed=True), search)
        return replace(found, earlier=None, is_first_free=True)
    today = local_day(now, wish.tzid)
    return Week(
        first=first,
        days=tuple(group_by_day(starts, wish.tzid, wish.place_tzid)),
        earlier=max(today, first - timedelta(days=DAYS)) if first > today else None,
        later=first + timedelta(days=DAYS) if end <= last else None,
        next_free=next_free,
    )


def _next_free(wish: Wish, search: Search, start: Instant, last: Instant) -> date | None:
    for _ in range(MOST_SEARCHES):
        if start > last:
            return None
        end = min(start + MAX_DAYS * DAY, last + MINUTE)
        found = search(start, end)
        if found:
            return local_day(found[0], wish.tzid)
        start = end
    return None


def week_of(context: Context, chosen: Selection, leave_out: Instant | None = None) -> Week:
    """Return a week of free times for a selection of one service; ``leave_out``: a start that nobody would choose."""
    window = chosen.service.booking_window_days
    wish = Wish(chosen.tzid, chosen.place.tzid, chosen.day, window, chosen.is_day_fixed)

    def search(start: Instant, end: Instant) -> list[Instant]:
        return [one for one in _search(context, chosen, start, end) if one != leave_out]

    return find_week(context.now, wish, search)


def month_of(context: Context, chosen: Selection, week: Week) -> Month:
    """Return the month of the first free day of the shown week, or of its first day, with the month's free days."""
    day = week.days[0].day if week.days else week.first
    starts = _search(context, chosen, *month_bounds(day, chosen.tzid))
    today = local_day(context.now, chosen.tzid)
    last = local_day(context.now + chosen.service.booking_window_days * DAY, chosen.tzid)
    return make_month(day, (week.first, week.last), free_days(starts, chosen.tzid), today, last)


def is_free(context: Context, chosen: Selection) -> bool:
    """Whether the chosen start can be had now."""
    start = chosen.start or 0
    return start in _search(context, chosen, start, start + MINUTE)


def _search(context: Context, chosen: Selection, start: Instant, end: Instant) -> list[Instant]:
    return find_slots(
        context,
        chosen.service.public_id,
        chosen.place.public_id,
        start,
        end,
        duration_minutes=chosen.duration_minutes,
        provider=chosen.provider,
        seats=chosen.seats,
    )
