"""The page beside a room, on a small tablet and on a phone, by day and by night."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from app.access.actors import SYSTEM
from app.clock import now
from app.operations.context import Context
from app.operations.links import door_token
from app.operations.setup.doors import DoorDraft, save_door
from app.storage.tables import Resource
from tests.browser.conftest import Demo, Windows
from tests.keys import open_store

pytestmark = pytest.mark.browser


def door_of(demo: Demo) -> str:
    """Make the page beside the demo's first room, and return its address."""
    store = open_store(demo.site.url)
    room = str(Resource.select().where(Resource.kind == "room").first().public_id)
    door = save_door(Context(store, SYSTEM, now()), room, DoorDraft(with_titles=True))
    store.close()
    return demo.url(f"/door/{door_token(demo.site.secret, door.public_id)}")


def test_page_fits_a_tablet_and_a_phone_and_says_when_its_connection_is_lost(demo: Demo, windows: Windows) -> None:
    address = door_of(demo)
    for width, theme in ((1024, "light"), (390, "dark")):
        window = windows.open(width, theme=theme)
        page = window.page
        page.goto(address)
        expect(page.locator("#door-state")).to_have_text(re.compile("Free|Taken|Closed"))
        expect(page.locator("#door-clock")).to_have_text(re.compile(r"^\d\d:\d\d$"))
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        expect(page.locator("#door-lost")).to_be_hidden()
        window.context.set_offline(True)
        expect(page.locator("#door-lost")).to_be_visible()
        assert window.troubles == []
