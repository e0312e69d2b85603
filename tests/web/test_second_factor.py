"""The second step of signing in, setting factors up, and showing again who one is."""

from __future__ import annotations

import html
import logging
import re

import pyotp
import pytest
from flask import Flask

from app.access.permissions import ReadyMade
from app.operations.accounts.buckets import source_of
from app.operations.accounts.passkeys import REFUSED
from app.operations.accounts.second_factor import NEEDED, WRONG_CODE
from app.operations.accounts.session_limits import RECENT_SECONDS
from app.operations.accounts.sign_in import make_hash
from app.operations.accounts.throttle import SIGN_IN_ADDRESS, SIGN_IN_HERE, begin_unnamed_try
from app.operations.audit.words import Action
from app.storage.account_tables import Authenticator, Passkey, RecoveryCode, UserSession
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import Location, User
from app.web.step_up import DANGEROUS
from tests.cast import NOW, Cast
from tests.soft_key import SoftKey
from tests.web.conftest import RAW_TOKEN, SECRET, Browser, SignIn
from tests.web.reading import Page
from tests.web.staff_cast import words

PASSWORD = "correct horse battery"
CALENDAR = "/calendar/day"
HOME = "/home/"

TRIES = SIGN_IN_HERE.free
TOO_OFTEN = "This was tried too often in a short time; please wait 5 seconds, then try again."


@pytest.fixture
def email(store: Store) -> str:
    cast = Cast(store)
    store.write(lambda: cast.user("Mia", "administrator", password_hash=make_hash(PASSWORD)))
    return "mia@example.org"


def by_password(browser: Browser, email: str, target: str = "") -> str:
    """Sign in by password; return where that leads."""
    return str(browser.submit("/sign-in", {"email": email, "password": PASSWORD, "next": target}).location)


def options_of(text: str) -> str:
    found = re.search(r'data-options="([^"]+)"', text)
    assert found is not None
    return html.unescape(found.group(1))


def set_up_app(browser: Browser) -> tuple[pyotp.TOTP, list[str]]:
    """Set up an app on the pages, as if that were a while ago."""
    page = browser.get("/account/second-factor/app").text
    found = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page)
    assert found is not None
    app = pyotp.TOTP(found.group(1).replace(" ", ""))
    answer = browser.submit("/account/second-factor/app", {"code": app.at(NOW)})
    Authenticator.update(last_step=0).execute()
    return app, re.findall(r"<code>([a-z2-7-]{19})</code>", answer.text)


def test_second_step_by_code_leads_to_the_wanted_page(browser: Browser, email: str) -> None:
    assert by_password(browser, email) == HOME
    app, codes = set_up_app(browser)
    browser.submit("/sign-out")
    with browser.session_transaction() as kept:
        kept["csrf_token"] = RAW_TOKEN
    assert by_password(browser, email, "/account/sessions") == "/sign-in/second?next=/account/sessions"
    assert browser.get(CALENDAR).location == "/sign-in/second?next=/calendar/day"
    assert browser.get("/sign-in").location.startswith("/sign-in/second")
    answer = browser.submit("/sign-in/second/code", {"code": app.at(NOW), "next": "/account/sessions"})
    assert (answer.location, browser.get(CALENDAR).status_code, len(codes)) == ("/account/sessions", 200, 10)
    assert browser.get("/sign-in/second?next=//evil.example").location == "/home/"


def half_way(browser: Browser, email: str) -> tuple[pyotp.TOTP, list[str]]:
    """Be somebody who owes the second factor."""
    by_password(browser, email)
    found = set_up_app(browser)
    by_password(browser, email)
    return found


def test_second_step_of_nobody_leads_to_the_first(browser: Browser) -> None:
    assert browser.get("/sign-in/second?next=/calendar/week").location == "/sign-in?next=/calendar/week"
    assert browser.submit("/sign-in/second/code", {"code": "000000"}).status_code == 401


