"""Joining the waiting list on the public way."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.storage.store import Store
from app.storage.tables import WaitingEntry
from tests.cast import one_provider
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
