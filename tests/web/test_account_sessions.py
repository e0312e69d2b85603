"""The page of one's own sessions, and the words for devices."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from app.access.permissions import ReadyMade
from app.operations.accounts.session_limits import IDLE_SECONDS
from app.storage.account_tables import UserSession
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.web.account.sessions import ENDED, ENDED_ALL
from app.web.devices import UNKNOWN, device_words, say_device
from tests.cast import NOW
from tests.web.conftest import Browser, SignIn, browser_of
from tests.web.reading import Page

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"


def another(app: Flask, store: Store) -> Browser:
    """A second browser of the same, only account."""
    return browser_of(app, store, UserSession.get().user.public_id)


@pytest.mark.parametrize("role", ReadyMade)
def test_account_is_open_to_every_role(sign_in: SignIn, role: ReadyMade) -> None:
    browser = sign_in(role)
    answers = [browser.get(path) for path in ("/account/", "/account/sessions")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert ("Firefox on Linux" in answers[1].text, "after 2 h without use" in answers[1].text) == (True, True)


def test_session_ended_from_another_browser_counts_no_more(app: Flask, store: Store, sign_in: SignIn) -> None:
    mine = sign_in(ReadyMade.VIEWER)
    lost = another(app, store)
    assert lost.get("/calendar/day").status_code == 200
    form = Page(mine.get("/account/sessions").text).form("/end")
    answer = mine.submit(form.action, follow_redirects=True)
    assert (ENDED in answer.text, lost.get("/calendar/day").location.startswith("/sign-in")) == (True, True)
    assert mine.submit(form.action).status_code == 404


def test_sign_out_everywhere_ends_this_browser_too(app: Flask, store: Store, sign_in: SignIn) -> None:
    mine = sign_in(ReadyMade.VIEWER)
    other = another(app, store)
    answer = mine.submit("/account/sessions/end", follow_redirects=True)
    assert ENDED_ALL in answer.text
    assert [one.get("/calendar/day").status_code for one in (mine, other)] == [302, 302]


def test_session_of_somebody_else_is_not_found(sign_in: SignIn) -> None:
    sign_in(ReadyMade.ADMINISTRATOR)
    public_id = UserSession.get().public_id
    assert sign_in(ReadyMade.VIEWER).submit(f"/account/sessions/{public_id}/end").status_code == 404
    assert UserSession.select().count() == 2


def test_session_that_ran_out_leads_to_the_sign_in_and_back(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = sign_in(ReadyMade.VIEWER)
    monkeypatch.setattr("app.clock.now", lambda: NOW + IDLE_SECONDS)
    assert browser.get("/account/sessions").location == "/sign-in?next=/account/sessions"
    assert browser.submit("/account/sessions/end").status_code == 401


def test_session_of_a_role_with_limits_of_its_own_ends_by_them(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = sign_in(ReadyMade.ADMINISTRATOR)
    fields = {"version": "1", "action": "save", "idle_minutes": "15", "session_hours": "1"}
    administrator.submit("/setup/roles/viewer", {**fields, "name": "Viewer", "may-see_busy": "all"})
    viewer = sign_in(ReadyMade.VIEWER)
    said = viewer.get("/account/sessions").text
    assert ("after 15 min without use" in said, "after 1 h in any case" in said) == (True, True)
    monkeypatch.setattr("app.clock.now", lambda: NOW + 900)
    assert [one.get("/account/").status_code for one in (viewer, administrator)] == [302, 200]


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (WINDOWS, "Chrome on Windows"),
        (WINDOWS + " Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/1 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", UNKNOWN),
        ("Firefox/1", "Firefox"),
        ("<script>alert(1)</script>", UNKNOWN),
    ],
)
def test_device_is_told_in_a_few_words(user_agent: str, words: str) -> None:
    assert (device_words(user_agent), say_device(words)) == (words, words)


def test_administrator_signs_out_who_has_lost_a_device(app: Flask, store: Store, sign_in: SignIn) -> None:
    lost = sign_in(ReadyMade.VIEWER)
    owner = UserSession.get().user
    other, admin = another(app, store), sign_in(ReadyMade.ADMINISTRATOR)
    form = Page(admin.get(f"/setup/users/{owner.public_id}").text).form(f"/{owner.public_id}/sign-out")
    assert f"{owner.name} was signed out of 2 devices." in admin.submit(form.action, follow_redirects=True).text
    assert [one.get("/calendar/day").status_code for one in (lost, other)] == [302, 302]
    assert admin.submit("/setup/users/nobody/sign-out").status_code == 404
    (told,) = AuditEntry.select().where(AuditEntry.action == "sessions_ended")
    assert (told.object, json.loads(told.after)) == (owner.public_id, {"sessions": 2})
