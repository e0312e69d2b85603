"""One week of free times, and where the next free one is when there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.booking.values import DAY_MINUTES, MINUTE, Instant
from app.operations.context import Context
from app.operations.slots import MAX_DAYS, find_slots
from app.web.public.selection import Selection
from app.web.times import DaySlots, group_by_day, local_day, midnight

DAYS = 7
DAY = DAY_MINUTES * MINUTE
MOST_SEARCHES = 7
"""How many stretches of ``MAX_DAYS`` are searched for the next free time: more than a year."""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven local days from ``first`` on; ``next_free`` is a day to jump to when these have no free time."""

    first: date
    days: tuple[DaySlots, ...]
    earlier: date | None
    later: date | None
    next_free: date | None = None

    @property
    def last(self) -> date:
        """The seventh day."""
        return self.first + timedelta(days=DAYS - 1)


def find_week(context: Context, chosen: Selection) -> Week:
    """Return the free times of the seven days from the chosen day on."""
    first = chosen.day
    end = midnight(first + timedelta(days=DAYS), chosen.tzid)
    starts = _search(context, chosen, midnight(first, chosen.tzid), end)
    last = context.now + chosen.service.booking_window_days * DAY
    today = local_day(context.now, chosen.tzid)
    return Week(
        first=first,
        days=tuple(group_by_day(starts, chosen.tzid, chosen.place.tzid)),
        earlier=max(today, first - timedelta(days=DAYS)) if first > today else None,
        later=first + timedelta(days=DAYS) if end <= last else None,
        next_free=None if starts else _next_free(context, chosen, end, last),
    )


def is_free(context: Context, chosen: Selection) -> bool:
    """Whether the chosen start can be had now."""
    start = chosen.start or 0
    return start in _search(context, chosen, start, start + MINUTE)


def _next_free(context: Context, chosen: Selection, start: Instant, last: Instant) -> date | None:
    for _ in range(MOST_SEARCHES):
        if start > last:
            return None
        end = min(start + MAX_DAYS * DAY, last + MINUTE)
        found = _search(context, chosen, start, end)
        if found:
            return local_day(found[0], chosen.tzid)
        start = end
    return None


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
