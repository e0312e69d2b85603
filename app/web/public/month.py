"""A month of days, and on which of them something is free: how visitors find their day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.booking.dates import month_name, short_weekday_name, weekday_name
from app.booking.formats import WEEK, formats
from app.booking.values import Instant
from app.web.times import midnight, wall_minutes


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One day; ``is_shown``: its times are on the page."""

    day: date
    is_free: bool
    is_shown: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month, None for days of its neighbours; the days to lead to before and after.

    Weeks that are over are left out, so that the days to choose from stand at the top.
    """

    name: str
    weekdays: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[MonthDay | None, ...], ...]
    earlier: date | None
    later: date | None


def month_bounds(day: date, tzid: str) -> tuple[Instant, Instant]:
    """Return the first instant of a date's month on a zone's clock, and that of the next month."""
    first = day.replace(day=1)
    return midnight(first, tzid), midnight(_next(first), tzid)


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def free_days(starts: Sequence[Instant], tzid: str) -> set[date]:
    """Return the local dates on which at least one of the sorted starts lies."""
    numbers = {minute // (24 * 60) for minute in wall_minutes(starts, tzid)}
    return {date(1970, 1, 1) + timedelta(days=number) for number in numbers}


def make_month(day: date, shown: tuple[date, date], free: Collection[date], today: date, last: date) -> Month:
    """Lay out a month.

    Args:
        day: any day of it.
        shown: the first and the last day whose times are on the page.
        free: days with free times, those of the month at least.
        today: the reader's date; nothing before it can be chosen.
        last: the last date that may be booked.
    """
    first = day.replace(day=1)
    after = _next(first)
    days: list[MonthDay | None] = [None] * formats().into_week(first)
    for number in range((after - first).days):
        one = first + timedelta(days=number)
        days.append(MonthDay(one, one in free, shown[0] <= one <= shown[1], one == today))
    days += [None] * (-len(days) % WEEK)
    weeks = [tuple(days[number : number + WEEK]) for number in range(0, len(days), WEEK)]
    before = (first - timedelta(days=1)).replace(day=1)
    return Month(
        name=f"{month_name(first.month)} {first.year}",
        weekdays=tuple((short_weekday_name(number), weekday_name(number)) for number in formats().weekdays()),
        weeks=tuple(week for week in weeks if any(one is not None and one.day >= today for one in week)),
        earlier=max(before, today) if first > today else None,
        later=after if after <= last else None,
    )
