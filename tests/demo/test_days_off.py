from __future__ import annotations

import random
from datetime import date
from itertools import pairwise

import pytest

from app.demo.days_off import SICK_LEAVE, DaysOff, absences, easter_sunday, first_weekday, holidays, known_by


@pytest.mark.parametrize(
    "day",
    [date(1818, 3, 22), date(1943, 4, 25), date(2000, 4, 23), date(2024, 3, 31), date(2026, 4, 5), date(2038, 4, 25)],
)
def test_easter_known_years(day: date) -> None:
    assert easter_sunday(day.year) == day


@pytest.mark.parametrize(
    ("month", "weekday", "day"), [(5, 0, date(2026, 5, 4)), (6, 3, date(2026, 6, 4)), (6, 0, date(2026, 6, 1))]
)
def test_first_weekday_of_a_month(month: int, weekday: int, day: date) -> None:
    assert first_weekday(2026, month, weekday) == day


def test_holidays_of_london_in_a_year() -> None:
    days = {one.reason: one.first for one in holidays(2026, british=True)}
    assert days["Early May bank holiday"] == date(2026, 5, 4)
    assert days["Summer bank holiday"] == date(2026, 8, 31)
    assert "Labour Day" not in days


def test_holidays_of_berlin_in_a_year() -> None:
    days = {one.reason: one.first for one in holidays(2026, british=False)}
    assert days["Ascension Day"] == date(2026, 5, 14)
    assert days["Whit Monday"] == date(2026, 5, 25)


@pytest.mark.parametrize("seed", range(20))
def test_absences_end_after_they_begin_and_lie_apart_from_each_other(seed: int) -> None:
    days = sorted(absences(2026, random.Random(seed)), key=lambda one: one.first)
    assert [one for one in days if one.last < one.first] == []
    assert [one for one, following in pairwise(days) if following.first <= one.last] == []


@pytest.mark.parametrize("seed", range(20))
def test_absences_illness_and_training_lie_on_days_of_work(seed: int) -> None:
    short = [one for one in absences(2026, random.Random(seed)) if one.reason != "Vacation"]
    assert [one for one in short if max(one.first.weekday(), one.last.weekday()) > 4 or one.last < one.first] == []


def test_illness_that_is_still_to_come_is_not_known() -> None:
    before, after = (DaysOff(day, day, SICK_LEAVE) for day in (date(2026, 3, 2), date(2026, 3, 3)))
    vacation = DaysOff(date(2026, 7, 6), date(2026, 7, 12), "Vacation")
    assert known_by(date(2026, 3, 2), [before, after, vacation]) == [before, vacation]


def test_absences_same_dice_give_same_days() -> None:
    assert list(absences(2026, random.Random(1))) == list(absences(2026, random.Random(1)))
