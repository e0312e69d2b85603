"""Finding a time for a person and a room, and booking it with one press, on a narrow screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Demo, Windows

pytestmark = pytest.mark.browser

WHO = {"People": "Carla Benvenuto", "Rooms": ""}
"""Who gives the service, and any room."""


def test_time_for_several_is_found_and_booked_by_one_press_without_scripts(demo: Demo, windows: Windows) -> None:
    desk = windows.open(390, scripts=False)
    steps.sign_in(desk.page, demo)
    desk.page.goto(demo.url("/find/"))
    desk.page.get_by_label("Location").select_option(label=steps.PLACE)
    desk.page.get_by_label("Service").select_option(label=steps.SERVICE)
    desk.page.get_by_label("How many days").select_option(label="14 days")
    names = []
    for kind in ("People", "Rooms"):
        label = desk.page.get_by_role("group", name=kind, exact=True).locator("label").filter(has_text=WHO[kind]).first
        names.append(label.inner_text())
        label.click()
    desk.page.get_by_role("button", name="Find times").click()

    expect(desk.page.get_by_role("heading", name="The best times")).to_be_visible()
    assert desk.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    desk.page.get_by_label("Name of the client").fill("Vera Several")
    desk.page.get_by_label("Email address").fill("vera@example.org")
    desk.page.locator(".common-times button").first.click()
    expect(desk.page.locator("h1")).to_contain_text(f"{steps.SERVICE} for Vera Several")
    for name in names:
        expect(desk.page.locator(".summary")).to_contain_text(name)
    assert desk.troubles == []
