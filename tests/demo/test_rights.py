"""The scanner on the demo: every account tries what lies there, by pages, lists, feeds, searches and known ids.

Who may see what is written down here by hand, and read from the rows with SQL, not asked of the code under test.
The full tier tries every booking of ten weeks, the others a sample of them.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.config import Config
from app.demo.group import ACCOUNTS
from app.storage.store import Store
from app.storage.tables import Booking, Client, Location, OutboxMessage, Resource, User, WaitingEntry
from tests.demo.conftest import NOW
from tests.keys import MASTER
from tests.web.conftest import RAW_TOKEN, SECRET, Browser, app_on, token_of

FULL = os.environ.get("EIGENPLAN_TEST_TIER") == "full"
SAMPLE = 10_000 if FULL else 24
SEED = 20_261
WEEK = 7 * 86_400
AROUND = range(-6, 4)
"""The weeks around the present day that bookings are taken from."""

ROLES = ("manager", "provider", "front_desk", "viewer", "auditor")
READS_ALL, READS_ANSWERS = ("manager", "front_desk"), ("provider",)


@dataclass(frozen=True, slots=True)
class Lying:
    """A booking that lies there: of whom, what the client told, and whether it is given by the demo's provider."""

    public_id: str
    client: str
    mail: str
    answers: tuple[str, ...]
    is_providers: bool


@pytest.fixture
def site(demo: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application on the loaded demo, at the demo's present time."""
    monkeypatch.setattr("app.clock.now", lambda: NOW)
    path = demo.rows("PRAGMA database_list")[0][2]
    with app_on(demo, Config(f"sqlite:///{path}", SECRET, "http://localhost", MASTER)) as made:
        yield made


def come_in(site: Flask, demo: Store, role: str) -> Browser:
    """Return the browser of the demo's account of a role."""
    name = next(account.name for account in ACCOUNTS if account.role == role)
    browser = Browser(site)
    with browser.session_transaction() as kept:
        kept["_user_id"] = token_of(demo, User.get(User.name == name).public_id)
        kept["_fresh"], kept["csrf_token"] = True, RAW_TOKEN
    return browser


def bookings(demo: Store) -> list[Lying]:
    """Return the bookings of the weeks around the present, or a sample of them."""
    provider = next(account.person for account in ACCOUNTS if account.role == "provider")
    given = {
        number
        for (number,) in demo.rows(
            "SELECT b.id FROM booking b JOIN allocation a ON a.booking_id = b.id OR a.session_id = b.session_id "
            "JOIN resource r ON r.id = a.resource_id WHERE r.name = %s",
            (provider,),
        )
    }
    rows = Booking.select(Booking, Client).join(Client).where(
        Booking.start_at.between(NOW + AROUND.start * WEEK, NOW + AROUND.stop * WEEK)
    )  # fmt: skip
    found = [
        Lying(row.public_id, row.client.public_id, row.client.email, _texts(row.answers), row.id in given)
        for row in rows.order_by(Booking.id)
    ]
    own = [one for one in found if one.is_providers]
    others = [one for one in found if not one.is_providers]
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    return [one for part in (own, others) for one in dice.sample(part, min(SAMPLE // 2, len(part)))]


def _texts(answers: str) -> tuple[str, ...]:
    """The answers that nothing else on a page says by chance."""
    return tuple(one for one in json.loads(answers or "{}").values() if isinstance(one, str) and len(one) > 12)


def lists(weeks: range) -> Iterator[str]:
    """Yield the addresses of whatever shows several things at once."""
    today = datetime.fromtimestamp(NOW, UTC).date()
    yield from ("/home/", "/requests/", "/waiting/", "/outbox/", "/audit/", "/clients/?text=an", "/data-register/")
    for week in weeks:
        first = today + timedelta(weeks=week)
        for location in Location.select():
            yield from _of_location(location.public_id, first)


def _of_location(location: str, first: date) -> Iterator[str]:
    last = first + timedelta(days=6)
    yield f"/bookings/?first={first}&last={last}&location={location}"
    spans = ("day", "week", "timeline", "month", "list")
    yield from (f"/calendar/{span}?date={first}&location={location}" for span in spans)
    yield f"/today/?location={location}"


def seen_in(browser: Browser, path: str) -> str:
    return browser.get(path).get_data(as_text=True)


def test_demo_has_something_to_scan(demo: Store) -> None:
    lying = bookings(demo)
    assert {one.is_providers for one in lying} == {True, False}
    assert any(one.answers for one in lying)
    assert len({one.mail for one in lying}) > 15


@pytest.mark.parametrize("role", ROLES)
def test_known_ids_of_the_demo_open_nothing_that_is_not_theirs(site: Flask, demo: Store, role: str) -> None:
    browser = come_in(site, demo, role)
    opened, told = [], []
    for one in bookings(demo):
        may = role in READS_ALL or (role == "provider" and one.is_providers)
        pages = [seen_in(browser, f"/bookings/{one.public_id}"), seen_in(browser, f"/bookings/{one.public_id}/move")]
        if (one.mail in "".join(pages)) is not may:
            opened.append(one.public_id)
        if not (may and role in READS_ANSWERS) and any(text in page for text in one.answers for page in pages):
            told.append(one.public_id)
    assert (opened, told) == ([], [])


@pytest.mark.parametrize("role", ROLES)
def test_lists_of_the_demo_name_nobody_that_is_not_theirs(site: Flask, demo: Store, role: str) -> None:
    browser = come_in(site, demo, role)
    seen = "\n".join(seen_in(browser, path) for path in lists(AROUND if FULL else range(1)))
    lying = [one for one in bookings(demo) if one.mail]
    theirs = {one.mail for one in lying if role in READS_ALL or (role == "provider" and one.is_providers)}
    assert {one.mail for one in lying if one.mail in seen} - theirs == set()


@pytest.mark.parametrize("role", ROLES)
def test_nobody_takes_out_what_they_may_not(site: Flask, demo: Store, role: str) -> None:
    browser = come_in(site, demo, role)
    clients = {one.client for one in bookings(demo)}
    forms = [f"/clients/{one}/archive" for one in sorted(clients)] + ["/export/"]
    assert {browser.submit(path, {"passphrase": "far and wide open"}).status_code for path in forms} <= {403, 404}
    files = [f"/outbox/{row.public_id}/booking.ics" for row in OutboxMessage.select().limit(SAMPLE)]
    may_read_messages = role == "manager"
    assert may_read_messages or {browser.get(path).status_code for path in files} <= {403, 404}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_changes_what_they_may_not(site: Flask, demo: Store, role: str) -> None:
    browser = come_in(site, demo, role)
    before = Booking.select().where(Booking.status == "cancelled").count()
    lying = [one for one in bookings(demo) if not (role in READS_ALL or (role == "provider" and one.is_providers))]
    paths = [f"/bookings/{one.public_id}/{end}" for one in lying for end in ("cancel", "status")]
    if role in ("viewer", "auditor"):
        paths += [f"/waiting/{row.public_id}/remove" for row in WaitingEntry.select()]
    if role != "manager":
        kinds = {"resources": Resource, "users": User, "locations": Location}
        paths += [f"/setup/{kind}/{row.public_id}" for kind, table in kinds.items() for row in table.select()]
    answers = {path: browser.submit(path, {"status": "completed", "name": "Mine"}).status_code for path in paths}
    assert {path: status for path, status in answers.items() if status not in (403, 404)} == {}
    assert Booking.select().where(Booking.status == "cancelled").count() == before
