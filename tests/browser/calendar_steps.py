"""Finding bookings and places in the calendars, for those who drag."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import Locator, Page

from tests.browser import steps
from tests.browser.conftest import Demo


def next_working_day() -> date:
    """Return the next day from Monday to Friday after today: of today itself, late, hardly anything is left to move."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


def show_day(page: Page, demo: Demo, day: str, name: str) -> Locator:
    """Show the calendar of the day; return the booking in the column of whoever gives it."""
    return show(page, demo, "day", day, name)


def show(page: Page, demo: Demo, view: str, day: str, name: str) -> Locator:
    """Show a view of the calendar with the people at the place; return the booking with whoever gives it."""
    page.goto(demo.url(f"/calendar/{view}?location={demo.location_named(steps.PLACE)}&date={day}&kind=person"))
    return page.get_by_role("link", name=re.compile(name)).first


def center_in_timeline(page: Page, resource: str, start: int) -> tuple[float, float]:
    """Return where on the screen a quarter hour of a resource's line is, scrolled into view."""
    hour, line = page.locator(f"th[data-times*='{start} ']"), page.locator(f"th[data-resource='{resource}']")
    for one in (line, hour):
        one.evaluate("one => one.scrollIntoView({block: 'nearest', inline: 'center', behavior: 'instant'})")
    starts = [int(one.split(" ")[0]) for one in str(hour.get_attribute("data-times")).split(";")]
    hour_box, line_box = hour.bounding_box(), line.bounding_box()
    assert hour_box
    assert line_box
    across = hour_box["width"] * (starts.index(start) + 0.5) / len(starts)
    return hour_box["x"] + across, line_box["y"] + line_box["height"] / 2


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter hour that the calendar of a week can show: its date, instant, and what the clock shows."""

    day: str
    start: int
    clock: str


def quarters_of_week(page: Page) -> list[Quarter]:
    """Return the quarter hours of all days of the week that is shown."""
    heads = page.locator("th[data-times]").evaluate_all("all => all.map(one => [one.dataset.date, one.dataset.times])")
    split = ((day, *one.split(" ", 1)) for day, times in heads for one in times.split(";"))
    return [Quarter(day, int(start), clock) for day, start, clock in split]


def place_in_week(page: Page, resource: str, at: Quarter, down: float) -> tuple[float, float]:
    """Return where on the screen a time of somebody's day is, ``down`` from 0 to 1, scrolled into view."""
    cell = page.locator(f"td[data-resource='{resource}'][data-date='{at.day}']")
    cell.evaluate("one => one.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'})")
    of_day = [one.start for one in quarters_of_week(page) if one.day == at.day]
    box = cell.bounding_box()
    assert box
    return box["x"] + box["width"] * (of_day.index(at.start) + 0.5) / len(of_day), box["y"] + box["height"] * down


def center(page: Page, resource: str, start: int) -> tuple[float, float]:
    """Return where on the screen a quarter hour of a resource is, scrolled into view."""
    row, head = page.locator(f"tr[data-start='{start}']"), page.locator(f"th[data-resource='{resource}']")
    row.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")  # what is near is in view, too
    row_box, head_box = row.bounding_box(), head.bounding_box()
    assert row_box
    assert head_box
    return head_box["x"] + head_box["width"] / 2, row_box["y"] + row_box["height"] / 2


OF_CELL = """one => (one.closest("[data-resource]") || one.closest("tr").querySelector("[data-resource]")
  || one.closest("table").querySelectorAll("thead th")[one.closest("td").dataset.column]).dataset.resource"""


def column_of(link: Locator) -> str:
    """Return the resource in whose column, line or cell a booking stands."""
    return str(link.evaluate(OF_CELL))


def free_place(link: Locator, demo: Demo, day: str) -> tuple[str, int]:
    """Return column and start an hour away or more to which a booking may move: nearest in time, best in its column."""
    before, own = int(link.get_attribute("data-start") or 0), column_of(link)
    answer = link.page.request.get(demo.url(f"/bookings/{link.get_attribute('data-move')}/places.json?date={day}"))
    places = [(column, int(one)) for column, starts in answer.json()["places"].items() for one in starts]
    far = [one for one in places if abs(one[1] - before) >= 3600]
    return min(far, key=lambda one: (one[0] != own, abs(one[1] - before)))
