"""Days on which nobody comes: public holidays, the holidays of the people, days of illness, maintenance."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FRIDAY = 4
SICK_LEAVE = "Sick leave"


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Whole local days, both included."""

    first: date
    last: date
    reason: str


def easter_sunday(year: int) -> date:
    """Return the Gregorian Easter Sunday, by the method that Nature printed in 1876 (20 April, page 487)."""
    century, rest = divmod(year, 100)
    golden, leap = year % 19, century // 4
    shift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leap - shift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    correction = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int, *, british: bool) -> list[DaysOff]:
    """Return the main public holidays of Berlin or London and the days between the years."""
    easter = easter_sunday(year)
    days = {
        "New Year": date(year, 1, 1),
        "Good Friday": easter - timedelta(days=2),
        "Easter Monday": easter + timedelta(days=1),
    }
    if british:
        days["Early May bank holiday"] = first_weekday(year, 5, 0)
        august = date(year, 8, 31)
        days["Summer bank holiday"] = august - timedelta(days=august.weekday())
    else:
        days["Labour Day"] = date(year, 5, 1)
        days["Ascension Day"] = easter + timedelta(days=39)
        days["Whit Monday"] = easter + timedelta(days=50)
        days["Day of German Unity"] = date(year, 10, 3)
    closed = [DaysOff(day, day, name) for name, day in days.items()]
    return [*closed, DaysOff(date(year, 12, 24), date(year, 12, 31), "Year-end closure")]


def first_weekday(year: int, month: int, weekday: int) -> date:
    """Return the first day of a month that is this weekday (Monday is 0)."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7)


def absences(year: int, dice: random.Random) -> Iterator[DaysOff]:
    """Yield one person's year: two or three weeks in summer, one in another season, training, some days of illness.

    Nobody is away twice at once; training and illness lie on days of work.
    """
    so_far: list[DaysOff] = []
    for one in _absences(year, dice):
        if not any(one.first <= other.last and other.first <= one.last for other in so_far):
            so_far.append(one)
            yield one


def known_by(today: date, days: Iterable[DaysOff]) -> list[DaysOff]:
    """Return the days without illness that is still to come: that nobody knows yet."""
    return [one for one in days if one.reason != SICK_LEAVE or one.first <= today]


def _absences(year: int, dice: random.Random) -> Iterator[DaysOff]:
    summer = date(year, 6, 15) + timedelta(days=dice.randrange(70))
    yield _weeks(summer, dice.choice((2, 2, 3)), "Vacation")
    yield _weeks(date(year, dice.choice((2, 3, 10)), 1) + timedelta(days=dice.randrange(20)), 1, "Vacation")
    training = date(year, dice.choice((1, 4, 5, 11)), 3) + timedelta(days=dice.randrange(20))
    yield _workdays(training, 2, "Training")
    for _ in range(dice.choice((0, 1, 1, 2))):
        ill = date(year, dice.choice((1, 2, 3, 11, 12)), 1) + timedelta(days=dice.randrange(22))
        yield _workdays(ill, 1 + dice.randrange(1, 4), SICK_LEAVE)


def _workdays(start: date, count: int, reason: str) -> DaysOff:
    """Return at most so many days from the first weekday on, up to its Friday."""
    first = start + timedelta(days=7 - start.weekday() if start.weekday() > FRIDAY else 0)
    return DaysOff(first, first + timedelta(days=min(count - 1, FRIDAY - first.weekday())), reason)


def _weeks(start: date, count: int, reason: str) -> DaysOff:
    monday = start - timedelta(days=start.weekday())
    return DaysOff(monday, monday + timedelta(days=7 * count - 1), reason)
