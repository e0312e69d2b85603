"""What attackers try on every page: redirects, hosts, frames, caches, cookies, sizes; found by walking the URL map."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

from app.access.permissions import ReadyMade
from app.config import Config
from app.factory import MAX_BODY_BYTES, MAX_FORM_PARTS, create_app
from app.storage.store import Store
from app.web.access import is_public
from app.web.context import EXTENSION
from app.web.security import HEADERS
from tests.cast import one_provider
from tests.web.conftest import Browser, SignIn
from tests.web.test_security import path_of, rules
from tests.web.way import ADA, TEN, book, open_details, query

EMBED_SCRIPT = "/embed.js"
INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)
TYPED = re.compile("<textarea.*?</textarea>", re.DOTALL)
"""What can be typed or copied: snippets for other sites, among others."""

EVIL = "evil.example"
PARTS = (
    "//",
    "/",
    "\\",
    "/\\",
    "\t",
    "\r\n",
    "http:",
    "https://",
    "javascript:",
    EVIL,
    "@",
    "?",
    "#",
    "%2f",
    "[",
    "..",
    "x",
)


def pages(app: Flask, browser: Browser, **more: object) -> dict[str, TestResponse]:
    """Ask for every page as somebody signed in; static files apart."""
    paths = {path_of(rule) for rule in rules(app, "GET") if rule.endpoint != "static"}
    return {path: browser.get(path, **more) for path in sorted(paths)}


@pytest.fixture
def administrator(sign_in: SignIn, store: Store) -> Browser:
    """A browser of somebody who may see every page, in the cast's world."""
    one_provider(store)
    return sign_in(ReadyMade.ADMINISTRATOR)


@pytest.mark.gate
def test_every_page_is_guarded_and_kept_nowhere(app: Flask, administrator: Browser) -> None:
    answers = pages(app, administrator)
    assert sum(answer.status_code == 200 for answer in answers.values()) > 15
    kinds = {answer.content_type for answer in answers.values()}
    texts = {f"{kind}; charset=utf-8" for kind in ("text/html", "text/plain", "text/css", "application/yaml")}
    texts.add("text/javascript; charset=utf-8")
    assert kinds <= {*texts, "application/json", "image/png", "image/svg+xml"}
    wanted = {**HEADERS, "Cache-Control": "no-store"}
    assert answers.pop(EMBED_SCRIPT).headers["Cross-Origin-Resource-Policy"] == "cross-origin"  # is for other sites
    found = {path: {name: answer.headers.get(name) for name in wanted} for path, answer in answers.items()}
    assert {path: one for path, one in found.items() if one != wanted} == {}


@pytest.mark.gate
def test_no_page_is_rendered_with_inline_script_or_style(app: Flask, administrator: Browser) -> None:
    answers = pages(app, administrator)
    texts = {path: answer.text for path, answer in answers.items() if answer.mimetype == "text/html"}
    found = {path: INLINE.findall(TYPED.sub("", text)) for path, text in texts.items()}
    assert {path: one for path, one in found.items() if one} == {}


@pytest.mark.gate
def test_no_page_believes_the_name_that_a_visitor_calls_us_by(app: Flask, administrator: Browser) -> None:
    answers = pages(app, administrator, headers={"Host": EVIL, "X-Forwarded-Host": EVIL})
    said = {path: answer.data + str(answer.headers).encode() for path, answer in answers.items()}
    assert [path for path, text in said.items() if EVIL.encode() in text] == []


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
def test_methods_without_a_use_are_refused(visitor: FlaskClient, method: str) -> None:
    assert [visitor.open(path, method=method).status_code for path in ("/", "/book", "/sign-in")] == [405] * 3


def test_pages_cannot_be_framed(visitor: FlaskClient) -> None:
    headers = visitor.get("/").headers
    assert ("frame-ancestors 'none'" in headers["Content-Security-Policy"], headers["X-Frame-Options"]) == (
        True,
        "DENY",
    )


def leads_away(location: str) -> bool:
    """Whether a browser would leave the site; it reads backslashes as slashes and drops tabs and line breaks."""
    read = re.sub(r"[\t\r\n]", "", location).strip(" ").replace("\\", "/")
    return urlsplit(urljoin("http://localhost/sign-in", read)).netloc != "localhost"


