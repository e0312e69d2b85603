"""Undoing in the calendar: by a press after a drag, and by Control and Z after a cancellation."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.calendar_steps import center, free_place, show_day
from tests.browser.conftest import Demo, Windows
from tests.browser.test_dragging import at_the_desk, drag

pytestmark = pytest.mark.browser

UNDONE = "Undone: the booking is as it was before."


def test_drag_is_undone_by_a_press_and_a_cancellation_by_keys(demo: Demo, windows: Windows) -> None:
    day, desk, link = at_the_desk(windows, demo, "Undone Client")
    page, before = desk.page, link.get_attribute("data-start") or ""
    booking = link.get_attribute("data-move") or ""
    drag(page, link, *center(page, *free_place(link, demo, day)))
    expect(page.locator(".drag-ghost.fits")).to_be_visible()
    page.mouse.up()
    expect(page.locator("#undo")).to_contain_text("Booking moved.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#drag-said")).to_have_text(UNDONE)
    expect(page.locator("#undo")).to_be_hidden()
    expect(page.locator("main")).to_be_focused()
    expect(page.locator(f"a[data-move='{booking}']").first).to_have_attribute("data-start", before)
    page.goto(demo.url(f"/bookings/{booking}"))
    page.get_by_text("Cancel this booking", exact=True).click()
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.get_by_text("Cancelled.", exact=True)).to_be_visible()
    expect(page.locator("#undo")).to_contain_text(re.compile("more seconds?\\."))
    page.locator("main").focus()
    page.keyboard.press("Control+z")
    expect(page.get_by_text(UNDONE)).to_be_visible()
    expect(show_day(page, demo, day, "Undone Client")).to_have_attribute("data-start", before)
    assert desk.troubles == []


def test_notice_goes_by_itself_and_keys_in_a_field_are_the_fields_own(demo: Demo, windows: Windows) -> None:
    day, desk, link = at_the_desk(windows, demo, "Quiet Client")
    page, (column, wished) = desk.page, free_place(link, demo, day)
    drag(page, link, *center(page, column, wished))
    expect(page.locator(".drag-ghost.fits")).to_be_visible()
    page.mouse.up()
    expect(page.locator("#undo")).to_be_visible()
    page.locator("#quick-line").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#undo")).to_be_hidden(timeout=8000)
    moved = page.locator(f"a[data-move][data-start='{wished}']").filter(has_text="Quiet Client")
    expect(moved.first).to_be_visible()
    assert desk.troubles == []
