"""Help in a browser: the panel over a page, and the tour by keys alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Demo, Windows

pytestmark = pytest.mark.browser


def test_panel_searches_opens_a_guide_and_gives_the_page_back(demo: Demo, windows: Windows) -> None:
    window = windows.open()
    page = window.page
    steps.sign_in(page, demo)
    page.goto(demo.url("/bookings/"))
    page.get_by_role("link", name="Help", exact=True).click()
    panel = page.get_by_role("dialog", name="Help")
    expect(panel.get_by_role("heading", name="About the page that you come from")).to_be_visible()
    panel.get_by_label("What would you like to know?").press_sequentially("undo")
    expect(panel.locator("mark").first).to_have_text("Undo")
    panel.get_by_role("link", name="Moving and cancelling: Undoing").click()
    expect(panel.get_by_role("heading", name="Undoing")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("link", name="Help", exact=True)).to_be_focused()
    assert window.troubles == []


def test_tour_goes_by_keys_and_is_not_offered_again(demo: Demo, windows: Windows) -> None:
    window = windows.open()
    page = window.page
    steps.sign_in(page, demo)
    page.goto(demo.url("/today/"))
    page.get_by_role("button", name="Show me around").press("Enter")
    tour = page.locator("#tour-dialog")
    expect(tour.get_by_role("heading", name="The navigation")).to_be_focused()
    tour.get_by_role("button", name="Go on").press("Enter")
    expect(tour.get_by_role("heading", name="The desk")).to_be_focused()
    expect(tour).to_contain_text("Step 2 of 5")
    tour.get_by_role("button", name="Back").press("Enter")
    expect(tour.get_by_role("heading", name="The navigation")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("main")).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Show me around")).to_be_hidden()
    page.goto(demo.url("/today/?tour=1"))
    expect(tour.get_by_role("heading", name="The navigation")).to_be_focused()
    assert window.troubles == []