def test_second_step_missing_opens_nothing(browser: Browser, email: str) -> None:
    half_way(browser, email)
    for path in (CALENDAR, "/account/", "/account/sessions", "/account/second-factor", "/account/second-factor/app"):
        assert browser.get(path).location.startswith("/sign-in/second")
    for path in ("/account/sessions/end", "/account/password", "/account/passkeys/new", "/confirm/password"):
        assert browser.submit(path, {"name": "x"}).status_code == 401
    assert (browser.submit("/sign-out").location, UserSession.select().count()) == ("/sign-in", 0)


@pytest.mark.parametrize("code", ["", "000000", "wrong"])
def test_second_step_with_a_wrong_code_says_so(browser: Browser, email: str, code: str) -> None:
    half_way(browser, email)
    answer = browser.submit("/sign-in/second/code", {"code": code, "next": "https://evil.example"})
    page = Page(answer.text)
    assert (answer.status_code, page.errors) == (422, {"code": WRONG_CODE})
    assert page.form("/code").fields["next"] == HOME


def test_second_step_cannot_be_guessed(browser: Browser, email: str) -> None:
    app, _ = half_way(browser, email)
    for _ in range(TRIES):
        browser.submit("/sign-in/second/code", {"code": "000000"})
    assert browser.submit("/sign-in/second/code", {"code": app.at(NOW)}).status_code == 429


def test_second_step_by_recovery_code(browser: Browser, email: str) -> None:
    _, codes = half_way(browser, email)
    assert browser.submit("/sign-in/second/code", {"code": codes[3]}).status_code == 303
    assert (browser.get(CALENDAR).status_code, RecoveryCode.select().count()) == (200, 9)


def test_second_step_changes_the_token_of_the_session(app: Flask, browser: Browser, email: str) -> None:
    totp, _ = half_way(browser, email)
    cookie = browser.get_cookie("eigenplan")
    assert cookie is not None
    thief = Browser(app)
    thief.set_cookie("eigenplan", cookie.value)
    browser.submit("/sign-in/second/code", {"code": totp.at(NOW)})
    assert thief.get(CALENDAR).location.startswith("/sign-in?")


def add_passkey(browser: Browser, name: str = "laptop") -> SoftKey:
    key = SoftKey()
    answer = key.make(options_of(browser.get("/account/passkeys/new").text))
    browser.submit("/account/passkeys/new", {"name": name, "passkey": answer})
    return key


def test_passkey_added_signs_in_without_a_password(browser: Browser, email: str) -> None:
    by_password(browser, email)
    key = add_passkey(browser)
    browser.submit("/account/sessions/end")
    with browser.session_transaction() as kept:
        kept["csrf_token"] = RAW_TOKEN
    fields = {"passkey": key.show(options_of(browser.get("/sign-in").text)), "next": "/account/second-factor"}
    answer = browser.submit("/sign-in/passkey", fields, follow_redirects=True)
    assert ('value="laptop"' in answer.text, UserSession.get().factors) == (True, 2)
    again = browser.submit("/sign-in/passkey", fields)
    assert (again.status_code, REFUSED in again.text) == (422, True)


def test_passkey_is_a_second_factor(browser: Browser, email: str) -> None:
    by_password(browser, email)
    key = add_passkey(browser)
    by_password(browser, email)
    page = browser.get("/sign-in/second").text
    refused = browser.submit("/sign-in/second/passkey", {"passkey": "{}"})
    assert (refused.status_code, REFUSED in refused.text) == (422, True)
    answer = browser.submit("/sign-in/second/passkey", {"passkey": key.show(options_of(page)), "next": CALENDAR})
    assert (answer.location, browser.get(CALENDAR).status_code) == (CALENDAR, 200)


