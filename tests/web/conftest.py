"""Fixtures for the pages: the application on an empty database of either kind, browsers that keep cookies or do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import Config
from app.factory import create_app
from app.storage.store import Store
from app.web.context import EXTENSION, Site
from tests.cast import NOW

SECRET = b"a secret of the tests, long enough"


@pytest.fixture(autouse=True)
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages happen at the cast's present time."""
    monkeypatch.setattr("app.clock.now", lambda: NOW)


@pytest.fixture
def app(database_url: str, store: Store) -> Iterator[Flask]:
    """The application on the same database as the fixture ``store``."""
    made = create_app(Config(database_url=database_url, secret_key=SECRET, base_url="http://localhost"))
    made.testing = True
    made.config["PROPAGATE_EXCEPTIONS"] = False
    made.extensions[EXTENSION].store.close()
    made.extensions[EXTENSION] = Site(made.extensions[EXTENSION].config, store)
    yield made


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """Somebody without an account, whose browser keeps no cookie."""
    return app.test_client(use_cookies=False)
