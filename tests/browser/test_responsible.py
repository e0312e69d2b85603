"""Somebody becomes responsible for a booking, in a real browser; of two who choose at once one is told."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Demo, Windows

pytestmark = pytest.mark.browser

PERSON = steps.Person("Ruth Amsel", "ruth@example.org")
CHANGE, SAVE = "Change who is responsible", "Save who is responsible"


def choose(page: Page, number: int) -> str:
    """Choose one of those whom the list offers, and save; returns the name."""
    offered = page.get_by_label("Responsible").last
    name = offered.locator("option").nth(number).inner_text()
    offered.select_option(label=name)
    page.get_by_role("button", name=SAVE).click()
    return name


def test_two_choose_who_is_responsible_and_the_list_finds_it(demo: Demo, windows: Windows) -> None:
    visitor, desk, root = windows.open(), windows.open(), windows.open(width=390)
    steps.book(visitor.page, demo, PERSON)
    steps.sign_in(desk.page, demo)
    desk.page.goto(demo.url(f"/bookings/?text={PERSON.name}"))
    desk.page.locator("tr", has_text=PERSON.name).get_by_role("link").first.click()
    desk.page.get_by_text(CHANGE).click()
    steps.sign_in(root.page, demo, "administrator")
    root.page.goto(desk.page.url)
    root.page.get_by_text(CHANGE).click()
    first = choose(desk.page, 1)
    expect(desk.page.get_by_role("status").first).to_contain_text("Saved who is responsible.")
    expect(desk.page.locator(".summary dt:has-text('Responsible') + dd")).to_have_text(first)
    second = choose(root.page, 2)
    expect(root.page.locator("main")).to_contain_text("Somebody else changed this in the meantime")
    expect(root.page.get_by_label("Responsible").last.locator("option:checked")).to_have_text(second)
    desk.page.goto(demo.url("/bookings/"))
    desk.page.get_by_label("Responsible").select_option(label=first)
    desk.page.get_by_role("button", name="Search").click()
    expect(desk.page.locator("main")).to_contain_text(PERSON.name)
    assert (visitor.troubles, desk.troubles) == ([], [])
