"""Dragging in the calendar of a week and in the timeline: the same booking to another day, then to another time."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.calendar_steps import (
    Quarter,
    center_in_timeline,
    column_of,
    free_place,
    place_in_week,
    quarters_of_week,
    show,
)
from tests.browser.conftest import Demo, Windows
from tests.browser.test_dragging import at_the_desk, drag

pytestmark = pytest.mark.browser


def same_time_on_another_day(link: Locator, demo: Demo) -> tuple[str, Quarter]:
    """Return a resource and another day at which the booking may begin at its time, best with whom it is."""
    quarters = quarters_of_week(link.page)
    own, before = column_of(link), int(link.get_attribute("data-start") or 0)
    here = max((one for one in quarters if one.start <= before), key=lambda one: one.start)
    path = f"/bookings/{link.get_attribute('data-move')}/places.json?date={quarters[0].day}&days=7"
    places = link.page.request.get(demo.url(path)).json()["places"]
    others = [one for one in quarters if one.clock == here.clock and one.day != here.day]
    found = [(resource, one) for resource, starts in places.items() for one in others if one.start in starts]
    return min(found, key=lambda one: (one[0] != own, one[1].start))


def draw_in_week(page: Page) -> Quarter:
    """Draw over three quarter hours of the first free time that has as many, low in its cell; return its begin."""
    cells = page.locator("td[data-free]:not([data-free=''])")
    found = cells.evaluate_all("all => all.map(({dataset: it}) => [it.resource, it.date, it.free])")
    spans = [(of, on, *map(int, one.split("-"))) for of, on, free in found for one in free.split()]
    resource, day, since = next(one[:3] for one in spans if one[3] - one[2] >= 2700)
    first = next(one for one in quarters_of_week(page) if one.day == day and one.start >= since)
    last = Quarter(day, first.start + 1800, "")
    page.mouse.move(*place_in_week(page, resource, first, 0.99))
    page.mouse.down()
    page.mouse.move(*place_in_week(page, resource, last, 0.99), steps=4)
    expect(page.locator(".drag-ghost.fits")).to_contain_text("45 min")
    page.mouse.up()
    return first


def test_booking_is_dragged_to_another_day_and_along_the_timeline(demo: Demo, windows: Windows) -> None:
    day, desk, _link = at_the_desk(windows, demo, "Wanda Week")
    page = desk.page
    link = show(page, demo, "week", day, "Wanda Week")
    resource, wished = same_time_on_another_day(link, demo)
    link.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")
    drag(page, link, *place_in_week(page, resource, wished, 0.25))
    expect(page.locator(".drag-ghost.fits")).to_contain_text(wished.clock)
    page.mouse.up()
    expect(page.locator("#drag-said")).to_have_text(re.compile(f"^Moved to.*{wished.clock}"))

    link = show(page, demo, "timeline", wished.day, "Wanda Week")
    before = int(link.get_attribute("data-start") or 0)
    assert before == wished.start
    places = page.request.get(demo.url(f"/bookings/{link.get_attribute('data-move')}/places.json?date={wished.day}"))
    heads = [str(one.get_attribute("data-resource")) for one in page.locator("th[data-resource]").all()]
    stranger = next(one for one in heads if one not in places.json()["places"])
    drag(page, link, *center_in_timeline(page, stranger, before), held=0.1)
    expect(page.locator(".drag-ghost.no")).to_contain_text("does not take")
    page.keyboard.press("Escape")
    page.mouse.up()

    column, start = free_place(link, demo, wished.day)
    drag(page, link, *center_in_timeline(page, column, start), held=0.1)
    expect(page.locator(".drag-ghost.fits")).to_be_visible()
    page.mouse.up()
    expect(page.locator("#drag-said")).to_have_text(re.compile("^Moved to"))
    expect(page.locator(f"a[data-move][data-start='{start}']").filter(has_text="Wanda Week").first).to_be_visible()

    show(page, demo, "week", day, "Wanda Week")
    first = draw_in_week(page)
    page.wait_for_url(re.compile(f"/bookings/new.*start={first.start}&duration=45"))
    assert desk.troubles == []
