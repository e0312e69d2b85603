"""Signing in with the password of a real directory (slapd), from the form to the rights that groups give."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from app.access.permissions import ReadyMade
from app.config import Config
from app.operations.accounts.session_limits import RECENT_SECONDS
from app.operations.accounts.sessions import Method
from app.operations.accounts.sign_in import make_hash
from app.storage.account_tables import ExternalIdentity, UserSession
from app.storage.store import Store
from app.storage.tables import User
from app.web.sign_in import WRONG
from tests.cast import NOW, Cast
from tests.keys import MASTER
from tests.slapd_server import BASE, PASSWORD, READER, READER_PASSWORD, Slapd, SlapdWith, group_dn, person
from tests.web.conftest import SECRET, Browser, SignIn, stay_signed_in
from tests.web.reading import Page

AWAY = "The directory that knows passwords cannot be asked right now"


@pytest.fixture(scope="module")
def slapd(slapd_with: SlapdWith) -> Slapd:
    return slapd_with([person("ada", "Ada Lovelace"), person("ben", "Ben"), person("local", "Lo")])


@pytest.fixture(autouse=True)
def desk(slapd: Slapd) -> Iterator[str]:
    """The group of the front desk in the directory, with Ada in it."""
    name = slapd.group("desk", "ada")
    yield name
    if slapd.process.poll() is None:
        slapd.remove(name)


@pytest.fixture
def config(database_url: str, slapd: Slapd) -> Config:
    """The options of an application with a directory."""
    settings = slapd.settings
    return Config(
        database_url=database_url,
        secret_key=SECRET,
        base_url="http://localhost",
        master_key=MASTER,
        ldap_url=settings.url,
        ldap_ca_file=settings.ca_file,
        ldap_base_dn=BASE,
        ldap_bind_dn=READER,
        ldap_bind_password=READER_PASSWORD,
    )


@pytest.fixture
def mapped(sign_in: SignIn, desk: str) -> Browser:
    """The browser of an administrator who has given a group its name in the directory, by the form."""
    administrator = sign_in(ReadyMade.ADMINISTRATOR)
    fields = {
        "action": "save",
        "name": "Desk",
        "grant_role": "front_desk",
        "grant_for": "everything",
        "ldap": f"{desk}\n\n",
    }
    assert "Desk saved." in administrator.submit("/setup/groups/new", fields, follow_redirects=True).text
    return administrator


def signed_in(browser: Browser, login: str = "ada", password: str = PASSWORD) -> str:
    """Send the form and return where it leads, or the page's text."""
    answer = browser.submit("/sign-in", {"email": login, "password": password})
    return answer.location or answer.text


def another(app: Flask) -> Browser:
    made = Browser(app)
    with made.session_transaction() as kept:
        kept["csrf_token"] = "the raw token of a session"
    return made


def test_page_asks_for_a_user_name_too(browser: Browser) -> None:
    assert "Email address or user name" in browser.get("/sign-in").text


def test_first_sign_in_has_the_rights_of_the_groups(mapped: Browser, browser: Browser) -> None:
    assert signed_in(browser) == "/home/"
    assert [browser.get(path).status_code for path in ("/bookings/", "/setup/users")] == [200, 403]
    row = UserSession.select().order_by(UserSession.id.desc()).get()
    assert (row.method, row.factors, row.user.email) == (Method.LDAP, 1, "ada@example.org")
    assert PASSWORD not in str(User.get(User.email == "ada@example.org").__data__)


def test_group_taken_away_in_the_directory_takes_the_rights_at_the_next_sign_in(
    mapped: Browser, app: Flask, browser: Browser, slapd: Slapd
) -> None:
    signed_in(browser, "ada@example.org")
    slapd.change(f"dn: {group_dn('desk')}\nchangetype: modify\nreplace: member\nmember: uid=ben,ou=people,{BASE}\n")
    assert browser.get("/bookings/").status_code == 200
    again, ben = another(app), another(app)
    assert [signed_in(again), signed_in(ben, "ben")] == ["/home/", "/home/"]
    assert [one.get("/bookings/").status_code for one in (browser, again, ben)] == [403, 403, 200]


