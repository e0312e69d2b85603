"""The calendar of a day by finger: what stays draws and pulls, a quick move scrolls, a second finger gives up."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import steps
from tests.browser.calendar_steps import center
from tests.browser.conftest import Demo, Watched, Windows

pytestmark = pytest.mark.browser

SCROLLED = """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
  () => done(scrollY + document.querySelector(".calendar-scroll").scrollTop))))"""
"""How far page and calendar are scrolled, once that has been drawn."""

RESTS = 600
"""Milliseconds: longer than a finger has to stay to drag, had it not moved before."""

ROOMY = """heads => heads.flatMap(({dataset: it}) => it.free.split(" ").map(one => one.split("-").map(Number))
  .filter(([start, end]) => end - start >= 3600).map(([start]) => [it.resource, start]))[0] || null"""
"""A resource and the first start at which an hour of it is free."""


class Finger:
    """A finger on the screen of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.remote = page.context.new_cdp_session(page)

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        """Say where fingers are; ``kind``: ``touchStart``, ``touchMove``, ``touchEnd``."""
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        self.remote.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def flick(self, x: float, y: float, down: float) -> None:
        """Move at once, as one does to scroll, and rest before the finger is lifted, so that nothing runs on."""
        self.touch("touchStart", (x, y))
        for step in range(1, 11):
            self.touch("touchMove", (x, y + down * step / 10))
        self.page.wait_for_timeout(RESTS)
        self.touch("touchMove", (x, y + down))
        self.touch("touchEnd")


def at_the_desk(windows: Windows, demo: Demo) -> tuple[Watched, Finger]:
    """Sign in on a device for fingers."""
    desk = windows.open(touch=True)
    steps.sign_in(desk.page, demo)
    return desk, Finger(desk.page)


def show_day(page: Page, demo: Demo, ahead: int) -> None:
    day = (datetime.fromtimestamp(demo.site.base, UTC) + timedelta(days=ahead)).date().isoformat()
    page.goto(demo.url(f"/calendar/day?location={demo.location_named(steps.PLACE)}&date={day}&kind=person"))


def hour_to_draw(page: Page, demo: Demo) -> tuple[str, int]:
    """Show a day on which somebody has an hour free; return who and since when."""
    for ahead in range(1, 8):
        show_day(page, demo, ahead)
        found = page.locator("th[data-resource]").evaluate_all(ROOMY)
        if found:
            return str(found[0]), int(found[1])
    raise AssertionError("nobody has an hour free")


def booking_to_lengthen(page: Page, demo: Demo) -> tuple[Locator, int]:
    """Show a day with a booking that may become longer; return it, and the minutes that it may have."""
    for ahead in range(1, 8):
        show_day(page, demo, ahead)
        day = page.locator("#drag").get_attribute("data-first")
        for link in page.locator("a[data-move]").all():
            path = f"/bookings/{link.get_attribute('data-move')}/places.json?date={day}"
            longest = max([0, *page.request.get(demo.url(path)).json()["minutes"]])
            if longest > int(link.get_attribute("data-minutes") or 0):
                return link, longest
    raise AssertionError("no booking may become longer")


def test_finger_that_stays_draws_one_that_moves_scrolls_and_a_second_gives_up(demo: Demo, windows: Windows) -> None:
    desk, finger = at_the_desk(windows, demo)
    page = desk.page
    resource, start = hour_to_draw(page, demo)
    here, (x, y) = page.url, center(page, resource, start)
    before = page.evaluate(SCROLLED)
    finger.flick(x, y, 150 if before > 150 else -150)  # to where there is more to see
    assert page.evaluate(SCROLLED) != before
    expect(page.locator(".drag-ghost")).to_have_count(0)
    x, y = center(page, resource, start)
    below = y + 2 * page.locator("tr[data-times]").first.evaluate("one => one.offsetHeight")
    finger.touch("touchStart", (x, y))
    expect(page.locator(".drag-ghost.fits")).to_contain_text("15 min")
    finger.touch("touchMove", (x, below))
    expect(page.locator(".drag-ghost.fits")).to_contain_text("45 min")
    finger.touch("touchStart", (x, below), (x + 60, below))
    expect(page.locator(".drag-ghost")).to_have_count(0)
    finger.touch("touchEnd")
    expect(page).to_have_url(here)
    finger.touch("touchStart", (x, y))
    expect(page.locator(".drag-ghost.fits")).to_be_visible()
    finger.touch("touchMove", (x, below))
    finger.touch("touchEnd")
    page.wait_for_url(re.compile(f"/bookings/new.*resource={resource}&start={start}&duration=45"))
    assert desk.troubles == []


def test_finger_pulls_the_end_of_a_booking_by_its_corner(demo: Demo, windows: Windows) -> None:
    desk, finger = at_the_desk(windows, demo)
    page = desk.page
    link, longest = booking_to_lengthen(page, demo)
    link.evaluate("one => one.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'})")
    box, minutes = link.bounding_box(), int(link.get_attribute("data-minutes") or 0)
    assert box
    size = link.evaluate("one => [getComputedStyle(one, '::after').width, getComputedStyle(one, '::after').height]")
    assert size == ["28px", "28px"]
    x, y = box["x"] + box["width"] - 20, box["y"] + box["height"] - 5
    finger.touch("touchStart", (x, y))
    expect(page.locator(".drag-ghost.stays")).to_contain_text(f"{minutes} min")
    row = page.locator("tr[data-times]").first.evaluate("one => one.offsetHeight")
    finger.touch("touchMove", (x, y + (longest - minutes) // 15 * row))
    expect(page.locator(".drag-ghost.fits")).to_contain_text(f"{longest} min")
    finger.touch("touchEnd")
    expect(page.locator("#drag-said")).to_have_text(re.compile("^Moved to"))
    booking = page.locator(f"a[data-move='{link.get_attribute('data-move')}']").first
    expect(booking).to_have_attribute("data-minutes", str(longest))
    assert desk.troubles == []
