"""Finding bookings and places in the calendar of a day, for those who drag."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

from tests.browser import steps
from tests.browser.conftest import Demo


def show_day(page: Page, demo: Demo, day: str, name: str) -> Locator:
    """Show the calendar of the day; return the booking in the column of whoever gives it."""
    page.goto(demo.url(f"/calendar/day?location={demo.location_named(steps.PLACE)}&date={day}&kind=person"))
    return page.get_by_role("link", name=re.compile(name)).first


def center(page: Page, resource: str, start: int) -> tuple[float, float]:
    """Return where on the screen a quarter hour of a resource is, scrolled into view."""
    row, head = page.locator(f"tr[data-start='{start}']"), page.locator(f"th[data-resource='{resource}']")
    row.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")  # what is near is in view, too
    row_box, head_box = row.bounding_box(), head.bounding_box()
    assert row_box
    assert head_box
    return head_box["x"] + head_box["width"] / 2, row_box["y"] + row_box["height"] / 2


def column_of(link: Locator) -> str:
    """Return the resource in whose column a booking stands."""
    number = link.evaluate("one => Number(one.closest('td').dataset.column)")
    return str(link.page.locator("thead th").nth(number).get_attribute("data-resource"))


def free_place(link: Locator, demo: Demo, day: str) -> tuple[str, int]:
    """Return column and start an hour away or more to which a booking may move: nearest in time, best in its column."""
    before, own = int(link.get_attribute("data-start") or 0), column_of(link)
    answer = link.page.request.get(demo.url(f"/bookings/{link.get_attribute('data-move')}/places.json?date={day}"))
    places = [(column, int(one)) for column, starts in answer.json()["places"].items() for one in starts]
    far = [one for one in places if abs(one[1] - before) >= 3600]
    return min(far, key=lambda one: (one[0] != own, abs(one[1] - before)))
