"""The lines about attacks: fixed in form, told once, and nothing that somebody typed gets into them."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.access.permissions import ReadyMade
from app.config import Config
from app.factory import create_app
from app.operations.accounts.buckets import source_of
from app.operations.accounts.throttle import BOOK_ADDRESS, SIGN_IN_HERE, begin_try, count_booking, guest_of
from app.storage.store import Store
from app.storage.tables import Location
from app.web.context import EXTENSION
from app.web.security_log import MARK, Event, note
from tests.cast import NOW, Cast, one_provider
from tests.contracts.test_security_log import SAMPLES
from tests.web.conftest import SECRET, Browser, SignIn
from tests.web.way import ADA, open_details

ROOT = Path(__file__).parents[2]
FORM = re.compile(
    r"eigenplan-security event=[a-z]+(-[a-z]+)* who=([0-9a-f]{12}|-) at=([a-z_.]+|-) address=([0-9a-f:.]+|-)"
)
THERE = {"REMOTE_ADDR": "203.0.113.9"}
CODE = """
import sys
from app.config import Config
from app.factory import create_app
from tests.keys import MASTER
app = create_app(Config(sys.argv[1], b"k" * 32, "http://localhost", MASTER))
app.test_client().get("/manage/x.y", environ_base={"REMOTE_ADDR": "203.0.113.9"})
"""


def test_line_of_wrong_link(visitor: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    visitor.get("/manage/x.y", environ_base=THERE)
    assert caplog.messages == [f"{MARK} event=wrong-link who=- at=manage.show address=203.0.113.9"]


def test_line_of_forbidden_names_the_same_person_alike(sign_in: SignIn, caplog: pytest.LogCaptureFixture) -> None:
    viewer, provider = sign_in(ReadyMade.VIEWER), sign_in(ReadyMade.PROVIDER)
    for browser in (viewer, viewer, provider):
        assert browser.get("/setup/").status_code == 403
    who = [line.split()[2] for line in caplog.messages]
    assert (len(who), who[0] == who[1], who[0] == who[2]) == (3, True, False)


def test_line_of_failed_sign_in_hides_the_account(
    visitor: FlaskClient, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for email in ("ada@example.org", " ADA@example.org "):
        visitor.post("/sign-in", data={"email": email, "password": "guessed"}, environ_base=THERE)
    first, second = caplog.messages
    assert (first, first.startswith(f"{MARK} event=sign-in-failed who=")) == (second, True)
    assert [word in first for word in ("ada", "guessed", "who=-")] == [False] * 3


def test_line_of_refused_sign_in_is_told_once(
    visitor: FlaskClient, app: Flask, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for _ in range(SIGN_IN_HERE.free):
        begin_try(store, guest_of(source_of(SECRET, "203.0.113.9"), "ada@example.org"), NOW)
    visitor.post("/sign-in", data={"email": "ada@example.org", "password": "x"}, environ_base=THERE)
    assert [line.split()[1] for line in caplog.messages] == ["event=sign-in-refused"]


def test_line_of_form_from_another_site(visitor: FlaskClient, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    form = open_details(visitor, one_provider(store))
    headers = {"Origin": "https://evil.example"}
    visitor.post(form.action, data={**form.fields, **ADA}, headers=headers, environ_base=THERE)
    assert caplog.messages == [f"{MARK} event=csrf-refused who=- at=public.book address=203.0.113.9"]


def test_line_of_form_without_token(sign_in: SignIn, caplog: pytest.LogCaptureFixture) -> None:
    sign_in(ReadyMade.MANAGER).post("/sign-out")
    assert caplog.messages == [f"{MARK} event=csrf-refused who=- at=sign_in.sign_out address=127.0.0.1"]


def test_usual_answers_write_no_line(visitor: FlaskClient, sign_in: SignIn, caplog: pytest.LogCaptureFixture) -> None:
    for path in ("/", "/nope", "/sign-in", "/calendar/day", "/manage/"):
        visitor.get(path)
    sign_in(ReadyMade.MANAGER).get("/calendar/day")
    assert caplog.messages == []


def check_in_at(cast: Cast) -> str:
    """Let clients of the cast's place check in by codes; return the page on which they do."""

    def work() -> None:
        Location.update(check_in=True).execute()
        cast.store.bump_catalog()

    cast.store.write(work)
    return f"/check-in/{cast.ids['Centre']}"


