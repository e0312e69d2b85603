"""What the calendars tell their scripts: which quarter hours lie where, what is free, and what may be dragged."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.access.permissions import ReadyMade
from app.booking.values import Taken
from app.booking.wall_clock import day_bounds, resolve
from app.operations.calendars.calendar import AwayView
from app.web.calendar_drag import free_of_lanes, times_of_hours, times_of_week
from app.web.calendar_pages import make_day_table, make_timeline, make_week
from tests.cast import HOUR, MONDAY, Cast
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import DAY, TEN, booked
from tests.web.test_calendar_grid import EIGHT, QUARTER, booking, calendar, column

FIRST = date(2030, 1, 7)


def clocks(text: str) -> list[str]:
    return [one.partition(" ")[2] for one in text.split(";")]


def test_free_is_what_can_be_booked_in_each_lane() -> None:
    ada = column("Ada", (EIGHT, EIGHT + 2 * HOUR), bookings=(booking(EIGHT + HOUR, 30),))
    table = make_day_table(calendar(FIRST, "UTC", ada, column("Ben", None)), FIRST, everybody=True)
    half_past_nine = EIGHT + HOUR + 2 * QUARTER
    assert free_of_lanes(table) == [f"{EIGHT}-{EIGHT + HOUR} {half_past_nine}-{EIGHT + 2 * HOUR}", ""]


def test_hours_of_a_timeline_have_all_of_its_quarters_once_also_those_that_come_twice() -> None:
    day = date(2030, 10, 27)
    table = make_day_table(calendar(day, "Europe/Berlin", column("Ada", day_bounds(day, "Europe/Berlin"))), day, False)
    told = list(times_of_hours(table, make_timeline(table)))
    assert [int(one.split(" ")[0]) for text in told for one in text.split(";")] == [row.start for _, row in table.rows]
    assert (clocks(told[2])[0], clocks(told[3])[0]) == ("02:00 CEST", "02:00 CET")


def test_days_of_a_week_stand_for_its_hours_whatever_the_clocks_do() -> None:
    saturday, sunday = date(2030, 3, 30), date(2030, 3, 31)
    hours = (resolve(saturday, 60, "Europe/Berlin"), resolve(saturday, 5 * 60 - 10, "Europe/Berlin"))
    told = times_of_week(calendar(saturday, "Europe/Berlin", column("Ada", hours), days=2), [saturday, sunday])
    assert [len(clocks(told[day])) for day in (saturday, sunday)] == [16, 12]
    assert (clocks(told[saturday])[-1], clocks(told[sunday])[4]) == ("04:45", "03:00")


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(None, ("08:00", "17:45")), ((MONDAY + 22 * HOUR, MONDAY + 26 * HOUR), ("00:00", "23:45"))],
)
def test_week_without_anybody_or_over_midnight(hours: tuple[int, int] | None, expected: tuple[str, str]) -> None:
    days = [FIRST, date(2030, 1, 8)]
    told = clocks(times_of_week(calendar(FIRST, "UTC", column("Ada", hours), days=2), days)[FIRST])
    assert (told[0], told[-1]) == expected


def test_free_in_a_week_is_what_nothing_takes() -> None:
    away = AwayView(EIGHT + 2 * HOUR, EIGHT + 3 * HOUR)
    ada = column("Ada", (EIGHT, EIGHT + 4 * HOUR), taken=(Taken(1, EIGHT, EIGHT + HOUR),), away=(away,))
    week = make_week(calendar(FIRST, "UTC", ada, days=7), FIRST, everybody=False)
    free = ((EIGHT + HOUR, EIGHT + 2 * HOUR), (EIGHT + 3 * HOUR, EIGHT + 4 * HOUR))
    assert [day.free for day in week[0].days[:2]] == [free, ()]


@pytest.mark.parametrize(("view", "first", "days"), [("day", DAY, 1), ("timeline", DAY, 1), ("week", DAY, 7)])
def test_bookings_can_be_dragged_by_those_who_may_move(
    desk: Browser, sign_in: SignIn, cast: Cast, view: str, first: str, days: int
) -> None:
    here = f'data-move="{booked(cast, provider=cast.ids["Ada"])}" data-start="{TEN}" data-minutes="30"'
    page, seen = desk.get(f"/calendar/{view}?date={DAY}").text, sign_in(ReadyMade.VIEWER)
    assert [here in text for text in (page, seen.get(f"/calendar/{view}?date={DAY}").text)] == [True, False]
    assert f'data-first="{first}" data-days="{days}" data-new="/bookings/new?location=' in page
    free = f'data-free="{MONDAY + 8 * HOUR}-{TEN} {TEN + 3 * QUARTER}-{MONDAY + 18 * HOUR}"'  # a buffer of 15 minutes
    assert free in re.findall(rf'data-resource="{cast.ids["Ada"]}" data-name="Ada".*? (data-free="[^"]*")', page)
