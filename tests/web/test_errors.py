"""Errors in plain words, and what must never be in a log."""

from __future__ import annotations

import inspect
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.permissions import ReadyMade
from app.booking import refusals
from app.booking.refusals import Refusal, Unavailable
from app.storage.store import Store
from app.web.access import public
from app.web.errors import STATUSES, TITLES, UNPROCESSABLE, status_of
from app.web.security_log import MARK
from tests.cast import one_provider
from tests.web.conftest import SignIn
from tests.web.reading import Page
from tests.web.way import ADA, open_details

OWN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://localhost"},
    {"Referer": "http://localhost/setup/locations/new"},
    {"Sec-Fetch-Site": "none", "Origin": "http://localhost"},
]
"""What browsers say of a form of our own pages."""

FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:8001"},
    {"Origin": "https://evil.example", "Referer": "http://localhost/"},
    {"Referer": "http://localhost.evil.example/"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "none"},
    {},
]
"""What they say, or leave out, of a form that another site may have made."""


def explode(app: Flask, error: Exception) -> None:
    """Let the first page fail."""

    @public
    def view() -> str:
        raise error

    app.view_functions["public.services"] = view


@pytest.mark.parametrize("path", ["/nope", "/manage/", "/book/done/"])
def test_unknown_address_is_404_in_words(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert (answer.status_code, "There is no such page" in answer.text) == (404, True)


def test_unknown_address_keeps_the_navigation_of_whoever_is_signed_in(sign_in: SignIn) -> None:
    page = Page(sign_in(ReadyMade.FRONT_DESK).get("/nope").text).text
    assert ("There is no such page" in page, "Sign out" in page, "Staff sign-in" in page) == (True, True, False)


def test_wrong_method_is_405_and_names_the_right_ones(visitor: FlaskClient) -> None:
    answer = visitor.get("/book")
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})
    assert "This address cannot be used this way" in answer.text


def test_unknown_json_address_is_404_in_json(visitor: FlaskClient) -> None:
    answer = visitor.get("/nope.json")
    assert (answer.status_code, answer.get_json()["error"]) == (404, 404)


def test_unexpected_error_is_500_in_words(app: Flask, visitor: FlaskClient) -> None:
    explode(app, RuntimeError("inner details"))
    answer = visitor.get("/")
    assert (answer.status_code, "This is our mistake" in answer.text, "inner" in answer.text) == (500, True, False)


