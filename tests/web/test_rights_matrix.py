"""Every route with every ready-made role, compared with ``docs/rights-matrix.md``; a failure names what differs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access.permissions import ReadyMade
from app.storage.store import Store
from tests.web.conftest import Browser, SignIn
from tests.web.rights_world import FIELDS, make_world, path_in, rules_of, verdict

PAGE = Path(__file__).parents[2] / "docs" / "rights-matrix.md"
COLUMNS: dict[str, tuple[ReadyMade | None, str]] = {
    "Stranger": (None, "Ada"),
    "Viewer": (ReadyMade.VIEWER, "Ada"),
    "Auditor": (ReadyMade.AUDITOR, "Ada"),
    "Provider, own": (ReadyMade.PROVIDER, "Ada"),
    "Provider, others'": (ReadyMade.PROVIDER, "Ben"),
    "Front desk": (ReadyMade.FRONT_DESK, "Ada"),
    "Manager": (ReadyMade.MANAGER, "Ada"),
    "Administrator": (ReadyMade.ADMINISTRATOR, "Ada"),
}
"""The columns: who asks, and whose the bookings are that they ask about; providers are Ada."""


ENDS_SESSION = ("sign_in.sign_out", "account.end_everywhere")
"""Nobody could be asked about anything after them; ``test_account_sessions.py`` shows who may."""


def read_matrix() -> dict[str, dict[str, str]]:
    """Return the page's table: by route, the word in each column."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("|")
    ]
    return {re.sub("`", "", row[0]): dict(zip(rows[0][1:], row[1:], strict=True)) for row in rows[2:]}


def test_matrix_has_a_row_for_every_route_and_no_other(app: Flask) -> None:
    routes = [f"{method} {rule.rule}" for method, rule in rules_of(app)]
    assert list(read_matrix()) == routes


@pytest.mark.parametrize("column", COLUMNS)
def test_every_route_answers_a_role_as_the_matrix_says(
    app: Flask, store: Store, visitor: FlaskClient, sign_in: SignIn, column: str
) -> None:
    role, person = COLUMNS[column]
    world = make_world(store, person)
    asks: FlaskClient | Browser = visitor
    if role is not None:
        asks = sign_in(role, world.cast.rows["Ada"] if role is ReadyMade.PROVIDER else None)
    found = {
        f"{method} {rule.rule}": verdict(app, rule, _ask(asks, method, path_in(world, rule)))
        for method, rule in rules_of(app)
        if rule.endpoint not in ENDS_SESSION
    }
    wanted = {route: row[column] for route, row in read_matrix().items()}
    assert {route: word for route, word in found.items() if word != wanted[route]} == {}


def _ask(asks: FlaskClient | Browser, method: str, path: str) -> TestResponse:
    if method == "GET":
        return asks.get(path)
    return asks.submit(path, FIELDS) if isinstance(asks, Browser) else asks.post(path)
