"""Two browsers: what one books appears in the calendar of the other, without a reload."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.bench.demo_site import fill_demo
from tests.bench.load import LOOPBACK
from tests.bench.ours import environment
from tests.bench.servers import free_port, serve
from tests.browser import steps
from tests.browser.conftest import Demo, Windows
from tests.live.site import live_process

pytestmark = pytest.mark.browser

PROMISED, PATIENCE = 2.0, 3
"""Seconds, and how many times as much a test machine that does other things as well may take."""


@pytest.fixture(scope="module")
def live_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo with a live process beside it, on a port of its own, as `./eigenplan demo` has it."""
    folder = tmp_path_factory.mktemp("live")
    site = fill_demo(f"sqlite:///{folder / 'demo.db'}", 1)
    port, live_port = free_port(), free_port()
    options = environment(site, folder, port) | {"EIGENPLAN_LIVE_URL": f"http://{LOOPBACK}:{live_port}/live"}
    web = serve("app.wsgi:app", options, 2, "/healthz", port=port)
    with live_process(options, folder, live_port), web as server:
        yield Demo(site, server)


def open_calendar(page: Page, demo: Demo, view: str = "day", *, day: str = "") -> None:
    """Open a calendar of the first location and wait until its stream is open."""
    place = demo.location_named(steps.PLACE)
    with page.expect_response(lambda answer: "/live?token=" in answer.url):
        page.goto(demo.url(f"/calendar/{view}?location={place}&date={day}"))


def test_booking_appears_in_another_browser_within_two_seconds(live_demo: Demo, windows: Windows) -> None:
    desk, client = windows.open(), windows.open(scripts=False)
    person = steps.Person("Lina Live", "lina@example.org")
    steps.sign_in(desk.page, live_demo)
    steps.choose_service(client.page, live_demo)
    steps.choose_time(client.page)
    day = steps.chosen_day(client.page)
    open_calendar(desk.page, live_demo, day=day)
    steps.fill_in(client.page, person)
    client.page.locator("form[method=post] button.btn-lg").click()
    expect(client.page.locator("h1")).to_have_text(re.compile("Booked|Your request has arrived"))
    begun = time.monotonic()
    expect(desk.page.get_by_role("link", name=re.compile("Lina Live"))).to_be_visible()
    took = time.monotonic() - begun
    print(f"seen after {took:.2f} s")
    expect(desk.page.locator("#calendar-said")).to_have_text("The calendar has changed.")
    assert (took < PROMISED * PATIENCE, desk.troubles) == (True, [])


def test_focus_place_and_selection_stay_when_the_calendar_changes(live_demo: Demo, windows: Windows) -> None:
    desk, client = windows.open(), windows.open(scripts=False)
    steps.sign_in(desk.page, live_demo)
    steps.choose_service(client.page, live_demo)
    steps.choose_time(client.page)
    open_calendar(desk.page, live_demo, day=steps.chosen_day(client.page))
    desk.page.locator("summary", has_text="Who and what").click()
    region = desk.page.locator(".calendar-scroll")
    region.evaluate("one => { one.scrollTop = 40; one.scrollLeft = 10; }")
    link = desk.page.locator("table[data-grid] tbody td a").last
    link.evaluate("one => one.focus({preventScroll: true})")
    before = state(desk.page)
    steps.fill_in(client.page, steps.Person("Sina Still", "sina@example.org"))
    client.page.locator("form[method=post] button.btn-lg").click()
    expect(desk.page.get_by_role("link", name=re.compile("Sina Still"))).to_be_attached()
    assert (state(desk.page), desk.troubles) == (before, [])


def state(page: Page) -> object:
    """Where somebody is in the calendar: focus, place, and what is open."""
    return page.evaluate(
        """() => { const one = document.querySelector(".calendar-scroll"); return [
        document.activeElement.getAttribute("href"), document.activeElement.tabIndex, one.scrollTop, one.scrollLeft,
        document.querySelector(".calendar-filter").open]; }"""
    )
