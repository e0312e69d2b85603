"""Moving a booking with the mouse: what fits is dropped, what does not says why and stays where it was."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import steps
from tests.browser.calendar_steps import center, free_place, show_day
from tests.browser.conftest import Demo, Watched, Windows

pytestmark = pytest.mark.browser


def booked_day(windows: Windows, demo: Demo, name: str) -> str:
    """Book as a visitor who goes by this name; return the day."""
    page = windows.open(scripts=False).page
    steps.choose_service(page, demo)
    steps.choose_time_on_emptiest_day(page)
    day = steps.chosen_day(page)
    steps.fill_in(page, steps.Person(name, f"{name.replace(' ', '.').lower()}@example.org"))
    page.locator("form[method=post] button.btn-lg").click()
    expect(page.locator("h1")).to_have_text(re.compile("Booked"))
    return day


def at_the_desk(windows: Windows, demo: Demo, name: str) -> tuple[str, Watched, Locator]:
    """Book as a visitor of this name; return the day, the desk's window with its calendar, and the booking in it."""
    day, desk = booked_day(windows, demo, name), windows.open()
    steps.sign_in(desk.page, demo)
    return day, desk, show_day(desk.page, demo, day, name)


def drag(page: Page, link: Locator, x: float, y: float, *, held: float = 0.5) -> None:
    """Press on the upper part of a booking, ``held`` of its width from the left, and drag in steps to a place."""
    box = link.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * held, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(x, y, steps=8)


def test_booking_is_moved_by_one_drag(demo: Demo, windows: Windows) -> None:
    day, desk, link = at_the_desk(windows, demo, "Dora Drag")
    column, wished = free_place(link, demo, day)
    at = center(desk.page, column, wished)
    drag(desk.page, link, *at)
    expect(desk.page.locator(".drag-ghost.fits")).to_be_visible()
    desk.page.mouse.up()
    expect(desk.page.locator("#drag-said")).to_have_text(re.compile("^Moved to"))
    moved = desk.page.locator(f"a[data-move][data-start='{wished}']").filter(has_text="Dora Drag")
    expect(moved.first).to_be_visible()
    assert desk.troubles == []


def test_where_it_may_not_go_says_why_and_nothing_moves(demo: Demo, windows: Windows) -> None:
    day, desk, link = at_the_desk(windows, demo, "Nils Nowhere")
    before = link.get_attribute("data-start")
    path = f"/bookings/{link.get_attribute('data-move')}/places.json?date={day}"
    places = desk.page.request.get(demo.url(path)).json()["places"]
    heads = [str(one.get_attribute("data-resource")) for one in desk.page.locator("th[data-resource]").all()]
    other = next(one for one in heads if one not in places)
    drag(desk.page, link, *center(desk.page, other, int(before or 0)))
    expect(desk.page.locator(".drag-ghost.no")).to_contain_text(f"{steps.SERVICE} does not take")
    desk.page.mouse.up()
    expect(desk.page.locator(".drag-ghost")).to_have_count(0)
    expect(show_day(desk.page, demo, day, "Nils Nowhere")).to_have_attribute("data-start", before or "")
    assert desk.troubles == []


def test_escape_and_a_network_that_drops_leave_all_as_it_was(demo: Demo, windows: Windows) -> None:
    day, desk, link = at_the_desk(windows, demo, "Olga Offline")
    before = link.get_attribute("data-start") or ""
    at = center(desk.page, *free_place(link, demo, day))
    drag(desk.page, link, *at)
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator(".drag-ghost")).to_have_count(0)
    desk.page.mouse.up()
    assert desk.troubles == []
    drag(desk.page, link, *at)
    expect(desk.page.locator(".drag-ghost.fits")).to_be_visible()
    desk.context.set_offline(True)
    desk.page.mouse.up()
    expect(desk.page.locator("#drag-said")).to_have_text(
        "The server did not answer. Please look in the calendar whether the booking was moved."
    )
    expect(link).not_to_have_class(re.compile("dragged"))
    here, box = desk.page.url, link.bounding_box()
    assert box  # another drag, begun without the network, is let go on the booking itself
    drag(desk.page, link, box["x"] + box["width"] / 2 + 10, box["y"] + 8)
    expect(desk.page.locator("#drag-said")).to_have_text(
        "The server cannot be reached, so nothing was changed. Please try again."
    )
    desk.page.mouse.up()
    expect(desk.page.locator(".drag-ghost")).to_have_count(0)
    expect(desk.page).to_have_url(here)
    desk.context.set_offline(False)
    expect(show_day(desk.page, demo, day, "Olga Offline")).to_have_attribute("data-start", before)
