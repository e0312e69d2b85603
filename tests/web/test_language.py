"""In which language pages speak, and who decides."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.permissions import ReadyMade
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import Client, User
from tests.cast import one_provider
from tests.web.conftest import Browser, SignIn
from tests.web.reading import Page
from tests.web.way import ADA, open_details, query, send

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.1"}
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}


@pytest.mark.parametrize(
    ("address", "headers", "spoken"),
    [
        ("/", {}, "en"),
        ("/", GERMAN, "de"),
        ("/", ENGLISH, "en"),
        ("/", {"Accept-Language": "fr,it;q=0.5"}, "en"),
        ("/", {"Accept-Language": "de;q=0, en"}, "en"),
        ("/", {"Accept-Language": ";;;=,,q"}, "en"),
        ("/?lang=de", ENGLISH, "de"),
        ("/?lang=en", GERMAN, "en"),
        ("/?lang=tlh", GERMAN, "de"),
        ("/no-such-page", GERMAN, "de"),
        ("/sign-in", GERMAN, "de"),
    ],
)
def test_visitor_reads_what_address_or_browser_ask_for(
    app: Flask, address: str, headers: dict[str, str], spoken: str
) -> None:
    answer = app.test_client().get(address, headers=headers)
    assert (answer.headers["Content-Language"], "Accept-Language" in answer.headers["Vary"]) == (spoken, True)


def test_language_of_one_request_is_not_that_of_the_next(app: Flask) -> None:
    client = app.test_client()
    said = [client.get("/", headers=headers).headers["Content-Language"] for headers in (GERMAN, {}, GERMAN)]
    assert said == ["de", "en", "de"]


def test_chosen_language_counts_before_the_browsers_and_can_be_taken_back(sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.VIEWER)
    assert browser.get("/account/language", headers=GERMAN).headers["Content-Language"] == "de"
    saved = browser.submit("/account/language", {"language": "de"}, follow_redirects=True)
    assert (saved.headers["Content-Language"], "Gespeichert." in saved.text) == ("de", True)
    assert Page(saved.text).form("/account/language").fields["language"] == "de"
    assert browser.get("/calendar/day", headers=ENGLISH).headers["Content-Language"] == "de"
    browser.submit("/account/language", {"language": ""})
    assert browser.get("/calendar/day", headers=ENGLISH).headers["Content-Language"] == "en"


def test_choice_is_told_to_the_audit_log_once(sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.VIEWER)
    for _ in range(2):
        browser.submit("/account/language", {"language": "de"})
    told = [(one.action, one.before, one.after) for one in AuditEntry.select().order_by(AuditEntry.id)]
    assert told[-1] == ("changed", '{"language":""}', '{"language":"de"}')
    assert len([one for one in told if "language" in one[2]]) == 1


def test_unknown_language_is_refused_and_nothing_chosen(sign_in: SignIn) -> None:
    browser: Browser = sign_in(ReadyMade.VIEWER)
    answer = browser.submit("/account/language", {"language": "tlh"})
    assert (answer.status_code, "This language is not here" in answer.text) == (422, True)
    assert {user.language for user in User.select()} == {""}


def test_choice_in_the_address_stays_on_the_whole_way(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    first = visitor.get("/?lang=de", headers=ENGLISH)
    times = next(link for link in Page(first.text).links if link.startswith("/book/times"))
    shown = visitor.get(times, headers=ENGLISH)
    details = next(link for link in Page(shown.text).links if link.startswith("/book/details"))
    assert 'name="lang" value="de"' in shown.text  # the form that makes its own address
    done = send(visitor, Page(visitor.get(details, headers=ENGLISH).text).form("token"), **ADA)
    pages = [first, shown, *(visitor.get(one, headers=ENGLISH) for one in (details, done.location))]
    assert [page.headers["Content-Language"] for page in pages] == ["de"] * 4
    assert cast.ids["Consultation"] in times


def test_page_leads_to_itself_in_the_other_language(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    page = visitor.get(f"/book/times?{query(cast)}", headers=GERMAN)
    other = next(link for link in Page(page.text).links if "lang=en" in link)
    assert other == f"/book/times?{query(cast)}&lang=en"
    assert visitor.get(other, headers=GERMAN).headers["Content-Language"] == "en"


def test_address_without_a_choice_carries_none(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    page = visitor.get(f"/book/times?{query(cast)}", headers=GERMAN)
    assert [link for link in Page(page.text).links if "lang=" in link and link.startswith("/book/details")] == []


@pytest.mark.parametrize(("headers", "kept"), [(GERMAN, "de"), (ENGLISH, "en")])
def test_booking_keeps_the_language_of_the_client(app: Flask, store: Store, headers: dict[str, str], kept: str) -> None:
    cast = one_provider(store)
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = headers["Accept-Language"]
    send(client, open_details(client, cast), **ADA)
    assert [one.language for one in Client.select()] == [kept]
