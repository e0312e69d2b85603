"""Changing one's password, asking for a new one by mail, inviting."""

from __future__ import annotations

import logging

import pytest
from flask import Flask

from app.access.permissions import ReadyMade
from app.operations.accounts.new_passwords import TOO_EASY
from app.operations.accounts.own_password import WRONG
from app.operations.accounts.sign_in import check_password, make_hash
from app.operations.accounts.throttle import RESET_ACCOUNT, SIGN_IN_HERE
from app.operations.letters.booking_letters import write_letter
from app.operations.letters.letterhead import Letterhead
from app.storage.store import Store
from app.storage.tables import OutboxMessage, User
from app.web.account.password import CHANGED
from app.web.context import EXTENSION, Site
from app.web.forgotten import SENT
from app.web.password import DIFFERENT
from tests.web.conftest import SECRET, Browser, SignIn
from tests.web.reading import Page
from tests.web.test_account_sessions import another

OLD, NEW = "correct horse battery", "another one altogether"
FORM = {"old": OLD, "password": NEW, "password_again": NEW}

TRIES = SIGN_IN_HERE.free


@pytest.fixture
def mine(sign_in: SignIn, store: Store) -> Browser:
    """The browser of somebody with a password."""
    browser = sign_in(ReadyMade.VIEWER)
    store.write(lambda: User.update(password_hash=make_hash(OLD)).execute())
    return browser


def test_password_is_changed_and_other_devices_are_signed_out(app: Flask, store: Store, mine: Browser) -> None:
    other = another(app, store)
    answer = mine.submit("/account/password", FORM, follow_redirects=True)
    assert CHANGED in answer.text
    assert (check_password(store, User.get().email, OLD), check_password(store, User.get().email, NEW)) == (
        None,
        User.get().public_id,
    )
    assert [one.get("/calendar/day").status_code for one in (mine, other)] == [200, 302]
    assert [row.kind for row in OutboxMessage.select()] == ["account_changed"]


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"old": "wrong"}, "old", WRONG),
        ({"old": ""}, "old", WRONG),
        ({"old": OLD + "x" * 5000}, "old", WRONG),
        ({"password_again": "other"}, "password_again", DIFFERENT),
        ({"password": "short", "password_again": "short"}, "password", "10 to 200 characters"),
        ({"password": "password123", "password_again": "password123"}, "password", TOO_EASY),
        ({"password": "Some viewer", "password_again": "Some viewer"}, "password", TOO_EASY),
    ],
)
def test_password_refused_says_so_beside_its_field(
    mine: Browser, store: Store, change: dict[str, str], field: str, said: str
) -> None:
    answer = mine.submit("/account/password", FORM | change)
    page = Page(answer.text)
    assert (answer.status_code, list(page.errors), said in page.errors[field]) == (422, [field], True)
    assert (NEW in answer.text, check_password(store, User.get().email, OLD)) == (False, User.get().public_id)


def test_password_cannot_be_guessed_by_whoever_has_the_session(mine: Browser) -> None:
    for _ in range(TRIES):
        mine.submit("/account/password", FORM | {"old": "wrong"})
    assert mine.submit("/account/password", FORM).status_code == 429


def test_account_without_a_password_has_no_form_and_cannot_get_one(sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.VIEWER)
    assert "has no password here" in browser.get("/account/password").text
    assert browser.submit("/account/password", FORM | {"old": ""}).status_code == 422
    assert User.get().password_hash == ""


def test_forgotten_says_the_same_whoever_asks(browser: Browser, mine: Browser) -> None:
    emails = (User.get().email, "nobody@example.org")
    answers = [browser.submit("/sign-in/forgotten", {"email": email}, follow_redirects=True) for email in emails]
    texts = [Page(answer.text).text for answer in answers]
    assert (texts[0] == texts[1], SENT in texts[0]) == (True, True)
    assert OutboxMessage.select().count() == 1


def test_forgotten_password_is_chosen_anew_by_the_link_of_the_mail(app: Flask, browser: Browser, mine: Browser) -> None:
    browser.submit("/sign-in/forgotten", {"email": User.get().email})
    kept: Site = app.extensions[EXTENSION]
    head = Letterhead("http://localhost", "a@example.org", SECRET)
    with app.test_request_context():
        from app.web.context import visitor_context

        letter = kept.store.read(lambda: write_letter(visitor_context(), OutboxMessage.get(), head))
    path = letter.links[0].removeprefix("http://localhost")
    assert "Some viewer" in browser.get(path).text
    answer = browser.submit(path, {"password": NEW, "password_again": NEW})
    assert (answer.status_code, browser.get("/calendar/day").status_code) == (303, 200)
    assert mine.get("/calendar/day").status_code == 302


@pytest.mark.parametrize("email", ["", "ada", "ü@example.org", "x" * 300 + "@example.org"])
def test_forgotten_with_no_mail_address_says_so(browser: Browser, email: str) -> None:
    answer = browser.submit("/sign-in/forgotten", {"email": email})
    assert (answer.status_code, list(Page(answer.text).errors)) == (422, ["email"])


def test_forgotten_too_often_is_refused(browser: Browser) -> None:
    answers = [
        browser.submit("/sign-in/forgotten", {"email": "ada@example.org"}) for _ in range(RESET_ACCOUNT.free + 1)
    ]
    assert [one.status_code for one in answers] == [303] * RESET_ACCOUNT.free + [429]
    assert "forgotten my password" in browser.get("/sign-in").text
    assert "Forgotten password" in browser.get("/sign-in/forgotten").text


def test_administrator_sends_a_link_from_the_page_of_a_user(sign_in: SignIn) -> None:
    sign_in(ReadyMade.VIEWER)
    viewer = User.get()
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    form = Page(admin.get(f"/setup/users/{viewer.public_id}").text).form("/invite")
    answer = admin.submit(form.action, follow_redirects=True)
    assert f"on its way to {viewer.email}" in answer.text
    assert [row.kind for row in OutboxMessage.select()] == ["invitation"]


def test_invitation_of_somebody_switched_off_is_told(sign_in: SignIn, store: Store) -> None:
    sign_in(ReadyMade.VIEWER)
    viewer = User.get()
    store.write(lambda: User.update(active=False).execute())
    answer = sign_in(ReadyMade.ADMINISTRATOR).submit(f"/setup/users/{viewer.public_id}/invite", follow_redirects=True)
    assert "This account is switched off" in answer.text


def test_passwords_are_in_no_log(mine: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mine.submit("/account/password", FORM)
    ours = [record.getMessage() for record in caplog.records if record.name != "peewee"]
    assert [message for message in ours if OLD in message or NEW in message] == []
