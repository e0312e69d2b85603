"""The page behind a link by which a password is chosen once."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient

from app.access.actors import SYSTEM
from app.access.permissions import ReadyMade
from app.operations.accounts.sign_in import check_password
from app.operations.context import Context
from app.operations.setup.administrator_link import HOURS, make_link
from app.storage.store import Store
from tests.cast import HOUR, NOW
from tests.web.conftest import Browser, SignIn, make_read_only
from tests.web.reading import Page

EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
BOTH = {"password": PASSWORD, "password_again": PASSWORD}


@pytest.fixture
def path(store: Store) -> str:
    """The path of a link for a new administrator."""
    return f"/password/{make_link(Context(store, SYSTEM, NOW), EMAIL, 'Ada Example').token}"


def test_page_says_for_whom_and_may_be_looked_at_often(visitor: FlaskClient, path: str) -> None:
    answers = [visitor.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert ["Ada Example" in answer.text and EMAIL in answer.text for answer in answers] == [True] * 3
    assert answers[0].headers["Referrer-Policy"] == "same-origin"
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_choosing_as_a_browser_without_scripts_does_signs_in(browser: Browser, path: str, store: Store) -> None:
    form = Page(browser.get(path).text).form("password")
    answer = browser.post(form.action, data={**form.fields, **BOTH})
    assert (answer.status_code, answer.location) == (303, "/home/")
    page = browser.get("/calendar/day", follow_redirects=True).text
    assert ("Ada Example" in page, "Your password is chosen" in page) == (True, True)
    assert check_password(store, EMAIL, PASSWORD) is not None


def test_choosing_without_a_token_of_the_session_changes_nothing(browser: Browser, path: str, store: Store) -> None:
    browser.get(path)
    answer = browser.post(path, data=BOTH)
    assert (answer.status_code, PASSWORD in answer.text) == (400, False)
    assert check_password(store, EMAIL, PASSWORD) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": PASSWORD, "password_again": PASSWORD + "x"}, "The two passwords are not the same"),
        ({"password": "short", "password_again": "short"}, "a password of 10 to 200 characters"),
        ({"password": "x" * 201, "password_again": "x" * 201}, "a password of 10 to 200 characters"),
        ({}, "a password of 10 to 200 characters"),
    ],
)
def test_choosing_what_cannot_be_is_told_beside_the_field(
    browser: Browser, path: str, fields: dict[str, str], said: str
) -> None:
    answer = browser.submit(path, fields)
    assert (answer.status_code, said in answer.text, "short" in answer.text) == (422, True, False)
    assert browser.submit(path, BOTH).status_code == 303


def test_used_link_says_so(browser: Browser, visitor: FlaskClient, path: str) -> None:
    browser.submit(path, BOTH)
    answers = [visitor.get(path), browser.submit(path, BOTH)]
    assert [answer.status_code for answer in answers] == [410, 410]
    assert ["has been used already; please sign in" in answer.text for answer in answers] == [True, True]


def test_expired_link_says_so(visitor: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.clock.now", lambda: NOW + HOURS * HOUR)
    answer = visitor.get(path)
    assert (answer.status_code, "This link has expired; please ask" in answer.text) == (410, True)


def test_replaced_link_says_so(visitor: FlaskClient, path: str, store: Store) -> None:
    make_link(Context(store, SYSTEM, NOW), EMAIL, "Ada Example")
    answer = visitor.get(path)
    assert (answer.status_code, "a newer one was made" in answer.text) == (410, True)


def test_unknown_link_is_404(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path + "0")
    assert (answer.status_code, "There is no such link" in answer.text) == (404, True)


def test_choosing_ends_the_session_of_whoever_was_signed_in_here(sign_in: SignIn, path: str) -> None:
    browser = sign_in(ReadyMade.VIEWER)
    browser.submit(path, BOTH)
    assert "Ada Example" in browser.get("/calendar/day", follow_redirects=True).text


def test_choosing_without_a_database_to_write_says_so_and_can_be_done_later(
    browser: Browser, path: str, store: Store
) -> None:
    make_read_only(store)
    answer = browser.submit(path, BOTH)
    assert (answer.status_code, PASSWORD in answer.text) == (503, False)
    assert browser.submit(path, BOTH).status_code == 303


def test_token_is_in_no_log(browser: Browser, path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = path.rpartition("/")[2]
    browser.get(path)
    browser.submit(path, BOTH)
    browser.get(path)
    ours = [record.getMessage() for record in caplog.records if record.name != "peewee"]
    assert [message for message in ours if token in message or PASSWORD in message] == []
