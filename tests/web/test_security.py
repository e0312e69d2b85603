"""What holds for every address: sign-in, CSRF, headers; found by walking the URL map."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.access.permissions import ReadyMade
from app.config import Config
from app.factory import create_app
from app.storage.store import Store
from app.web.access import is_public
from app.web.context import EXTENSION
from app.web.security import CSRF_MARK, HEADERS
from tests.keys import MASTER
from tests.web.conftest import SignIn

PUBLIC = {
    "static",
    "health.healthz",
    "health.readyz",
    "sign_in.show",
    "sign_in.sign_in",
    "sign_in.sign_out",
    "sign_in.by_passkey",
    "outside.begin",
    "outside.answer",
    "second.show",
    "second.code",
    "second.passkey",
    "password.show",
    "password.choose",
    "feed.show",
    "look.style",
    "look.logo",
    "door.show",
    "door.book",
    "door.check_in",
    "door.end",
    "check_in.show",
    "check_in.arrive",
    "forgotten.show",
    "forgotten.ask",
    "public.services",
    "public.embed_script",
    "public.times",
    "public.details",
    "public.book",
    "public.done",
    "public.held",
    "public.confirm_page",
    "public.confirm",
    "public.waiting",
    "public.join",
    "public.wish",
    "public.leave_list",
    "public.slots",
    "public.visit",
    "public.visit_details",
    "public.book_visit",
    "public.visit_done",
    "manage.show",
    "manage.cancel",
    "manage.accept",
    "manage.choose",
    "manage.move",
    "manage.calendar_file",
}
"""Everything that a stranger may call. An address that is added here is one more that needs no sign-in."""


def path_of(rule: Rule) -> str:
    """An address that the rule matches."""
    return re.sub(r"<(?:int:)?[^>]+>", "1", rule.rule)


def rules(app: Flask, method: str) -> list[Rule]:
    """All rules that take this method."""
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def test_public_endpoints_are_the_known_ones(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules() if is_public(app, rule.endpoint)} == PUBLIC


def test_every_other_page_sends_strangers_to_sign_in(app: Flask, visitor: FlaskClient) -> None:
    pages = [path_of(rule) for rule in rules(app, "GET") if not is_public(app, rule.endpoint)]
    answers = {path: visitor.get(path) for path in pages}
    assert len(answers) > 10
    wrong = {path: one.status for path, one in answers.items() if not (one.location or "").startswith("/sign-in?next=")}
    assert wrong == {}


def test_every_other_form_refuses_strangers(app: Flask, visitor: FlaskClient) -> None:
    forms = [path_of(rule) for rule in rules(app, "POST") if not is_public(app, rule.endpoint)]
    assert {path: visitor.post(path).status_code for path in forms if visitor.post(path).status_code != 401} == {}


def test_every_form_of_staff_needs_csrf_token(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    guarded = [rule for rule in rules(app, "POST") if not hasattr(app.view_functions[rule.endpoint], CSRF_MARK)]
    answers = {path_of(rule): browser.post(path_of(rule), data={"any": "thing"}) for rule in guarded}
    assert len(answers) > 10
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 400} == {}


def test_every_form_without_csrf_token_checks_origin(app: Flask, visitor: FlaskClient) -> None:
    exempt = [rule for rule in rules(app, "POST") if hasattr(app.view_functions[rule.endpoint], CSRF_MARK)]
    headers = {"Origin": "https://evil.example"}
    answers = {path_of(rule): visitor.post(path_of(rule), headers=headers).status_code for rule in exempt}
    assert set(answers.values()) == {403}


def test_nothing_changes_by_get(app: Flask) -> None:
    mixed = [rule.rule for rule in app.url_map.iter_rules() if {"GET", "POST"} <= (rule.methods or set())]
    assert mixed == []


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/nope", "/slots.json", "/healthz", "/static/app.css", "/calendar/day"]
)
def test_every_answer_has_the_headers(visitor: FlaskClient, path: str) -> None:
    with visitor.get(path) as answer:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_policy_allows_nothing_inline(visitor: FlaskClient) -> None:
    policy = visitor.get("/").headers["Content-Security-Policy"]
    assert ("unsafe" in policy, policy.startswith("default-src 'none'")) == (False, True)


def test_https_site_insists_on_https(config: Config, store: Store) -> None:
    made = create_app(Config(config.database_url, config.secret_key, "https://bookings.example.org", MASTER))
    answer = made.test_client().get("/healthz")
    made.extensions[EXTENSION].store.close()
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert made.config["SESSION_COOKIE_SECURE"] is True


def test_address_behind_proxies_is_the_visitors(config: Config, store: Store) -> None:
    made = create_app(Config(config.database_url, config.secret_key, "https://bookings.example.org", MASTER, proxies=1))
    headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "bookings.example.org", "X-Forwarded-Proto": "https"}
    answer = made.test_client().get("/calendar/", headers=headers)
    made.extensions[EXTENSION].store.close()
    assert answer.location == "/sign-in?next=/calendar/"


def test_static_files_are_kept_by_browsers_pages_are_not(visitor: FlaskClient, store: Store) -> None:
    page = visitor.get("/")
    css = re.search(r"/static/app\.css\?v=[0-9a-f]+", page.text)
    assert css is not None
    with visitor.get(css[0]) as file:
        assert "max-age=31536000" in file.headers["Cache-Control"]
    assert page.headers["Cache-Control"] == "no-store"


def test_no_page_has_inline_script_or_style(app: Flask) -> None:
    folder = app.jinja_env.loader
    assert folder is not None
    sources = {name: folder.get_source(app.jinja_env, name)[0] for name in app.jinja_env.list_templates()}
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)
    assert {name: inline.findall(text) for name, text in sources.items() if inline.search(text)} == {}


def test_navigation_shows_what_a_role_may(sign_in: SignIn) -> None:
    viewer, manager = (sign_in(role).get("/calendar/day").text for role in (ReadyMade.VIEWER, ReadyMade.MANAGER))
    assert [">Set-up<" in text for text in (viewer, manager)] == [False, True]
    assert [">Calendar<" in text for text in (viewer, manager)] == [True, True]
