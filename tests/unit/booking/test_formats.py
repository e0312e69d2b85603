"""Dates, times of day and weeks as a site writes them."""

from __future__ import annotations

from datetime import date

import pytest

from app.booking.dates import date_text, short_date_text
from app.booking.formats import Formats, clock, clocks, formats, use_formats, using_formats
from app.booking.words import say_moment
from app.texts import speaking
from tests.unit.booking.cast import HOUR, NINE

DAY = date(2030, 1, 7)


@pytest.mark.parametrize(
    ("code", "long", "short"),
    [
        ("", "Monday 7 January 2030", "Mon 7 Jan"),
        ("dots", "Monday 07.01.2030", "Mon 07.01."),
        ("slashes", "Monday 07/01/2030", "Mon 07/01"),
        ("iso", "Monday 2030-01-07", "Mon 01-07"),
    ],
)
def test_date_is_written_as_the_site_says(code: str, long: str, short: str) -> None:
    with using_formats(lambda: Formats(date=code)):
        assert (date_text(DAY), short_date_text(DAY)) == (long, short)
    assert date_text(DAY) == "Monday 7 January 2030"


def test_time_of_day_in_two_halves() -> None:
    with using_formats(lambda: Formats(clock="12")):
        found = [clock(minute) for minute in (0, 59, 60, 719, 720, 785, 1439, 1440)]
        assert say_moment(NINE + 5 * HOUR, "UTC") == "Monday 7 January 2030, 2:00 pm"
    assert found == ["12:00 am", "12:59 am", "1:00 am", "11:59 am", "12:00 pm", "1:05 pm", "11:59 pm", "12:00 am"]


@pytest.mark.parametrize("code", ["", "24"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_time_of_day_in_twenty_four_hours(code: str, language: str) -> None:
    with using_formats(lambda: Formats(clock=code)), speaking(language):
        assert (clock(0), clock(570), clocks()[-1], len(clocks())) == ("00:00", "09:30", "24:00", 1441)


@pytest.mark.parametrize(("start", "order", "into"), [(0, (0, 1, 2, 3, 4, 5, 6), 0), (6, (6, 0, 1, 2, 3, 4, 5), 1)])
def test_week_begins_on_the_day_that_the_site_says(start: int, order: tuple[int, ...], into: int) -> None:
    week = Formats(week_start=start)
    assert (week.weekdays(), week.into_week(DAY)) == (order, into)


def test_formats_hold_until_others_are_used() -> None:
    mine = Formats(date="iso")
    use_formats(lambda: mine)
    found = formats()
    use_formats(None)
    assert (found, formats()) == (mine, Formats())