def test_passkeys_tried_too_often_from_one_address_wait_and_leave_no_trace(browser: Browser, store: Store) -> None:
    source = source_of(SECRET, "127.0.0.1")
    for _ in range(SIGN_IN_ADDRESS.free - 1):
        begin_unnamed_try(store, source, NOW)
    answers = [browser.submit("/sign-in/passkey", {"passkey": "{}", "next": CALENDAR}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 429, 429]
    assert (TOO_OFTEN in answers[2].text, f'value="{CALENDAR}"' in answers[2].text) == (True, True)
    assert count_failed() == 1


def test_passkeys_of_one_account_tried_too_often_wait_and_leave_no_trace(
    browser: Browser, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_password(browser, email)
    key = add_passkey(browser)
    by_password(browser, email)
    right = key.show(options_of(browser.get("/sign-in/second").text))
    for _ in range(TRIES):
        browser.submit("/sign-in/second/passkey", {"passkey": "{}"})
    second = browser.submit("/sign-in/second/passkey", {"passkey": right})
    monkeypatch.setattr("app.clock.now", lambda: NOW + 5)
    browser.submit("/sign-in/second/passkey", {"passkey": right})
    for _ in range(TRIES):
        browser.submit("/confirm/passkey", {"passkey": "{}"})
    again = browser.submit("/confirm/passkey", {"passkey": "{}"})
    assert [(one.status_code, TOO_OFTEN in one.text) for one in (second, again)] == [(429, True)] * 2
    assert count_failed() == 2 * TRIES


def count_failed() -> int:
    """Count what the audit log tells of sign-ins that failed."""
    return int(AuditEntry.select().where(AuditEntry.action == Action.SIGN_IN_FAILED).count())


def test_passkey_is_renamed_and_removed_on_the_page(browser: Browser, email: str) -> None:
    by_password(browser, email)
    add_passkey(browser)
    path = f"/account/passkeys/{Passkey.get().public_id}"
    assert "another name" in browser.submit(f"{path}/name", {"name": "blue key"}, follow_redirects=True).text
    assert "fill in" in browser.submit(f"{path}/name", {"name": ""}, follow_redirects=True).text
    assert "blue key is removed" in browser.submit(f"{path}/remove", follow_redirects=True).text
    assert browser.submit(f"{path}/remove").status_code == 404


@pytest.mark.parametrize(("fields", "field"), [({"name": ""}, "name"), ({"name": "laptop", "passkey": "{}"}, "")])
def test_passkey_refused_keeps_the_name(browser: Browser, email: str, fields: dict[str, str], field: str) -> None:
    by_password(browser, email)
    answer = browser.submit("/account/passkeys/new", fields)
    page = Page(answer.text)
    assert (answer.status_code, list(page.errors), field == "" or page.errors[field] != "") == (
        422,
        [field] if field else [],
        True,
    )
    assert (REFUSED in answer.text, page.form("/new").fields["name"]) == (field == "", fields["name"])


def test_who_needs_two_factors_sets_one_up_and_does_nothing_else(
    second_factor_needed: None, browser: Browser, email: str
) -> None:
    assert by_password(browser, email) == "/sign-in/second?next=/home/"
    page = browser.get("/sign-in/second")
    assert ("A second factor is needed" in page.text, browser.get(CALENDAR).status_code) == (True, 302)
    assert browser.get("/account/second-factor").location.startswith("/sign-in/second")
    _, codes = set_up_app(browser)
    assert (len(codes), browser.get(CALENDAR).status_code) == (10, 200)
    answer = browser.submit("/account/second-factor/app/remove", follow_redirects=True)
    assert NEEDED in answer.text


def test_who_owes_the_second_factor_cannot_set_up_another(browser: Browser, email: str) -> None:
    half_way(browser, email)
    Authenticator.delete().where(Authenticator.confirmed_at.is_null()).execute()
    assert browser.submit("/account/second-factor/app", {"code": "000000"}).status_code == 401
    assert browser.get("/account/passkeys/new").location.startswith("/sign-in/second")


def test_app_is_set_up_by_a_picture_and_removed(browser: Browser, email: str) -> None:
    by_password(browser, email)
    alone = "your password alone is enough"
    assert alone in browser.get("/account/second-factor").text
    page = browser.get("/account/second-factor/app").text
    assert ('src="data:image/svg+xml;base64,' in page, "style=" in page) == (True, False)
    wrong = browser.submit("/account/second-factor/app", {"code": "000000"})
    assert (wrong.status_code, list(Page(wrong.text).errors)) == (422, ["code"])
    set_up_app(browser)
    assert alone not in browser.get("/account/second-factor").text
    assert "You have an app already" in browser.get("/account/second-factor/app", follow_redirects=True).text
    fresh = browser.submit("/account/second-factor/recovery-codes")
    assert len(re.findall(r"<code>([a-z2-7-]{19})</code>", fresh.text)) == 10
    assert "The app is removed" in browser.submit("/account/second-factor/app/remove", follow_redirects=True).text
    assert "set up a second factor first" in words(
        browser.submit("/account/second-factor/recovery-codes", follow_redirects=True).text
    )


def test_factors_lost_are_taken_away_by_an_administrator(
    app: Flask, browser: Browser, email: str, sign_in: SignIn
) -> None:
    half_way(browser, email)
    mia, admin = User.get(User.name == "Mia").public_id, sign_in(ReadyMade.ADMINISTRATOR)
    form = Page(admin.get(f"/setup/users/{mia}").text).form("/forget-factors")
    assert "Mia has no second factor any more" in admin.submit(form.action, follow_redirects=True).text
    assert (browser.get(CALENDAR).location.startswith("/sign-in?"), by_password(browser, email)) == (True, HOME)


@pytest.fixture
def later(browser: Browser, email: str, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Somebody who signed in more than ten minutes ago."""
    by_password(browser, email)
    monkeypatch.setattr("app.clock.now", lambda: NOW + RECENT_SECONDS)
    return browser


def test_dangerous_page_asks_again_and_then_opens(later: Browser) -> None:
    asked = later.get("/setup/users/new?x=1")
    page = Page(asked.text)
    assert (asked.status_code, page.form("/password").fields["proof_target"]) == (401, "/setup/users/new?x=1")
    wrong = later.submit("/confirm/password", page.form("/password").fields | {"proof_password": "wrong"})
    assert (wrong.status_code, list(Page(wrong.text).errors)) == (422, ["proof_password"])
    right = later.submit("/confirm/password", page.form("/password").fields | {"proof_password": PASSWORD})
    assert (right.status_code, right.location) == (303, "/setup/users/new?x=1")
    assert later.get("/setup/users/new").status_code == 200


def test_dangerous_form_waits_and_goes_on_as_it_was_typed(later: Browser) -> None:
    typed = {"name": "Vera", "email": "vera@example.org", "role": "viewer", "active": "1", "action": "save"}
    asked = later.submit("/setup/users/new", typed)
    fields = Page(asked.text).form("/password").fields
    assert (asked.status_code, {name: fields[name] for name in typed}) == (401, typed)
    wrong = Page(later.submit("/confirm/password", fields | {"proof_password": "wrong"}).text).form("/password").fields
    assert {name: wrong[name] for name in typed} == typed
    answer = later.submit("/confirm/password", wrong | {"proof_password": PASSWORD})
    assert (answer.status_code, answer.location) == (307, "/setup/users/new")
    assert later.submit(answer.location, wrong | {"proof_password": PASSWORD}).status_code == 302
    assert User.get(User.name == "Vera").email == "vera@example.org"


def test_dangerous_form_with_a_password_in_it_is_shown_again_instead(later: Browser) -> None:
    asked = later.submit("/setup/users/new", {"name": "Vera", "password": "lano-kebupa-fona"})
    fields = Page(asked.text).form("/password").fields
    assert ("lano" in asked.text, "proof_resend" in fields, fields["proof_target"]) == (
        False,
        False,
        "/setup/users/new",
    )


def test_dangerous_form_asked_about_too_often_is_refused(later: Browser) -> None:
    for _ in range(TRIES):
        later.submit("/confirm/password", {"proof_password": "wrong"})
    answer = later.submit("/confirm/password", {"proof_password": PASSWORD, "proof_target": "//evil.example"})
    assert answer.status_code == 429


def test_asked_again_never_leads_to_another_site(later: Browser) -> None:
    for target in ("//evil.example", "https://evil.example", "/\\evil", "x"):
        answer = later.submit("/confirm/password", {"proof_password": PASSWORD, "proof_target": target})
        assert answer.location == "/"


def test_asked_again_a_passkey_will_do(browser: Browser, email: str, monkeypatch: pytest.MonkeyPatch) -> None:
    by_password(browser, email)
    key = add_passkey(browser)
    monkeypatch.setattr("app.clock.now", lambda: NOW + RECENT_SECONDS)
    text = browser.get("/account/passkeys/new").text
    refused = browser.submit("/confirm/passkey", {"passkey": "{}", "proof_target": "/account/passkeys/new"})
    assert (refused.status_code, REFUSED in refused.text) == (422, True)
    fields = {"passkey": key.show(options_of(text)), "proof_target": "/account/passkeys/new"}
    assert browser.submit("/confirm/passkey", fields).location == "/account/passkeys/new"
    assert browser.get("/account/passkeys/new").status_code == 200


def test_other_pages_do_not_ask_again(later: Browser, store: Store) -> None:
    assert [later.get(path).status_code for path in (CALENDAR, "/account/sessions", "/setup/users")] == [200] * 3
    assert Location.select().count() == 0


def test_codes_and_secrets_are_in_no_log(browser: Browser, email: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    app, codes = half_way(browser, email)
    browser.submit("/sign-in/second/code", {"code": codes[0]})
    secrets = (app.secret, codes[0], PASSWORD)
    ours = [record.getMessage() for record in caplog.records if record.name != "peewee"]
    assert [message for message in ours if any(one in message for one in secrets)] == []


def test_dangerous_endpoints_exist(app: Flask) -> None:
    assert DANGEROUS - {rule.endpoint for rule in app.url_map.iter_rules()} == set()


def test_roles_groups_and_approvals_are_dangerous_and_ask_again(later: Browser) -> None:
    assert [later.get(f"/setup/{kind}/new").status_code for kind in ("roles", "groups", "approvals")] == [401] * 3


def test_what_gives_rights_or_works_without_a_sign_in_asks_again(later: Browser) -> None:
    forms = ("/setup/pools/x", "/setup/resources/x/door", "/setup/resources/x/door/renew", "/setup/share")
    assert [later.submit(path, {}).status_code for path in forms] == [401] * 4


def test_who_sees_as_a_role_is_asked_again_and_can_answer(
    browser: Browser, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_password(browser, email)
    browser.submit("/see-as/administrator")
    monkeypatch.setattr("app.clock.now", lambda: NOW + RECENT_SECONDS)
    assert browser.get("/setup/users/new").status_code == 401
    answer = browser.submit("/confirm/password", {"proof_password": PASSWORD, "proof_target": "/setup/users/new"})
    assert (answer.status_code, answer.location) == (303, "/setup/users/new")
    assert browser.get("/setup/users/new").status_code == 200
    assert browser.submit("/setup/users/new", {"proof_password": PASSWORD}).status_code == 403


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/account/password", {"old": "wrong", "password": "lano-kebupa-fona", "password_again": "lano-kebupa-fona"}),
        ("/confirm/password", {"proof_password": "wrong"}),
        ("/confirm/passkey", {"passkey": "{}"}),
        ("/account/second-factor/app", {"code": "000000"}),
    ],
)
def test_wrong_password_or_code_of_ones_own_is_in_the_security_log(
    browser: Browser, email: str, caplog: pytest.LogCaptureFixture, path: str, fields: dict[str, str]
) -> None:
    by_password(browser, email)
    caplog.clear()
    browser.submit(path, fields)
    lines = [record.getMessage() for record in caplog.records if record.name == "eigenplan-security"]
    assert ["event=sign-in-failed" in line for line in lines] == [True]
