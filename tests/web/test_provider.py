"""Signing in at an OpenID provider, from the button to the rights of the groups, and showing there again who one is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.access.permissions import ReadyMade
from app.config import Config
from app.operations.accounts.buckets import source_of
from app.operations.accounts.session_limits import RECENT_SECONDS
from app.operations.accounts.sessions import Method
from app.operations.accounts.throttle import SIGN_IN_ADDRESS, begin_unnamed_try
from app.operations.audit.words import Action
from app.operations.outside.provider import ASKED_SECONDS, REFUSED, SOMEBODY_ELSE, WRONG
from app.storage.account_tables import UserSession
from app.storage.audit_tables import AuditEntry
from app.storage.rights_tables import Role
from app.storage.store import Store
from app.storage.tables import User
from app.web.step_up import NOT_YET
from tests.cast import NOW
from tests.integrations.test_oidc import say, visit
from tests.keys import MASTER
from tests.oidc_provider import CLIENT, SECRET, OidcProvider, oidc_provider
from tests.web.conftest import SECRET as SITE_SECRET
from tests.web.conftest import Browser, SignIn

BUTTON = "Sign in with Example &amp; Co"
FORM = {"action": "save", "name": "Physio", "grant_role": "viewer", "grant_for": "everything"}


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    with oidc_provider() as made:
        yield made


@pytest.fixture
def config(database_url: str, provider: OidcProvider) -> Config:
    """The options of an application with a provider."""
    return Config(
        database_url=database_url,
        secret_key=SITE_SECRET,
        base_url="http://localhost",
        master_key=MASTER,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_label="Example & Co",
        oidc_two_factors="mfa other",
    )


@pytest.fixture(autouse=True)
def mapped(sign_in: SignIn) -> Browser:
    """The browser of an administrator who has given a group its name at the provider, by the form."""
    administrator = sign_in(ReadyMade.ADMINISTRATOR)
    fields = {**FORM, "name": "Desk", "grant_role": "administrator", "oidc": "desk"}
    assert "Desk saved." in administrator.submit("/setup/groups/new", fields, follow_redirects=True).text
    return administrator


def go(browser: Browser, path: str = "/sign-in/provider") -> TestResponse:
    """Follow the button to the provider and back."""
    return browser.get(back(browser, path))


def back(browser: Browser, path: str = "/sign-in/provider") -> str:
    """Follow the button and return where the provider sends the browser back to."""
    brought = visit(browser.get(path).location)
    return "/sign-in/provider/answer?" + "&".join(f"{name}={text}" for name, text in brought.items())


def test_button_is_there_where_there_is_a_provider(browser: Browser, app: Flask) -> None:
    assert BUTTON in browser.get("/sign-in").text
    site = app.extensions["eigenplan"]
    app.extensions["eigenplan"] = replace(site, sources=replace(site.sources, provider=None))
    assert (BUTTON in browser.get("/sign-in").text, browser.get("/sign-in/provider").status_code) == (False, 404)


def test_sign_in_leads_on_with_the_rights_of_the_groups(browser: Browser) -> None:
    answer = go(browser, "/sign-in/provider?next=/setup/users")
    assert (answer.status_code, answer.location, browser.get("/setup/users").status_code) == (303, "/setup/users", 200)
    row = UserSession.select().order_by(UserSession.id.desc()).get()
    assert (row.method, row.factors, row.user.email) == (Method.OIDC, 1, "ada@example.org")


@pytest.mark.parametrize("target", ["//evil.example.org", "https://evil.example.org/", "/" + "x" * 600])
def test_sign_in_leads_nowhere_else(browser: Browser, target: str) -> None:
    assert go(browser, f"/sign-in/provider?next={target}").location == "/home/"


def test_groups_taken_away_there_take_the_rights_at_the_next_sign_in(browser: Browser, provider: OidcProvider) -> None:
    go(browser)
    provider.person["groups"] = []
    assert browser.get("/setup/users").status_code == 200
    go(browser)
    assert browser.get("/setup/users").status_code == 403


def test_answer_counts_once_and_in_the_browser_that_asked_alone(browser: Browser, app: Flask) -> None:
    path = back(browser)
    other = Browser(app)
    assert REFUSED in other.get(path).text
    with browser.session_transaction() as kept:
        copied = dict(kept)
    assert browser.get(path).status_code == 303
    with other.session_transaction() as kept:
        kept.update(copied)
    again = [one.get(path) for one in (browser, other)]
    assert [(one.status_code, REFUSED in one.text) for one in again] == [(422, True)] * 2


def test_answers_brought_too_often_from_one_address_wait(browser: Browser, store: Store) -> None:
    source = source_of(SITE_SECRET, "127.0.0.1")
    for _ in range(SIGN_IN_ADDRESS.free - 1):
        begin_unnamed_try(store, source, NOW)
    go(browser)  # let in, and taken back
    refused = [browser.get(f"{back(browser)}x") for _ in range(2)]
    assert [answer.status_code for answer in refused] == [422, 429]
    assert AuditEntry.select().where(AuditEntry.action == Action.SIGN_IN_FAILED).count() == 1


def test_answer_too_late_is_refused(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    path = back(browser)
    monkeypatch.setattr("app.clock.now", lambda: NOW + ASKED_SECONDS)
    answer = browser.get(path)
    assert (answer.status_code, REFUSED in answer.text) == (422, True)


@pytest.mark.parametrize("query", ["", "?state=", "?state=made-up&code=x", "?state=\0", "?error=access_denied"])
def test_answer_that_nobody_asked_for_is_refused(browser: Browser, query: str) -> None:
    browser.get("/sign-in/provider")
    answer = browser.get(f"/sign-in/provider/answer{query}")
    assert (answer.status_code, REFUSED in answer.text) == (422, True)


def test_answers_of_two_tabs_both_count(browser: Browser) -> None:
    first, second = back(browser), back(browser)
    assert browser.get(first).status_code == 303
    assert REFUSED in browser.get(second).text  # signing in began a new session, which knows nothing of the other
    paths = [back(browser) for _ in range(3)]
    assert [browser.get(path).status_code for path in (paths[0], paths[2])] == [422, 303]


def test_token_not_to_be_relied_on_lets_nobody_in_and_is_counted(
    browser: Browser, provider: OidcProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.claims = say(nonce="another")
    answer = go(browser)
    assert (answer.status_code, WRONG in answer.text, "event=sign-in-failed" in caplog.text) == (422, True, True)
    assert [provider.codes, User.select().count()] == [{}, 1]


def test_who_is_in_no_group_is_told_so(browser: Browser, provider: OidcProvider) -> None:
    provider.person["groups"] = ["Desk"]
    assert "You are in no group that may sign in here" in go(browser).text


def test_provider_away_is_told_in_one_sentence(browser: Browser, provider: OidcProvider, app: Flask) -> None:
    path = back(browser)
    provider.claims = say(iat=None)
    site = app.extensions["eigenplan"]
    away = type(site.sources.provider)(replace(provider.settings, issuer="http://127.0.0.1:9"))
    app.extensions["eigenplan"] = replace(site, sources=replace(site.sources, provider=away))
    answers = [browser.get(one) for one in ("/sign-in/provider", path)]
    assert [(one.status_code, "cannot be reached right now" in one.text) for one in answers] == [(503, True)] * 2


@pytest.mark.parametrize(("said", "where"), [({}, "/sign-in/second?next=/home/"), ({"amr": ["pwd", "mfa"]}, "/home/")])
def test_role_that_needs_two_factors_takes_the_providers_word_where_it_has_one(
    browser: Browser, provider: OidcProvider, store: Store, said: dict[str, object], where: str
) -> None:
    store.write(Role.update(needs_second_factor=True).execute)
    provider.person |= said
    assert go(browser).location == where


def test_provider_shows_again_who_one_is(
    browser: Browser, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(browser)
    provider.now = later = NOW + RECENT_SECONDS
    monkeypatch.setattr("app.clock.now", lambda: later)
    asked = browser.get("/setup/roles/new")
    link = "/confirm/provider?next=/setup/roles/new"
    assert (asked.status_code, link in asked.text, "Your password" in asked.text) == (401, True, False)
    shown = go(browser, link)
    assert (shown.status_code, 'href="/setup/roles/new"' in shown.text) == (200, True)
    assert browser.get("/setup/roles/new").status_code == 200


def test_form_that_waits_is_sent_after_showing_it_in_another_tab(
    browser: Browser, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(browser)
    provider.now = later = NOW + RECENT_SECONDS
    monkeypatch.setattr("app.clock.now", lambda: later)
    assert 'target="_blank"' in browser.submit("/setup/groups/new", FORM).text
    waiting = {**FORM, "proof_target": "/setup/groups/new", "proof_resend": "1"}
    early = browser.submit("/confirm/go-on", waiting)
    assert (early.status_code, NOT_YET in early.text, "Physio" in early.text) == (422, True, True)
    go(browser, "/confirm/provider")
    answer = browser.submit("/confirm/go-on", waiting)
    assert (answer.status_code, answer.location) == (307, "/setup/groups/new")


@pytest.mark.parametrize(
    ("person", "claims", "said"),
    [({"sub": "another"}, {}, SOMEBODY_ELSE), ({}, {"auth_time": NOW}, WRONG), ({}, {"auth_time": None}, WRONG)],
)
def test_showing_again_as_somebody_else_or_long_ago_counts_nothing(
    browser: Browser,
    provider: OidcProvider,
    monkeypatch: pytest.MonkeyPatch,
    person: dict[str, object],
    claims: dict[str, object],
    said: str,
) -> None:
    go(browser)
    provider.now = later = NOW + RECENT_SECONDS
    monkeypatch.setattr("app.clock.now", lambda: later)
    provider.person, provider.claims = provider.person | person, say(**claims)
    answer = go(browser, "/confirm/provider")
    assert (answer.status_code, said in answer.text) == (422, True)
    assert browser.get("/setup/roles/new").status_code == 401


@pytest.mark.parametrize("told", [NOW, None, float("-inf")])
def test_signing_in_anew_without_showing_it_there_proves_nothing(
    browser: Browser, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch, told: object
) -> None:
    provider.now = later = NOW + RECENT_SECONDS
    monkeypatch.setattr("app.clock.now", lambda: later)
    provider.claims = say(auth_time=told)
    go(browser)
    assert browser.get("/setup/users/new").status_code == 401
    provider.claims = say(auth_time=later)
    go(browser)
    assert browser.get("/setup/users/new").status_code == 200


def test_sign_out_ends_it_here(browser: Browser) -> None:
    go(browser)
    browser.submit("/sign-out")
    assert urlsplit(browser.get("/setup/users").location).path == "/sign-in"
