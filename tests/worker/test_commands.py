"""The commands ``worker`` and ``import-calendar`` as somebody types them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.commands.cli import cli
from app.operations.book import book
from app.storage.store import Store
from app.storage.tables import BusyTime, OutboxMessage
from tests.cast import one_provider
from tests.integrations.ics_samples import calendar, event
from tests.keys import VARIABLE
from tests.operations.helpers import visitor, wish

ROOT = Path(__file__).parents[2]
SOON = event("DTSTART:20991007T100000Z", "DURATION:PT1H")


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The options of a demo on this database."""
    key = tmp_path / "key"
    key.write_text("k" * 40)
    return {
        "EIGENPLAN_DATABASE_URL": database_url,
        "EIGENPLAN_SECRET_KEY_FILE": str(key),
        "EIGENPLAN_BASE_URL": "http://localhost",
        "EIGENPLAN_DEMO": "yes",
    }


def run(*words: str | Path, **environment: str) -> Result:
    """Type a command; of the tests' own environment the master key alone is seen."""
    hidden = {name: None for name in os.environ if name.startswith("EIGENPLAN_") and name != VARIABLE}
    return CliRunner().invoke(cli, [str(word) for word in words], env={**hidden, **environment})


def test_worker_once_delivers_and_ends(store: Store, environment: dict[str, str]) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    store.write(lambda: OutboxMessage.update(not_before=0).execute())
    result = run("worker", "--once", **environment)
    assert (result.exit_code, store.read(lambda: OutboxMessage.get().status)) == (0, "delivered")


def test_worker_without_options_says_all_that_is_missing() -> None:
    result = run("worker")
    assert result.exit_code == 1
    for name in ("EIGENPLAN_DATABASE_URL", "EIGENPLAN_SECRET_KEY_FILE", "EIGENPLAN_BASE_URL"):
        assert name in result.output


def test_worker_once_without_a_database_says_so(environment: dict[str, str], tmp_path: Path) -> None:
    environment["EIGENPLAN_DATABASE_URL"] = f"sqlite:///{tmp_path}/no such folder/x.db"
    result = run("worker", "--once", **environment)
    sentence = "The database cannot be reached, so nothing was changed; please try again in a few minutes."
    assert (result.exit_code, result.output) == (1, f"Error: {sentence}\n")


@pytest.mark.parametrize("words", [("worker", "--once"), ("import-calendar", "x.ics", "--resource", "Ada")])
def test_command_on_a_database_without_tables_says_how_to_make_them(
    words: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> None:
    environment["EIGENPLAN_DATABASE_URL"] = f"sqlite:///{tmp_path}/new.db"
    result = run(*words, **environment)
    assert (result.exit_code, result.output.count("Please run: ./eigenplan database migrate\n")) == (1, 1)


def test_worker_ends_by_sigterm(sqlite_url: str, environment: dict[str, str], tmp_path: Path) -> None:
    environment["EIGENPLAN_DATABASE_URL"] = sqlite_url
    log = tmp_path / "log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "app.commands", "worker"]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stderr=output)
    until = time.monotonic() + 30
    while "worker started" not in log.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=15) == 0
    assert "worker stopped" in log.read_text()


def test_import_calendar_prints_a_table_and_writes(store: Store, database_url: str, tmp_path: Path) -> None:
    one_provider(store)
    good, bad = tmp_path / "good.ics", tmp_path / "bad.ics"
    good.write_bytes(calendar(*SOON))
    bad.write_bytes(calendar(*event("DTSTART:never")))
    days = ("--since", "2099-01-01", "--until", "2099-12-31")
    result = run("import-calendar", good, bad, "--resource", "ada", "--database", database_url, *days)
    assert result.exit_code == 0
    assert [line.split() for line in result.output.splitlines()] == [
        ["File", "events", "ignored", "busy", "times", "not", "readable"],
        [str(good), "1", "0", "1", "0"],
        [str(bad), "0", "0", "0", "1"],
        ["line", "4:", "DTSTART:never", "cannot", "be", "read."],
        ["Ada", "now", "has", "1", "busy", "times", "from", "the", "source", "file."],
    ]
    assert store.read(lambda: BusyTime.select().count()) == 1


def test_import_calendar_of_nothing_readable_fails_and_changes_nothing(
    store: Store, environment: dict[str, str], tmp_path: Path
) -> None:
    one_provider(store)
    result = run("import-calendar", tmp_path / "none.ics", "--resource", "Ada", **environment)
    assert result.exit_code == 1
    assert "line 1: The file cannot be opened: No such file or directory." in result.output
    assert result.output.endswith("Error: No file could be read, so the busy times of Ada stay as they were.\n")


def test_import_calendar_with_a_file_missing_counts_the_others_and_fails(
    store: Store, environment: dict[str, str], tmp_path: Path
) -> None:
    one_provider(store)
    good, gone = tmp_path / "good.ics", tmp_path / "gone.ics"
    good.write_bytes(calendar(*SOON))
    days = ("--since", "2099-01-01", "--until", "2099-12-31")
    result = run("import-calendar", gone, good, "--resource", "Ada", *days, **environment)
    assert (result.exit_code, store.read(lambda: BusyTime.select().count())) == (1, 1)
    said = f"Error: The times of files that cannot be opened are missing: {gone}.\n"
    assert result.output.endswith(f"Ada now has 1 busy times from the source file.\n{said}")


def test_import_calendar_for_an_unknown_name_says_what_is_close(store: Store, environment: dict[str, str]) -> None:
    one_provider(store)
    result = run("import-calendar", "x.ics", "--resource", "Adda", **environment)
    assert (result.exit_code, result.output) == (1, "Error: Nothing is called Adda. Did you mean Ada?\n")


@pytest.mark.parametrize("action", ["migrate", "check"])
def test_database_command_needs_the_database_and_its_key(database_url: str, store: Store, action: str) -> None:
    nowhere, there = run("database", action), run("database", action, "--database", database_url)
    assert (nowhere.exit_code, there.exit_code) == (2, 0)
    assert ("--database sqlite:///PATH" in nowhere.output, "SECRET_KEY" in nowhere.output) == (True, False)
    assert run("database", action, EIGENPLAN_DATABASE_URL=database_url).exit_code == 0
    without = run("database", action, EIGENPLAN_DATABASE_URL=database_url, EIGENPLAN_MASTER_KEY_FILE="")
    assert (without.exit_code, without.output.startswith(f"Error: {VARIABLE}: is missing.")) == (1, True)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (None, "Please name the database"),
        ("mysql://x", "A database URL begins with"),
        ("sqlite:////no/such/folder/x.db", "cannot be reached"),
    ],
)
def test_import_calendar_without_a_usable_database_says_so(url: str | None, words: str) -> None:
    more = ("--database", url) if url else ()
    result = run("import-calendar", "x.ics", "--resource", "Ada", *more)
    assert result.exit_code != 0
    assert words in result.output