def test_unexpected_error_is_logged_without_what_was_typed(
    app: Flask, visitor: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    inner = ValueError("ada@example.org")
    outer = RuntimeError("Key (email)=(ada@example.org) already exists")
    outer.__cause__ = inner
    explode(app, outer)
    visitor.get("/?secret=token123")
    assert ["RuntimeError in GET public.services" in caplog.text, "ValueError in GET" in caplog.text] == [True, True]
    assert [word in caplog.text for word in ("ada@example.org", "token123")] == [False, False]


def test_refused_booking_leaves_no_detail_in_log(
    visitor: FlaskClient, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    form = open_details(visitor, one_provider(store))
    visitor.post(form.action, data={**form.fields, **ADA, "phone": "call me"})
    visitor.post(form.action, data={**form.fields, **ADA})
    assert [word in caplog.text for word in ("Ada Client", "ada@example.org", form.fields["token"])] == [False] * 3


@pytest.mark.parametrize("problem", ["locked", "full", "read_only", "gone"])
def test_unavailable_database_is_503_in_words(app: Flask, visitor: FlaskClient, problem: str) -> None:
    explode(app, Unavailable(problem))
    answer = visitor.get("/")
    assert (answer.status_code, "Not available right now" in answer.text) == (503, True)
    assert "please" in Page(answer.text).text


def test_unavailable_database_at_sign_in_check_is_503(
    sign_in: SignIn, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(ReadyMade.MANAGER)

    def fail(work: object) -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(store, "read", fail)
    assert browser.get("/calendar/day").status_code == 503


def test_missing_right_is_403_in_words(sign_in: SignIn) -> None:
    answer = sign_in(ReadyMade.VIEWER).get("/setup/")
    assert (answer.status_code, "Not allowed" in answer.text) == (403, True)
    assert "which lacks this right" in answer.text


@pytest.mark.parametrize("shown", OWN)
def test_expired_form_of_staff_is_offered_again(sign_in: SignIn, shown: dict[str, str]) -> None:
    browser = sign_in(ReadyMade.MANAGER)
    answer = browser.post("/setup/locations/new", data={"name": "Branch", "csrf_token": "old"}, headers=shown)
    form = Page(answer.text).form("name")
    assert (answer.status_code, form.action, form.fields["name"]) == (400, "/setup/locations/new", "Branch")
    assert form.fields["csrf_token"] != "old"


@pytest.mark.parametrize("shown", OWN)
def test_form_of_somebody_signed_out_waits_for_sign_in(visitor: FlaskClient, shown: dict[str, str]) -> None:
    answer = visitor.post("/setup/locations/new", data={"name": "Branch", "password": "s3cret"}, headers=shown)
    form = Page(answer.text).form("name")
    assert (answer.status_code, form.fields["name"], "s3cret" in answer.text) == (401, "Branch", False)
    assert ("csrf_token" in form.fields, "Set-Cookie" in answer.headers) == (True, True)


@pytest.mark.parametrize("shown", FOREIGN)
def test_form_of_another_site_gets_nothing_to_send_again(
    visitor: FlaskClient, sign_in: SignIn, shown: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """A browser keeps the cookie back from a form of another site; it sends it from one beside ours."""
    data = {"name": "Mallory", "email": "mallory@example.org", "grant_role": "administrator", "csrf_token": "made up"}
    answers = [
        one.post("/setup/users/new", data=data, headers=shown) for one in (visitor, sign_in(ReadyMade.ADMINISTRATOR))
    ]
    assert [answer.status_code for answer in answers] == [401, 400]
    assert ["allory" in answer.text or "Send it again" in answer.text for answer in answers] == [False, False]
    assert ["This form was sent from another site" in answer.text for answer in answers] == [True, True]
    assert ["Set-Cookie" in answer.headers for answer in answers] == [False, False]
    assert [line.split()[1:4] for line in caplog.messages if line.startswith(MARK)] == [
        ["event=csrf-refused", "who=-", "at=setup.add_users"]
    ] * 2


def test_whoever_is_signed_in_stays_so_whatever_another_site_sends(app: Flask) -> None:
    """The cookie that such an answer would set takes the place of the one that was kept back."""
    for way in ("/sign-in", "/sign-out", "/sign-in/second/code", "/setup/users/new", "/book", "/nope"):
        sent = app.test_client().post(way, headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
        assert (way, sent.headers.get("Set-Cookie")) == (way, None)
    drawn = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}
    opened = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    answers = [app.test_client().get("/sign-in", headers=headers) for headers in (drawn, opened)]
    assert ["Set-Cookie" in answer.headers for answer in answers] == [False, True]


def test_too_large_form_of_staff_is_413(sign_in: SignIn) -> None:
    answer = sign_in(ReadyMade.MANAGER).post("/setup/locations/new", data={"name": "x" * 2_000_000})
    assert (answer.status_code, "What you sent is too large" in answer.text) == (413, True)


def test_too_large_body_is_read_to_its_end(app: Flask) -> None:
    form = {"comment": "x" * 3_000_000}
    with app.test_client() as client:
        answer = client.post("/book", data=form)
        assert (answer.status_code, answer.request.environ["wsgi.input"].read()) == (413, b"")


def test_every_refusal_has_a_status_with_a_title() -> None:
    kinds = [one for _, one in inspect.getmembers(refusals, inspect.isclass) if issubclass(one, Refusal)]
    assert len(kinds) > 20
    assert {STATUSES.get(kind, UNPROCESSABLE) for kind in kinds} <= set(TITLES)
    assert status_of(Unavailable("full")) == 503