def test_wrong_password_unknown_user_and_account_switched_off_are_told_alike(
    mapped: Browser, app: Flask, browser: Browser, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    signed_in(browser)
    store.write(User.update(active=False).where(User.email == "ada@example.org").execute)
    with caplog.at_level(logging.WARNING, "eigenplan-security"):
        said = [signed_in(another(app), *case) for case in (("ben", "wrong"), ("nobody", PASSWORD), ("ada", PASSWORD))]
    assert [WRONG in one for one in said] == [True] * 3
    assert caplog.text.count("event=sign-in-failed") == 3


def test_guesses_are_counted_as_all_others(browser: Browser) -> None:
    statuses = [browser.submit("/sign-in", {"email": "ada", "password": "wrong"}).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_who_is_in_no_group_that_counts_is_told_so(browser: Browser) -> None:
    assert "You are in no group that may sign in here" in signed_in(browser)
    assert User.select().count() == 0


def test_account_here_is_not_taken_over_until_an_administrator_links_it(
    mapped: Browser, app: Flask, store: Store
) -> None:
    cast = Cast(store)
    store.write(lambda: cast.user("Local", "viewer", password_hash=make_hash("the password here")))
    assert "not linked to" in signed_in(another(app), "local")
    assert signed_in(another(app), "local@example.org", "the password here") == "/home/"
    page = Page(mapped.get(f"/setup/users/{cast.ids['Local']}").text)
    mapped.submit(page.form("/link").action, {"source": "ldap"})
    assert signed_in(another(app), "local") == "/home/"
    assert ExternalIdentity.get().user.public_id == cast.ids["Local"]
    assert "signs in by the directory" in mapped.get(f"/setup/users/{cast.ids['Local']}").text
    mapped.submit(f"/setup/users/{cast.ids['Local']}/unlink", {"source": "ldap"})
    assert "This link was ended" in mapped.get(f"/setup/users/{cast.ids['Local']}").text
    assert "not linked to" in signed_in(another(app), "local")


@pytest.mark.parametrize("action", ["link", "unlink"])
def test_link_with_a_place_that_is_not_is_refused(mapped: Browser, store: Store, action: str) -> None:
    cast = Cast(store)
    store.write(lambda: cast.user("Local", "viewer"))
    assert mapped.submit(f"/setup/users/{cast.ids['Local']}/{action}", {"source": "moon"}).status_code == 400


def test_directory_password_shows_again_who_one_is(
    mapped: Browser, browser: Browser, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(browser)
    later = NOW + RECENT_SECONDS
    monkeypatch.setattr("app.clock.now", lambda: later)
    assert "Your password" in browser.get("/account/second-factor/app").text
    form = {"proof_target": "/account/second-factor/app"}
    assert browser.submit("/confirm/password", {**form, "proof_password": "wrong"}).status_code == 422
    assert browser.submit("/confirm/password", {**form, "proof_password": ""}).status_code == 422
    answer = browser.submit("/confirm/password", {**form, "proof_password": PASSWORD})
    assert (answer.status_code, browser.get(answer.location).status_code) == (303, 200)


def test_directory_away_lets_accounts_of_this_site_in_and_tells_others(
    slapd: Slapd, app: Flask, store: Store, mapped: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = another(app)
    assert signed_in(signed) == "/home/"
    cast = Cast(store)
    store.write(lambda: cast.user("Local", "viewer", password_hash=make_hash("the password here")))
    site = app.extensions["eigenplan"]
    nowhere = replace(site.sources, directory=replace(slapd.settings, url="ldap://localhost:9"))
    app.extensions["eigenplan"] = replace(site, sources=nowhere)
    assert signed_in(another(app), "local@example.org", "the password here") == "/home/"
    answers = [another(app).submit("/sign-in", {"email": who, "password": "x"}) for who in ("ada", "local@example.org")]
    assert [(one.status_code, AWAY in one.text) for one in answers] == [(503, True)] * 2
    monkeypatch.setattr("app.clock.now", lambda: NOW + RECENT_SECONDS)
    assert signed.submit("/confirm/password", {"proof_password": PASSWORD}).status_code == 503


def test_form_of_groups_shows_names_and_refuses_what_is_no_whole_name(mapped: Browser, store: Store, desk: str) -> None:
    public_id = store.rows("SELECT public_id FROM user_group")[0][0]
    page = mapped.get(f"/setup/groups/{public_id}").text
    assert (desk in page, "At the OpenID provider" in page) == (True, False)
    stay_signed_in(store, NOW)
    fields = {"action": "save", "name": "Other", "ldap": "desk"}
    answer = mapped.submit("/setup/groups/new", fields)
    assert (answer.status_code, "Please give whole names (DN)" in answer.text) == (422, True)
