"""The load generator against the application on this machine: it sees what goes wrong and counts what is booked."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from app.storage.store import Store
from app.storage.tables import Booking, Client
from tests.bench.ours import serve_ours
from tests.bench.sites import Site
from tests.cast import Cast, Need
from tests.keys import open_store
from tests.lab.load import Outcome, Plan, WrongAnswerError, run

PROVIDERS = 4


def fill(store: Store) -> Cast:
    cast = Cast(store, int(time.time()))

    def write() -> None:
        cast.location("Centre")
        people = cast.resources(f"Provider {number}" for number in range(PROVIDERS))
        cast.service("Consultation", [Need(people)], ["Centre"])
        store.bump_catalog()

    store.write(write)
    return cast


@pytest.fixture
def plan(sqlite_url: str, tmp_path: Path) -> Iterator[Plan]:
    """Two visitors of a real server."""
    store = open_store(sqlite_url)
    cast = fill(store)
    store.close()
    site = Site(sqlite_url, 0, cast.ids["Centre"], dict(cast.ids), ())
    with serve_ours(site, tmp_path) as server:
        ids = cast.ids["Consultation"], cast.ids["Centre"]
        yield Plan(server.origin, *ids, PROVIDERS, requests=120, visitors=2, rate=400.0)


def addresses(url: str) -> list[str]:
    """Whoever has a booking, as often as they have one."""
    store = open_store(url)
    query = Booking.select(Booking, Client).join(Client)
    found = store.read(lambda: sorted(str(row.client.email) for row in query))
    store.close()
    return found


def test_load_books_what_it_says(plan: Plan, sqlite_url: str) -> None:
    line = [sys.executable, "-m", "tests.lab.load"]
    done = subprocess.run(line, input=json.dumps(asdict(plan)), capture_output=True, text=True, check=True)
    outcome = Outcome(**json.loads(done.stdout))
    assert (outcome.failed, outcome.shown, outcome.requests >= plan.requests) == (0, [], True)
    assert set(outcome.kinds) == {"page", "slots", "form", "book", "done"}
    assert sorted(outcome.booked) == addresses(sqlite_url)
    assert outcome.connections > plan.visitors


def test_load_goes_on_until_it_is_told(plan: Plan, tmp_path: Path) -> None:
    told = tmp_path / "enough"
    threading.Timer(1.0, told.touch).start()
    outcome = run(Plan(**{**asdict(plan), "requests": 1, "until": str(told), "rate": 50.0}))
    assert (outcome.failed, outcome.seconds >= 1.0, outcome.requests > 2) == (0, True, True)


class Broken(BaseHTTPRequestHandler):
    """Knows free times, and nothing else; every other page hangs up or fails."""

    protocol_version = "HTTP/1.1"
    asked = 0

    def do_GET(self) -> None:
        Broken.asked += 1
        if not self.path.startswith("/slots.json") and Broken.asked % 2:
            self.close_connection = True
            return
        self.send_response(200 if self.path.startswith("/slots.json") else 502)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def broken() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Broken)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_load_counts_every_failure(broken: str) -> None:
    outcome = run(Plan(broken, "any", "any", 1, requests=30, visitors=1, rate=1000.0))
    good = outcome.kinds["slots"]
    assert (outcome.failed, outcome.booked) == (outcome.requests - good, [])
    assert any("RemoteDisconnected" in line for line in outcome.shown)
    assert any("was answered 502" in line for line in outcome.shown)


def test_load_needs_free_times() -> None:
    with pytest.raises((WrongAnswerError, OSError)):
        run(Plan("http://127.0.0.1:1", "any", "any", 1, requests=1))
