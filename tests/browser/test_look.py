"""An administrator makes the site their own, and a visitor sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Demo, Windows

pytestmark = pytest.mark.browser


def test_name_colour_and_word_are_previewed_applied_and_seen_by_visitors(demo: Demo, windows: Windows) -> None:
    office, visitor = windows.open(), windows.open()
    steps.sign_in(office.page, demo, "administrator")
    office.page.goto(demo.url("/setup/look"))
    try:
        fill_in(office.page)
        expect(office.page.get_by_text("#ffee00 is too light for white text")).to_be_visible()
        visitor.page.goto(demo.url("/"))
        expect(visitor.page.locator(".brand")).to_have_text("Lindenhof")
        office.page.get_by_role("button", name="Apply", exact=True).click()
        expect(office.page.get_by_role("link", name="Patients", exact=True)).to_be_visible()
        visitor.page.reload()
        expect(visitor.page.locator(".brand")).to_have_text("Park Practice")
        colour = visitor.page.locator("a.btn-primary").first.evaluate("one => getComputedStyle(one).backgroundColor")
        assert colour != "rgb(31, 111, 92)"
    finally:
        office.page.goto(demo.url("/setup/look"))
        office.page.get_by_text("Take back everything that was set on this page").click()
        office.page.get_by_role("button", name="Take everything back").click()
    expect(office.page.get_by_role("link", name="Clients", exact=True)).to_be_visible()
    assert (office.troubles, visitor.troubles) == ([], [])


def fill_in(page: Page) -> None:
    """Type a name, a colour that nobody could read and a word, and look at the preview."""
    page.get_by_label("Name of the site").fill("Park Practice")
    page.get_by_label("Colour", exact=True).fill("#ffee00")
    page.get_by_label("What you call your clients").select_option("patient")
    page.get_by_role("button", name="Preview", exact=True).click()
