"""A request that two people have to agree to, from the form of staff to the confirmed booking, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.demo.approvals import TWO_STEPS
from tests.bench.demo_site import PASSWORD, email_of
from tests.browser import steps
from tests.browser.conftest import Demo, Windows

pytestmark = pytest.mark.browser


def open_request(page: Page, demo: Demo) -> str:
    """Open the page of the request of two steps; returns its address."""
    page.goto(demo.url("/requests/"))
    request = page.locator("li.request", has_text=TWO_STEPS).first
    key = (request.get_attribute("id") or "").removeprefix("request-")
    address = demo.url(f"/requests/{key}")
    page.goto(address)
    return address


def test_two_steps_are_approved_by_two_people_from_the_link_of_a_mail(demo: Demo, windows: Windows) -> None:
    manager, desk, root = windows.open(), windows.open(width=390), windows.open(scripts=False)
    steps.sign_in(manager.page, demo, "manager")
    address = open_request(manager.page, demo)
    expect(manager.page.locator("section.request")).to_contain_text("Waits for Reception")
    expect(manager.page.get_by_role("button", name="Approve")).to_have_count(0)
    sign_in_by_link(desk.page, demo, address, "front_desk")
    desk.page.get_by_role("button", name="Approve").click()
    expect(desk.page.get_by_role("status").first).to_contain_text("Others still have to approve it.")
    manager.page.reload()
    expect(manager.page.locator("section.request")).to_contain_text("You asked for this yourself")
    sign_in_by_link(root.page, demo, address, "administrator")
    root.page.get_by_role("button", name="Approve").click()
    key = address.rpartition("/")[2]
    root.page.goto(demo.url(f"/bookings/{key}"))
    expect(root.page.locator(".badge-status")).to_have_text(re.compile("confirmed", re.IGNORECASE))
    expect(root.page.locator("main")).to_contain_text("Approved by Sofia Lindqvist")
    assert (manager.troubles, desk.troubles, root.troubles) == ([], [], [])


def sign_in_by_link(page: Page, demo: Demo, address: str, role: str) -> None:
    """Open a link signed out, sign in, and be where it leads."""
    page.goto(address)
    page.get_by_label("Email address *").fill(email_of(role))
    page.get_by_label("Password *").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(address)
