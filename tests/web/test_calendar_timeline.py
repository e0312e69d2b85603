"""The timeline of a day: a line for each person, room and device."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.access.permissions import ReadyMade
from app.operations.calendars.calendar import CalendarQuery, look_at_calendar
from app.storage.store import Store
from app.web.calendar_pages import make_day_table, make_timeline
from tests.cast import HOUR, Cast
from tests.operations.helpers import system
from tests.web.conftest import Browser, SignIn
from tests.web.reading import Page
from tests.web.staff_cast import DAY, TEN, booked, practice, words

ON = f"/calendar/timeline?date={DAY}"


def test_timeline_shows_what_the_day_shows(desk: Browser, cast: Cast) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])
    page = desk.get(ON).text
    line = words(page).partition(" Ada ")[2].partition(" Ben ")[0]
    assert ("Nora Client" in line, "10:30 book Ada" in line, "10:45 book Ada" in line) == (True, False, True)
    assert "Buffer , Ada from 10:30: why?" in line
    assert f"/bookings/{mine}" in Page(page).links


def test_timeline_of_viewers_is_only_free_and_busy(sign_in: SignIn, cast: Cast) -> None:
    mine = booked(cast)
    page = sign_in(ReadyMade.VIEWER).get(ON).text
    assert ("Busy" in page, "Nora" in page, mine in page, "/bookings/new" in page) == (True, False, False, False)


@pytest.mark.parametrize(
    ("tzid", "day", "quarters"),
    [("UTC", "2030-01-07", 96), ("Europe/Berlin", "2030-03-31", 92), ("Europe/Berlin", "2030-10-27", 100)],
)
def test_every_line_covers_the_whole_day_once(store: Store, tzid: str, day: str, quarters: int) -> None:
    cast = practice(store, tzid, hours=(0, 24 * 60))
    if tzid == "UTC":
        booked(cast, TEN + 600)
    query = CalendarQuery(cast.ids["Centre"], date.fromisoformat(day))
    table = make_day_table(look_at_calendar(system(cast), query), date.fromisoformat(day), everybody=True)
    timeline = make_timeline(table)
    assert {sum(cell.rowspan for _label, cell in line.cells) for line in timeline.lines} == {quarters}
    assert sum(hour.quarters for hour in timeline.hours) == quarters


def test_hours_stand_above_their_quarters(desk: Browser, cast: Cast) -> None:
    booked(cast, TEN - 3 * HOUR + 3600, provider=cast.ids["Ada"])
    heads = re.findall(r'<th scope="colgroup" colspan="(\d+)" data-times="[^"]*">(\d\d:\d\d)', desk.get(ON).text)
    assert heads == [("4", f"{hour:02d}:00") for hour in range(8, 18)]


def test_nobody_there_is_said(desk: Browser, cast: Cast) -> None:
    page = desk.get(f"{ON}&resource=nobody").text
    assert "Nobody works and nothing is booked on this day with this choice." in page
