"""The page of one's calendar feed, and the address that a calendar fetches."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.access.permissions import ReadyMade
from app.operations.links import feed_token, manage_token
from app.storage.account_tables import CalendarFeed
from app.storage.store import Store
from tests.cast import Cast
from tests.web.conftest import SECRET, Browser, SignIn, make_read_only
from tests.web.reading import Page
from tests.web.staff_cast import TEN, booked, practice

PAGE = "/account/calendar-feed"


@pytest.fixture
def cast(store: Store) -> Cast:
    """A practice with a booking that Ada gives."""
    made = practice(store)
    booked(made, TEN, provider=made.ids["Ada"])
    return made


@pytest.fixture
def ada(cast: Cast, sign_in: SignIn) -> Browser:
    """The browser of Ada."""
    return sign_in(ReadyMade.PROVIDER, cast.rows["Ada"])


def address_on(browser: Browser) -> str:
    """The address that the page shows, without the site."""
    found = re.search(r'value="http://localhost(/feed/[^"]*)"', browser.get(PAGE).text)
    return "" if found is None else found.group(1)


def test_address_is_made_fetched_renewed_and_switched_off(ada: Browser, visitor: FlaskClient) -> None:
    assert address_on(ada) == ""
    assert "Create my calendar link" in ada.get(PAGE).text
    assert ada.submit(PAGE).location == PAGE
    first = address_on(ada)
    answer = visitor.get(first)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8; method=PUBLISH")
    assert answer.text.count("BEGIN:VEVENT") == 1
    assert ("Set-Cookie" in answer.headers, answer.headers["Cache-Control"]) == (False, "no-store")
    assert "last fetched" in Page(ada.get(PAGE).text).text
    ada.submit(f"{PAGE}/renew")
    second = address_on(ada)
    assert [visitor.get(one).status_code for one in (first, second)] == [404, 200]
    ada.submit(f"{PAGE}/end")
    assert (visitor.get(second).status_code, address_on(ada)) == (404, "")


def test_names_are_told_with_the_tick_only_and_another_address_keeps_it(ada: Browser, visitor: FlaskClient) -> None:
    shown = []
    for fields in ({}, {"with_clients": "yes"}):
        ada.submit(PAGE, fields)
        shown.append("Nora" in visitor.get(address_on(ada)).text)
    ada.submit(f"{PAGE}/renew")
    shown.append("Nora" in visitor.get(address_on(ada)).text)
    assert shown == [False, True, True]


def test_feed_that_was_switched_off_meanwhile_is_not_renewed(ada: Browser) -> None:
    ada.submit(f"{PAGE}/renew")
    shown = ada.get(PAGE).text
    assert ("switched off meanwhile" in shown, "Create my calendar link" in shown, address_on(ada)) == (True, True, "")


def test_guessed_addresses_open_nothing_and_are_counted(ada: Browser, visitor: FlaskClient) -> None:
    ada.submit(PAGE)
    feed = str(CalendarFeed.get().public_id)
    token = feed_token(SECRET, feed)
    almost = token[:-1] + ("B" if token.endswith("A") else "A")
    guesses = [feed, f"{feed}.", almost, manage_token(SECRET, feed), feed_token(b"another secret", feed), "."]
    answers = [visitor.get(f"/feed/{guess}.ics") for guess in guesses]
    assert {answer.status_code for answer in answers} == {404}
    assert not any("VCALENDAR" in answer.text for answer in answers)
    assert any(visitor.get("/feed/x.y.ics").status_code == 429 for _ in range(20))


def test_feed_link_opens_no_booking(ada: Browser, visitor: FlaskClient) -> None:
    ada.submit(PAGE)
    assert visitor.get(f"/manage/{feed_token(SECRET, str(CalendarFeed.get().public_id))}").status_code == 404


def test_calendar_is_given_as_long_as_the_database_can_be_read(
    store: Store, ada: Browser, visitor: FlaskClient
) -> None:
    ada.submit(PAGE)
    address = address_on(ada)
    make_read_only(store)
    answer = visitor.get(address)
    assert (answer.status_code, answer.text.count("BEGIN:VEVENT")) == (200, 1)
    store.close()
