"""An administrator of an empty installation takes the five steps, and a visitor books."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.access.actors import SYSTEM
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.setup.users import UserDraft, save_user
from app.storage.migrate import migrate
from tests.bench.demo_site import PASSWORD
from tests.bench.ours import serve_ours
from tests.bench.servers import Server
from tests.bench.sites import Site
from tests.browser.conftest import Windows
from tests.keys import open_store

pytestmark = pytest.mark.browser

EMAIL, NAME = "ruth.adlershof@lindenhof.example", "Ruth Adlershof"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Server]:
    """An installation that has one administrator and nothing else."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    store = open_store(url)
    migrate(store)
    admin = UserDraft(EMAIL, NAME, (GrantDraft("administrator"),), password=PASSWORD)
    save_user(Context(store, SYSTEM, clock.now()), admin)
    store.close()
    with serve_ours(Site(url, clock.now(), "", {}, ()), tmp_path, 1) as server:
        yield server


def _sign_in(page: Page, server: Server) -> None:
    page.goto(f"{server.origin}/sign-in")
    page.get_by_label("Email address *").fill(EMAIL)
    page.get_by_label("Password *").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _go_on(page: Page, heading: str) -> None:
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("h1")).to_have_text(heading)


def test_administrator_takes_the_steps_and_a_visitor_books(empty: Server, windows: Windows) -> None:
    window = windows.open()
    page = window.page
    _sign_in(page, empty)
    page.get_by_role("link", name="Begin").click()
    page.get_by_role("link", name="Begin").click()
    page.get_by_label("Name *").fill("Lindenhof Park")
    page.get_by_label("Time zone *").fill("Europe/Berlin")
    _go_on(page, "Opening hours")
    expect(page.get_by_role("slider", name="Friday", exact=True).locator(".paint-block")).to_have_text("09:00–17:00")
    _go_on(page, "People")
    page.get_by_label("Name", exact=True).first.fill("Milena Sorokova")
    _go_on(page, "First service")
    page.get_by_label("Name *").fill("First talk")
    _go_on(page, "Test mail")
    page.get_by_role("button", name="Send a test mail").click()
    expect(page.get_by_text("It is on its way.")).to_be_visible()
    page.get_by_role("link", name="Skip", exact=True).click()
    expect(page.locator("h1")).to_have_text("What comes next")

    visitor = windows.open(390).page
    visitor.goto(empty.origin)
    visitor.get_by_role("link", name="Choose a time for First talk at Lindenhof Park").click()
    visitor.get_by_role("link", name="Later").click()
    visitor.locator("a.slot").last.click()
    visitor.get_by_label("Name *").fill("Tara First")
    visitor.get_by_label("Email address *").fill("tara@example.org")
    visitor.get_by_role("button", name=re.compile("^Book")).click()
    expect(visitor.locator("h1")).to_have_text(re.compile("Booked"))
    assert window.troubles == []
