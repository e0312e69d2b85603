"""Signing in and out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from flask import Flask

from app.access.actors import SYSTEM
from app.access.permissions import ReadyMade
from app.config import Config
from app.factory import create_app
from app.operations.accounts.buckets import source_of
from app.operations.accounts.sign_in import check_password, make_hash
from app.operations.accounts.throttle import KNOWN_SECONDS, SIGN_IN_ADDRESS, SIGN_IN_HERE, begin_try, guest_of
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.setup.users import UserDraft, get_user, save_user
from app.storage.repeat_tables import Throttle
from app.storage.store import Store
from app.storage.tables import User
from app.web.context import EXTENSION
from app.web.sign_in import SIGNED_OUT, WRONG
from tests.cast import NOW, Cast
from tests.web.conftest import SECRET, Browser, SignIn, make_read_only

pytestmark = pytest.mark.gate

PASSWORD = "correct horse"
TRIES = SIGN_IN_HERE.free
TOO_OFTEN = "This was tried too often in a short time; please wait 5 seconds, then try again."


@pytest.fixture
def account(store: Store) -> str:
    """Somebody with a password; returns their email address."""
    cast = Cast(store)
    store.write(lambda: cast.user("Mia Manager", "manager", password_hash=make_hash(PASSWORD)))
    return "mia.manager@example.org"


def test_sign_in_right_password_leads_to_calendar(browser: Browser, account: str) -> None:
    answer = browser.submit("/sign-in", {"email": account.upper(), "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/home/")
    assert browser.get("/sign-in").location == "/home/"


def test_sign_in_cookie_is_guarded(browser: Browser, account: str) -> None:
    answer = browser.submit("/sign-in", {"email": account, "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert [part in cookie for part in ("HttpOnly", "SameSite=Lax", "Secure")] == [True, True, False]


def test_sign_in_cookie_is_secure_where_visitors_come_by_https(config: Config) -> None:
    app = create_app(replace(config, base_url="https://localhost"))
    answer = app.test_client().get("/sign-in", base_url="https://localhost")
    app.extensions[EXTENSION].store.close()
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("email", "password"), [("mia.manager@example.org", "wrong"), ("nobody@example.org", PASSWORD)]
)
def test_sign_in_wrong_is_refused_alike(browser: Browser, account: str, email: str, password: str) -> None:
    answer = browser.submit("/sign-in", {"email": email, "password": password})
    assert answer.status_code == 422
    assert "This email address and password do not belong together" in answer.text
    assert f'value="{email}"' in answer.text
    assert password not in answer.text.replace("password", "")


def test_sign_in_with_a_text_that_no_database_keeps_is_refused(browser: Browser) -> None:
    answer = browser.submit("/sign-in", {"email": "no\0body@example.org", "password": "x"})
    assert (answer.status_code, WRONG in answer.text) == (422, True)


def test_sign_in_with_huge_password_is_refused_unhashed(browser: Browser, account: str, store: Store) -> None:
    huge = "x" * 5000
    store.write(lambda: User.update(password_hash=make_hash(huge)).execute())
    answer = browser.submit("/sign-in", {"email": account, "password": huge})
    assert (answer.status_code, WRONG in answer.text, huge in answer.text) == (422, True, False)


def test_sign_in_switched_off_account_is_refused(browser: Browser, account: str, store: Store) -> None:
    store.write(lambda: User.update(active=False).execute())
    answer = browser.submit("/sign-in", {"email": account, "password": PASSWORD})
    assert (answer.status_code, WRONG in answer.text) == (422, True)
    assert browser.get("/calendar/day").location.startswith("/sign-in")


def test_sign_in_too_often_is_refused_even_with_right_password(browser: Browser, account: str) -> None:
    for _ in range(TRIES):
        browser.submit("/sign-in", {"email": account, "password": "wrong"})
    answer = browser.submit("/sign-in", {"email": account, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"], TOO_OFTEN in answer.text) == (429, "5", True)
    assert f'value="{account}"' in answer.text


def test_sign_in_too_often_for_one_account_leaves_others_alone(browser: Browser, account: str) -> None:
    for _ in range(TRIES):
        browser.submit("/sign-in", {"email": "somebody@example.org", "password": "wrong"})
    assert browser.submit("/sign-in", {"email": account, "password": PASSWORD}).status_code == 303


def test_sign_in_too_often_from_one_address_is_refused(browser: Browser, account: str, store: Store) -> None:
    for number in range(SIGN_IN_ADDRESS.free):
        begin_try(store, guest_of(source_of(SECRET, "127.0.0.1"), f"somebody{number}@example.org"), NOW)
    answer = browser.submit("/sign-in", {"email": account, "password": PASSWORD})
    assert (answer.status_code, TOO_OFTEN in answer.text) == (429, True)
    assert browser.get("/calendar/day").location.startswith("/sign-in")


def test_sign_in_right_password_is_no_failure_and_forgets_those_before(browser: Browser, account: str) -> None:
    for password in ["wrong"] * (TRIES - 1) + [PASSWORD] + ["wrong"] * (TRIES - 1):
        browser.submit("/sign-in", {"email": account, "password": password})
    assert sorted(row.empty_at - NOW for row in Throttle.select())[-2:] == [4 * SIGN_IN_HERE.every, KNOWN_SECONDS]
    assert browser.submit("/sign-in", {"email": account, "password": PASSWORD}).status_code == 303


def test_sign_in_without_token_is_refused_and_offered_again(app: Flask, account: str) -> None:
    answer = app.test_client().post("/sign-in", data={"email": account, "password": "s3cret"})
    assert answer.status_code == 400
    assert ("send it again" in answer.text.lower(), "s3cret" in answer.text) == (True, False)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "evil",
        "javascript:x",
        "//[",
        "/a\r\nSet-Cookie: x=1",
    ],
)
def test_sign_in_never_leads_to_another_site(browser: Browser, account: str, target: str) -> None:
    answer = browser.submit("/sign-in", {"email": account, "password": PASSWORD, "next": target})
    assert answer.location == "/home/"


def test_sign_in_leads_back_to_wanted_page(browser: Browser, account: str) -> None:
    wanted = browser.get("/calendar/week?date=2030-01-07").location
    assert wanted == "/sign-in?next=/calendar/week?date%3D2030-01-07"
    fields = {"email": account, "password": PASSWORD, "next": "/calendar/week?date=2030-01-07"}
    assert browser.submit("/sign-in", fields).location == "/calendar/week?date=2030-01-07"


def test_sign_out_ends_session(sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.MANAGER)
    assert browser.submit("/sign-out").location == "/sign-in"
    assert browser.get("/calendar/day").status_code == 302


def copy_of(browser: Browser, app: Flask) -> Browser:
    """Another browser with the same cookie."""
    cookie = browser.get_cookie("eigenplan")
    assert cookie is not None
    thief = Browser(app)
    thief.set_cookie("eigenplan", cookie.value)
    return thief


def test_sign_out_ends_copied_sessions(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.MANAGER)
    thief = copy_of(browser, app)
    assert thief.get("/calendar/day").status_code == 200
    answer = browser.submit("/sign-out", follow_redirects=True)
    assert SIGNED_OUT in answer.text
    assert thief.get("/calendar/day").location.startswith("/sign-in")


def test_sign_out_without_a_database_to_write_ends_this_session_and_says_so(sign_in: SignIn, store: Store) -> None:
    browser = sign_in(ReadyMade.MANAGER)
    make_read_only(store)
    answer = browser.submit("/sign-out", follow_redirects=True)
    assert "a copy of its session could not be ended" in answer.text
    assert browser.get("/calendar/day").location.startswith("/sign-in")


def test_sign_out_of_nobody_is_no_error(browser: Browser) -> None:
    assert browser.submit("/sign-out").location == "/sign-in"


def test_sign_in_anew_ends_the_session_before(app: Flask, browser: Browser, account: str) -> None:
    browser.submit("/sign-in", {"email": account, "password": PASSWORD})
    thief = copy_of(browser, app)
    browser.submit("/sign-in", {"email": account, "password": PASSWORD})
    assert thief.get("/calendar/day").location.startswith("/sign-in")
    assert browser.get("/calendar/day").status_code == 200


def test_session_of_account_that_is_gone_is_no_session(sign_in: SignIn, store: Store) -> None:
    browser = sign_in(ReadyMade.MANAGER)
    store.write(lambda: User.update(active=False).execute())
    assert browser.get("/calendar/day").location.startswith("/sign-in")


def test_session_from_before_a_new_password_is_no_session(sign_in: SignIn, store: Store) -> None:
    browser = sign_in(ReadyMade.MANAGER)
    assert browser.get("/calendar/day").status_code == 200
    context, public_id = Context(store, SYSTEM, NOW), str(User.get().public_id)
    other = UserDraft("boss@example.org", "Boss", (GrantDraft("administrator"),), password="correct horse")
    save_user(context, other)
    draft = get_user(context, public_id).draft
    save_user(context, replace(draft, password="correct horse battery"), public_id)
    assert browser.get("/calendar/day").location.startswith("/sign-in")


def weak_hash() -> str:
    """A hash made with weaker parameters than ours."""
    return PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)


def test_sign_in_renews_weak_hash(browser: Browser, account: str, store: Store) -> None:
    store.write(lambda: User.update(password_hash=weak_hash()).execute())
    assert browser.submit("/sign-in", {"email": account, "password": PASSWORD}).status_code == 303
    assert PasswordHasher().check_needs_rehash(User.get().password_hash) is False
    assert browser.get("/calendar/day").status_code == 200


def test_password_with_weak_hash_is_checked_on_read_only_database(account: str, store: Store) -> None:
    weak = weak_hash()
    store.write(lambda: User.update(password_hash=weak).execute())
    make_read_only(store)
    assert check_password(store, account, PASSWORD) == User.get().public_id
    assert User.get().password_hash == weak
