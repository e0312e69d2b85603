"""Every route with every ready-made role, compared with ``docs/rights-matrix.md``; a failure names what differs."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.access.permissions import ReadyMade
from app.config import Config
from app.live.hub import Hub
from app.live.serving import Live, Message
from app.storage.account_tables import UserSession
from app.storage.store import Store
from tests.cast import NOW
from tests.web.conftest import Browser, SignIn, browser_of
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
"""Nobody could be asked about anything after them: they are asked last, each by a session of its own."""

LIVE = "GET /live"
"""The one address of another process: it knows no cookie, but a pass that the page of the calendar makes."""


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
    assert list(read_matrix()) == sorted([*routes, LIVE], key=lambda one: one.split()[::-1])


@pytest.mark.parametrize("column", COLUMNS)
def test_every_route_answers_a_role_as_the_matrix_says(
    app: Flask, config: Config, store: Store, visitor: FlaskClient, sign_in: SignIn, column: str
) -> None:
    role, person = COLUMNS[column]
    world = make_world(store, person)
    asks: FlaskClient | Browser = visitor
    if role is not None:
        asks = sign_in(role, world.cast.rows["Ada"] if role is ReadyMade.PROVIDER else None)
    with asks.get("/static/app.css") as file:
        assert file.status_code == 200
    who = None if role is None else str(UserSession.get().user.public_id)
    found = {LIVE: _ask_live(asks, config, world.cast.ids["Centre"])}
    ends: list[tuple[str, Rule]] = []
    for method, rule in rules_of(app):
        if rule.endpoint in ENDS_SESSION:
            ends.append((method, rule))
        else:
            found[f"{method} {rule.rule}"] = verdict(app, rule, _ask(asks, method, path_in(world, rule)))
    for method, rule in ends:
        one = asks if who is None else browser_of(app, store, who)
        found[f"{method} {rule.rule}"] = verdict(app, rule, _ask(one, method, path_in(world, rule)))
        assert one.get("/account/").location == "/sign-in?next=/account/"
    wanted = {route: row[column] for route, row in read_matrix().items()}
    assert {route: (word, wanted[route]) for route, word in found.items() if word != wanted[route]} == {}
    assert found.keys() == wanted.keys()


def _ask(asks: FlaskClient | Browser, method: str, path: str) -> TestResponse:
    if method == "GET":
        return asks.get(path)
    return asks.submit(path, FIELDS) if isinstance(asks, Browser) else asks.post(path)


def _ask_live(asks: FlaskClient, config: Config, location: str) -> str:
    """Ask the live process for a stream, with the pass of the calendar's page where it gives one, and end it."""
    page = asks.get(f"/calendar/day?location={location}").text
    token = re.search('data-pass="([^"]+)"', page)
    query = b"" if token is None else f"token={token[1]}".encode()
    scope = {"type": "http", "method": "GET", "path": "/live", "query_string": query, "headers": []}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Live(Hub(1, NOW), config, str)(scope, receive, send))
    return {200: "yes", 403: "no"}[sent[0]["status"]]