def write_each(app: Flask, store: Store, viewer: Browser) -> None:
    """Do what each event of the page is about, in its order."""
    app.config["WTF_CSRF_ENABLED"] = False
    visitor = app.test_client(use_cookies=False)
    cast = one_provider(store)
    form, there = open_details(visitor, cast), source_of(SECRET, "203.0.113.9")
    for _ in range(SIGN_IN_HERE.free + 1):
        visitor.post("/sign-in", data={"email": "ada@example.org", "password": "x"}, environ_base=THERE)
    for _ in range(BOOK_ADDRESS.free):
        store.write(lambda: count_booking(there, "", NOW))
    visitor.post(form.action, data={**form.fields, **ADA}, environ_base=THERE)
    visitor.get("/manage/x.y", environ_base={"REMOTE_ADDR": "2001:db8::7"})
    visitor.post(check_in_at(cast), data={"code": "AAA-AAA"}, environ_base=THERE)
    viewer.get("/setup/", environ_base=THERE)
    visitor.post(form.action, data=ADA, headers={"Origin": "https://evil.example"}, environ_base=THERE)


def test_line_of_passkey_that_is_none_of_ours_names_nobody(
    visitor: FlaskClient, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    visitor.post("/sign-in/passkey", data={"passkey": "guessed"}, environ_base=THERE)
    (line,) = caplog.messages
    assert line == f"{MARK} event=sign-in-failed who=- at=sign_in.by_passkey address=203.0.113.9"
    assert re.fullmatch(SAMPLES[0][0], line)


@pytest.mark.gate
def test_lines_are_those_that_the_page_promises(
    app: Flask, store: Store, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    write_each(app, store, sign_in(ReadyMade.VIEWER))
    lines = caplog.messages[SIGN_IN_HERE.free - 1 :]
    assert [bool(re.fullmatch(form, line)) for (form, _), line in zip(SAMPLES, lines, strict=True)] == [True] * 7
    named = [re.sub("who=[0-9a-f]{12}", "who=0b8f2d0c0f3e", line) for line in lines]
    assert named == [sample for _, sample in SAMPLES]


@pytest.mark.parametrize(
    "address", ["", "1.2.3.4 x", "1.2.3.4\naddress=5.6.7.8", "[::1]", "::ffff:1.2.3.4", "fe80::1%lo"]
)
def test_line_has_a_real_address_or_none(visitor: FlaskClient, caplog: pytest.LogCaptureFixture, address: str) -> None:
    visitor.get("/manage/x.y", environ_base={"REMOTE_ADDR": address})
    known = {"::ffff:1.2.3.4": "1.2.3.4", "fe80::1%lo": "fe80::1"}
    assert caplog.messages[0].endswith(f" address={known.get(address, '-')}")


TYPED = st.text(max_size=60) | st.sampled_from(
    ["x\neigenplan-security event=wrong-link who=- at=- address=192.0.2.1", "a\r\n", "\x1b[2J", "\u2028", "-", " "]
)


@given(email=TYPED, path=TYPED, forwarded=TYPED)
@example(email="a@b\n", path="\n", forwarded="1.2.3.4\n")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_line_cannot_be_forged(
    app: Flask, caplog: pytest.LogCaptureFixture, email: str, path: str, forwarded: str
) -> None:
    caplog.clear()
    address = {"REMOTE_ADDR": forwarded}
    with app.test_request_context(f"/manage/{quote(path)}", method="POST", environ_base=address):
        note(Event.SIGN_IN_FAILED, email)
    (line,) = caplog.messages
    assert FORM.fullmatch(line)
    assert (line.isascii(), line.isprintable()) == (True, True)


def test_line_behind_the_proxy_has_the_address_that_the_proxy_saw(
    config: Config, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    made = create_app(replace(config, proxies=1))
    made.test_client().get("/manage/x.y", headers={"X-Forwarded-For": "192.0.2.1, 203.0.113.9"})
    made.extensions[EXTENSION].store.close()
    assert caplog.messages[0].endswith(" address=203.0.113.9")


def test_line_reaches_standard_error_as_it_is(store: Store, database_url: str) -> None:
    command = [sys.executable, "-c", CODE, database_url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == f"{MARK} event=wrong-link who=- at=manage.show address=203.0.113.9\n"