@pytest.mark.parametrize(
    ("location", "away"),
    [
        ("/calendar/day", False),
        ("//evil.example", True),
        ("/\\evil.example", True),
        ("/\t/evil.example", True),
        ("x", False),
    ],
)
def test_leading_away_is_recognised(location: str, away: bool) -> None:
    assert leads_away(location) is away


@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=6).map("".join))
@example("//evil.example")
@example("/\\evil.example")
@example("https:evil.example")
@example("/%09/evil.example")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_sign_in_leads_away(administrator: Browser, target: str) -> None:
    answer = administrator.get(f"/sign-in?next={quote(target)}")
    assert answer.status_code == 302
    assert not leads_away(answer.location)


@pytest.mark.parametrize(
    "path",
    [
        f"//{EVIL}/calendar/day",
        f"/\\{EVIL}",
        f"/calendar//{EVIL}",
        f"/%2f{EVIL}",
        f"/calendar/?next=//{EVIL}",
        f"/calendar/day?//{EVIL}",
    ],
)
def test_no_path_leads_away(visitor: FlaskClient, administrator: Browser, path: str) -> None:
    answers = (visitor.get(path), administrator.get(path))
    assert [leads_away(answer.location or "/") for answer in answers] == [False, False]


@pytest.mark.parametrize(
    ("base_url", "name", "secure"),
    [("https://localhost", "__Host-eigenplan", True), ("http://localhost", "eigenplan", False)],
)
def test_cookie_is_for_this_host_and_for_nothing_but_requests(
    config: Config, store: Store, base_url: str, name: str, secure: bool
) -> None:
    made = create_app(replace(config, base_url=base_url))
    cookies = made.test_client().get("/sign-in", base_url=base_url).headers.getlist("Set-Cookie")
    made.extensions[EXTENSION].store.close()
    assert [next(iter(parse_cookie(one))) for one in cookies] == [name]
    words = {word.strip() for word in cookies[0].split(";")[1:] if not word.strip().startswith("Expires")}
    assert words == {"HttpOnly", "Path=/", "SameSite=Lax", *(["Secure"] if secure else [])}


def test_cookie_is_signed_by_a_hash_of_today(app: Flask) -> None:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # Flask's own interface
    signature = serializer.dumps({}).rpartition(".")[2]
    assert len(signature) == len(base64.urlsafe_b64encode(b"x" * 32).rstrip(b"="))


def test_public_way_sets_no_cookie(app: Flask, store: Store) -> None:
    cast, visitor = one_provider(store), app.test_client()
    token = book(visitor, cast)
    for path in ("/", f"/book/times?{query(cast)}", f"/book/details?{query(cast, start=TEN)}", f"/manage/{token}"):
        assert "Set-Cookie" not in visitor.get(path).headers


@pytest.mark.parametrize("length", [MAX_BODY_BYTES + 1, 10**12])
def test_body_that_is_too_long_is_never_read(app: Flask, visitor: FlaskClient, length: int) -> None:
    sent = {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    paths = {path_of(rule) for rule in rules(app, "POST") if is_public(app, rule.endpoint)}
    answers = {path: visitor.post(path, environ_overrides=sent).status_code for path in sorted(paths)}
    read = {"/book", "/book/visit", "/password/1", "/sign-out"} | {
        path for path in paths if path.startswith(("/sign-in", "/door/", "/check-in/"))
    }
    # the others know by their address that nothing is there
    assert answers == {path: 413 if path in read else 404 for path in paths}


def test_form_with_too_many_parts_is_refused(visitor: FlaskClient, store: Store) -> None:
    filled = open_details(visitor, one_provider(store))
    many = {**filled.fields, **ADA, **{f"x{number}": "1" for number in range(MAX_FORM_PARTS + 1)}}
    assert visitor.post(filled.action, data=many, content_type="multipart/form-data").status_code == 413


def test_file_in_a_form_is_left_alone(visitor: FlaskClient, store: Store) -> None:
    filled = open_details(visitor, one_provider(store))
    files = {"name": (BytesIO(b"PK\x03\x04"), "bomb.zip")}
    assert visitor.post(filled.action, data={**filled.fields, "email": "ada@example.org", **files}).status_code == 422


def test_form_of_a_hundred_thousand_fields_is_answered(visitor: FlaskClient, store: Store) -> None:
    filled = open_details(visitor, one_provider(store))
    body = "&".join(f"a{number}=1" for number in range(100_000))
    answer = visitor.post(filled.action, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
