"""Joining the waiting list on the public way."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.operations.book import book
from app.operations.change import cancel
from app.operations.clients.client_records import ClientDraft, save_client
from app.operations.links import manage_token, waiting_token
from app.storage.store import Store
from app.storage.tables import OutboxMessage, WaitingEntry
from tests.cast import HOUR, Cast, one_provider
from tests.operations.helpers import system, wish
from tests.web.conftest import SECRET
from tests.web.reading import Page
from tests.web.way import ADA, query, send


def test_waiting_list_joins_once(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    form = Page(visitor.get(f"/book/waiting?{query(cast)}").text).form("first")
    first, second = (send(visitor, form, **ADA) for _ in range(2))
    assert (first.status_code, "You are on the waiting list" in first.text) == (200, True)
    assert (second.status_code, list(Page(second.text).errors)) == (409, ["email"])
    assert WaitingEntry.select().count() == 1


@pytest.mark.parametrize(
    ("name", "typed", "status"),
    [
        ("first", "soon", 422),
        ("last", "0001-01-01", 422),
        ("last", "2029-12-01", 422),
        ("email", "ada", 422),
        ("name", "", 422),
    ],
)
def test_waiting_list_with_wrong_value_says_so_beside_field(
    visitor: FlaskClient, store: Store, name: str, typed: str, status: int
) -> None:
    form = Page(visitor.get(f"/book/waiting?{query(one_provider(store))}").text).form("first")
    answer = send(visitor, form, **{**ADA, name: typed})
    page = Page(answer.text)
    assert (answer.status_code, list(page.errors), WaitingEntry.select().count()) == (status, [name], 0)
    assert page.form("first").fields[name] == typed


def test_waiting_list_from_another_site_is_refused(visitor: FlaskClient, store: Store) -> None:
    form = Page(visitor.get(f"/book/waiting?{query(one_provider(store))}").text).form("first")
    answer = visitor.post(form.action, data={**form.fields, **ADA}, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, WaitingEntry.select().count()) == (403, 0)


def test_waiting_list_of_unknown_service_is_404(visitor: FlaskClient, store: Store) -> None:
    assert visitor.get(f"/book/waiting?{query(one_provider(store), service='unknown')}").status_code == 404


def joined(visitor: FlaskClient, cast: Cast) -> str:
    """Let Ada wait for the Monday; return the token of her link."""
    form = Page(visitor.get(f"/book/waiting?{query(cast)}").text).form("first")
    assert send(visitor, form, **ADA, last="2030-01-07").status_code == 200
    return waiting_token(SECRET, WaitingEntry.get().public_id)


def test_waiting_link_leaves_by_a_pressed_button_only(visitor: FlaskClient, store: Store) -> None:
    address = f"/book/waiting/{joined(visitor, one_provider(store))}"
    page = Page(visitor.get(address).text)
    assert ("You are on the waiting list." in page.text, WaitingEntry.get().status) == (True, "waiting")
    answers = [send(visitor, page.form(address)) for _ in range(2)]
    assert [(one.status_code, one.location) for one in answers] == [(303, address)] * 2
    page = Page(visitor.get(address).text)
    assert ("You are not on the waiting list any more." in page.text, WaitingEntry.get().status) == (True, "left")
    assert not any(form.method == "post" for form in page.forms)


def test_waiting_link_leads_to_the_time_that_is_kept(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    taken = book(system(cast), wish(cast))
    token = joined(visitor, cast)
    cancel(system(cast), taken.public_id)
    visitor.post(f"/book/waiting/{token}")
    held = WaitingEntry.get().offered_booking
    assert f"/manage/{manage_token(SECRET, held.public_id)}" in Page(visitor.get(f"/book/waiting/{token}").text).links


def test_waiting_link_of_a_wish_that_is_over_says_so(
    visitor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = joined(visitor, one_provider(store))
    monkeypatch.setattr("app.clock.now", lambda: WaitingEntry.get().latest + HOUR)
    assert "You do not wait for this any more." in Page(visitor.get(f"/book/waiting/{token}").text).text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_waiting_link_that_is_none_is_404(visitor: FlaskClient, store: Store, method: str) -> None:
    cast = one_provider(store)
    token, entry = joined(visitor, cast), WaitingEntry.get().public_id
    wrong = (f"{token}x", manage_token(SECRET, entry), waiting_token(SECRET, "unknown"))
    codes = [visitor.open(f"/book/waiting/{one}", method=method, follow_redirects=True).status_code for one in wrong]
    assert (codes, WaitingEntry.get().status) == ([404] * 3, "waiting")
    assert visitor.get(f"/manage/{token}").status_code == 404


def test_waiting_link_from_another_site_is_refused(visitor: FlaskClient, store: Store) -> None:
    token = joined(visitor, one_provider(store))
    answer = visitor.post(f"/book/waiting/{token}", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, WaitingEntry.get().status) == (403, "waiting")


def test_waiting_link_that_went_to_a_former_mail_address_counts_no_more(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    taken = book(system(cast), wish(cast))
    old, entry = joined(visitor, cast), WaitingEntry.get()
    save_client(system(cast), entry.client.public_id, ClientDraft("Ada", "ada.other@example.org"))
    cancel(system(cast), taken.public_id)
    answers = [visitor.open(f"/book/waiting/{old}", method=method) for method in ("GET", "POST")]
    assert [(one.status_code, "/manage/" in one.text) for one in answers] == [(410, False)] * 2
    new = f"/book/waiting/{waiting_token(SECRET, entry.public_id, 1)}"
    held = WaitingEntry.get().offered_booking
    assert f"/manage/{manage_token(SECRET, held.public_id)}" in Page(visitor.get(new).text).links
    letters = OutboxMessage.select().where(OutboxMessage.booking.is_null()).order_by(OutboxMessage.id)
    assert [row.kind for row in letters] == ["waiting_joined", "address_changed", "waiting_joined"]
