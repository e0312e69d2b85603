"""The live process as browsers and operators meet it: real HTTP, on both databases."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from click.testing import CliRunner

from app.commands.cli import cli
from app.live.serving import FULL, NOT_OURS, TOO_OLD
from app.operations.book import book
from app.operations.calendars.live_pass import PURPOSE, sign_pass
from app.storage.store import Store
from tests.cast import Cast, one_provider
from tests.keys import open_store
from tests.live.site import BASE_URL, KEY, LiveProcess, live_process, options
from tests.operations.helpers import visitor, wish

MONDAY = "2030-01-07"


@pytest.fixture
def cast(store: Store) -> Cast:
    return one_provider(store)


@pytest.fixture
def live(cast: Cast, database_url: str, tmp_path: Path) -> Iterator[LiveProcess]:
    with live_process(options(database_url, tmp_path, LIVE_STREAMS="3"), tmp_path) as running:
        yield running


def test_booking_is_told_to_whoever_shows_its_location_within_two_seconds(live: LiveProcess, cast: Cast) -> None:
    listener = live.listen(cast.ids["Centre"])
    first = listener.message()
    begun = time.monotonic()
    book(visitor(cast), wish(cast))
    told = listener.message()
    took = time.monotonic() - begun
    said = json.loads(told["data"])
    assert (first["event"], told["event"], said) == (
        "refresh",
        "change",
        {"location": cast.ids["Centre"], "mark": said["mark"], "days": [MONDAY]},
    )
    assert took < 6, f"{took:.2f} s"  # three times what is promised, as a test machine does other things too


def test_browser_that_comes_back_is_told_what_it_missed(live: LiveProcess, cast: Cast) -> None:
    seen = live.listen(cast.ids["Centre"]).message()["id"]
    other = live.listen(cast.ids["Centre"])
    other.message()
    book(visitor(cast), wish(cast))
    told = other.message()
    again = live.listen(cast.ids["Centre"], last_event_id=seen)
    assert (again.message(), told["event"]) == (told, "change")


def test_stream_says_what_it_is_and_is_kept_by_nobody(live: LiveProcess, cast: Cast) -> None:
    answer = live.listen(cast.ids["Centre"], origin=BASE_URL).answer
    names = ("Content-Type", "Cache-Control", "X-Content-Type-Options", "Access-Control-Allow-Origin", "Set-Cookie")
    assert [answer.getheader(name) for name in names] == [
        "text/event-stream; charset=utf-8",
        "no-store",
        "nosniff",
        BASE_URL,
        None,
    ]


def test_page_of_another_site_is_not_let_in(live: LiveProcess, cast: Cast) -> None:
    answer = live.listen(cast.ids["Centre"], origin="http://evil.example").answer
    assert answer.getheader("Access-Control-Allow-Origin") is None


def test_wrong_and_old_passes_are_refused_in_one_sentence(
    live: LiveProcess, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = sign_pass(KEY, cast.ids["Centre"], 1)
    with monkeypatch.context() as patched:
        patched.setattr("time.time", lambda: 1_700_000_000)
        old = sign_pass(KEY, cast.ids["Centre"], 1)
    changed = ("B" if good[0] == "A" else "A") + good[1:]
    wrong = ["", "x", changed, sign_pass(b"z" * 40, cast.ids["Centre"], 1)]
    assert [live.ask(f"/live?token={one}")[:2] for one in wrong] == [(403, NOT_OURS + "\n")] * 4
    assert (live.ask("/live")[:2], live.ask(f"/live?token={old}")[:2], PURPOSE) == (
        (403, NOT_OURS + "\n"),
        (401, TOO_OLD + "\n"),
        "eigenplan live stream",
    )


def test_more_streams_than_may_be_are_sent_away_until_one_ends(live: LiveProcess, cast: Cast) -> None:
    open_ones = [live.listen(cast.ids["Centre"]) for _ in range(3)]
    token = sign_pass(KEY, cast.ids["Centre"], 1)
    full = live.ask(f"/live?token={token}")[:2]
    open_ones.pop().close()
    until = time.monotonic() + 60
    while (again := live.listen(cast.ids["Centre"])).answer.status != 200 and time.monotonic() < until:
        time.sleep(0.05)
    assert (full, again.answer.status) == ((503, FULL + "\n"), 200)


def test_process_says_how_it_is_and_nothing_else(live: LiveProcess) -> None:
    asked = [live.ask(path)[:2] for path in ("/healthz", "/readyz", "/", "/live/x")]
    nothing = (404, "There is nothing here.\n")
    assert [*asked, live.ask("/live", "POST")[:2]] == [
        (200, "alive\n"),
        (200, "ready\n"),
        nothing,
        nothing,
        (405, "There is nothing here.\n"),
    ]


def test_process_that_is_asked_to_end_ends_its_streams(live: LiveProcess, cast: Cast) -> None:
    listener = live.listen(cast.ids["Centre"])
    listener.message()
    status = live.end()
    assert (status, listener.message(), live.log.read_text().count("live stopped")) == (0, {}, 1)


def test_database_that_is_away_ends_no_stream_and_is_told_once(
    postgresql_url: str, postgres_url: str, tmp_path: Path
) -> None:
    store = open_store(postgresql_url)
    cast, name = one_provider(store), urlsplit(postgresql_url).path[1:]
    server = psycopg.connect(postgres_url, autocommit=True)
    with live_process(options(postgresql_url, tmp_path), tmp_path) as live:
        listener = live.listen(cast.ids["Centre"])
        listener.message()
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        live.wait_for("the database cannot be used (gone)")
        time.sleep(2.5)
        away = live.ask("/readyz")
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        live.wait_for("can be used again")
        book(visitor(cast), wish(cast))
        told = listener.message()
        sentence = "the database cannot be used (gone); the streams stay open\n"
        assert (away[:2], told["event"], live.ask("/readyz")[0]) == ((503, sentence), "change", 200)
        assert live.log.read_text().count("cannot be used") == 1
    server.close()
    store.close()


def test_what_nobody_foresaw_ends_the_process_to_be_started_anew(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    cast = one_provider(store)
    with live_process(options(sqlite_url, tmp_path), tmp_path) as live:
        listener = live.listen(cast.ids["Centre"])
        first = listener.message()["event"]
        store.run("ALTER TABLE audit_entry RENAME TO audit_entry_away")
        status = live.process.wait(90)
        assert (first, listener.message(), status) == ("refresh", {}, 1)
        assert live.log.read_text().count("looking broke off by OperationalError; ending") == 1
    store.close()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--bind", "127.0.0.1"], "--bind needs an address and a port, such as 127.0.0.1:8010."),
        (["--bind", "192.0.2.1:8010"], "192.0.2.1:8010 cannot be listened on: Cannot assign requested address."),
    ],
)
def test_address_that_cannot_be_used_is_said(sqlite_url: str, tmp_path: Path, words: list[str], text: str) -> None:
    result = CliRunner().invoke(cli, ["live", *words], env=options(sqlite_url, tmp_path))
    assert (result.exit_code != 0, text in result.output) == (True, True)


def test_database_without_tables_says_how_to_make_them(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["live"], env=options(f"sqlite:///{tmp_path}/new.db", tmp_path))
    assert (result.exit_code, result.output.count("Please run: ./eigenplan database migrate\n")) == (1, 1)
