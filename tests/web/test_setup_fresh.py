"""The set-up of a new installation, right after the programs that check it have been there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from app.access.permissions import ReadyMade
from app.operations.installation.probe import NAME, close_probe, open_probe
from app.storage.store import Store
from app.web.context import EXTENSION
from tests.operations.setup_cast import add_location, context_of
from tests.web.conftest import Browser, SignIn
from tests.web.setup_pages import SLUGS, value_of

pytestmark = pytest.mark.gate


@pytest.fixture
def admin(sign_in: SignIn) -> Browser:
    """The browser of an administrator."""
    return sign_in(ReadyMade.ADMINISTRATOR)


def check_installation(store: Store) -> None:
    open_probe(context_of(store))
    close_probe(context_of(store))


def test_installation_check_is_neither_listed_nor_offered(admin: Browser, store: Store) -> None:
    check_installation(store)
    paths = [f"/setup/{slug}{end}" for slug in SLUGS for end in ("", "/new")]
    pages = {path: admin.get(path) for path in paths}
    assert {page.status_code for page in pages.values()} == {200}
    assert [path for path, page in pages.items() if NAME in page.text] == []


def test_new_service_is_given_at_all_locations_but_that_of_the_check(admin: Browser, store: Store) -> None:
    check_installation(store)
    centre = add_location(context_of(store))
    assert value_of(admin.get("/setup/services/new").text, "locations") == [centre]


def test_first_location_is_offered_the_time_zone_of_the_site(app: Flask, admin: Browser, store: Store) -> None:
    check_installation(store)
    site = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(site, config=replace(site.config, time_zone="Europe/Vienna"))
    assert value_of(admin.get("/setup/locations/new").text, "tzid") == ["Europe/Vienna"]


def test_later_records_are_offered_the_time_zone_of_the_first_location(admin: Browser, store: Store) -> None:
    check_installation(store)
    add_location(context_of(store))
    assert value_of(admin.get("/setup/resources/new").text, "tzid") == ["Europe/Berlin"]
