"""Fixtures for the pages: the application on an empty database of either kind, and browsers of people of every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from app.access.permissions import Permission, ReadyMade
from app.booking.values import Instant
from app.config import Config
from app.factory import create_app, sources_of
from app.operations.accounts.sessions import Method, Place, begin_session
from app.storage.account_tables import UserSession
from app.storage.store import Store
from app.storage.tables import User
from app.web.context import EXTENSION, Site
from tests.cast import NOW, Cast
from tests.keys import MASTER
from tests.web.staff_cast import practice

SECRET = b"a secret of the tests, long enough"
RAW_TOKEN = "the raw token of a session"


class Browser(FlaskClient):
    """A browser of somebody signed in; ``submit`` sends a form as a page of ours would, with its CSRF token."""

    def submit(
        self,
        path: str,
        fields: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        follow_redirects: bool = False,
    ) -> TestResponse:
        """Send a form by POST."""
        with self.application.test_request_context():
            session["csrf_token"] = RAW_TOKEN
            token = generate_csrf()
        data = {"csrf_token": token, **(fields or {})}
        return self.post(path, data=data, headers=headers, follow_redirects=follow_redirects)


@pytest.fixture(autouse=True)
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages happen at the cast's present time."""
    monkeypatch.setattr("app.clock.now", lambda: NOW)


@pytest.fixture
def config(database_url: str) -> Config:
    """The options of the application."""
    return Config(database_url=database_url, secret_key=SECRET, base_url="http://localhost", master_key=MASTER)


_APPS: dict[tuple[object, ...], Flask] = {}
"""Applications by the options that they are built from; what a test changes of one is put back after it."""


@contextmanager
def app_on(store: Store, config: Config) -> Iterator[Flask]:
    """Give an application on an open database: building one, and its templates, takes half a second."""
    kind = (config.secret_key, config.is_https, config.proxies)
    if kind not in _APPS:
        _APPS[kind] = create_app(config)
        _APPS[kind].config["PROPAGATE_EXCEPTIONS"] = False
        _APPS[kind].extensions[EXTENSION].store.close()
        store.read(lambda: None)  # the models use it again: a query would reopen the one just closed, for good
    app = _APPS[kind]
    options, views = dict(app.config), dict(app.view_functions)
    app.extensions[EXTENSION] = Site(config, store, sources_of(config))
    yield app
    app.config.update(options)
    app.view_functions.update(views)


@pytest.fixture
def app(config: Config, store: Store) -> Iterator[Flask]:
    """The application on the same open database as the fixture ``store``."""
    with app_on(store, config) as made:
        yield made


def make_read_only(store: Store) -> None:
    """Let this thread's connection refuse to write, as that to a stand-by server does; the next one writes again."""
    store.run("PRAGMA query_only = 1" if store.kind == "sqlite" else "SET default_transaction_read_only = on")


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """Somebody without an account, whose browser keeps no cookie."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser that has opened a page with a form, of nobody yet."""
    made = Browser(app)
    with made.session_transaction() as kept:
        kept["csrf_token"] = RAW_TOKEN
    return made


def token_of(store: Store, public_id: str) -> str:
    """Begin a session and return the token of its cookie."""
    return begin_session(store, public_id, Method.PASSWORD, Place("Firefox on Linux", "192.0.2.7"), NOW)


def browser_of(app: Flask, store: Store, public_id: str) -> Browser:
    """Return a browser in which an account has just signed in, beside others that it may have."""
    browser = Browser(app)
    with browser.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"], kept["csrf_token"] = token_of(store, public_id), True, RAW_TOKEN
    return browser


def stay_signed_in(store: Store, at: Instant) -> None:
    """Let all sessions have been used just now, for tests that happen at a later time."""
    store.write(UserSession.update(created_at=at, seen_at=at, proved_at=at).execute)


@pytest.fixture
def cast(store: Store) -> Cast:
    """One practice with all that a form can ask; tests that need another cast have their own."""
    return practice(store)


SignIn = Callable[..., Browser]
SignInWith = Callable[..., Browser]


@pytest.fixture
def sign_in(app: Flask, store: Store) -> SignIn:
    """A function ``sign_in(role, resource_id=None)`` that gives the browser of a new account with this role.

    ``role`` is a ready-made one or another's public id.
    """

    def make(role: str, resource_id: int | None = None) -> Browser:
        cast, name = Cast(store), f"Some {role}"
        store.write(lambda: cast.user(name, role))
        row = User.get(User.public_id == cast.ids[name])
        if resource_id is not None:
            row.resource = resource_id
            store.write(row.save)
        return browser_of(app, store, row.public_id)

    return make


@pytest.fixture
def desk(sign_in: SignIn, cast: Cast) -> Browser:
    """The browser of somebody at the front desk of the cast's practice."""
    return sign_in(ReadyMade.FRONT_DESK)


@pytest.fixture
def sign_in_with(sign_in: SignIn, store: Store) -> SignInWith:
    """A function ``sign_in_with(*permissions)`` that gives the browser of somebody who has just these."""

    def make(*permissions: Permission) -> Browser:
        role = store.write(lambda: Cast(store).role("Helper", *permissions))
        return sign_in(role)

    return make
