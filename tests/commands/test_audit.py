"""The command ``audit``: what it says and ends with, for a log that is whole, one that is not, and none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.commands.cli import cli
from app.operations.audit.sealing import head_line, seal_entries
from app.operations.book import book
from app.storage.audit_chain import Batch, batches
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from tests.cast import HOUR, one_provider
from tests.operations.helpers import TEN, system, visitor, wish

OTHER = "f" * 64


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["audit", *words], env={"EIGENPLAN_DATABASE_URL": None})


@pytest.fixture
def sealed(store: Store) -> Batch:
    """Two entries in a batch, one that is not sealed yet."""
    cast = one_provider(store)
    for number in range(2):
        book(visitor(cast), wish(cast, TEN + number * HOUR))
    seal_entries(system(cast))
    book(visitor(cast), wish(cast, TEN + 2 * HOUR))
    return store.read(batches)[0]


def test_verify_of_a_whole_log_ends_with_0(sealed: Batch, database_url: str) -> None:
    result = run("verify", "--database", database_url)
    assert (result.exit_code, result.output.splitlines()) == (
        0,
        [
            "2 entries in 1 batches are as they were sealed.",
            "1 entries are not sealed yet, so nothing can be said about them.",
            f"The last batch is 1:{sealed.digest}",
            "Whether the end was cut off is seen with --head or --log alone.",
        ],
    )


def test_verify_with_the_heads_that_were_logged_ends_with_0(sealed: Batch, database_url: str, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text(f"Nov 28 host eigenplan[7]: {head_line(sealed)}\nsomething else\n")
    for words in (("--head", f"1:{sealed.digest}"), ("--log", str(log))):
        result = run("verify", "--database", database_url, *words)
        assert (result.exit_code, "cut off" in result.output) == (0, False)


def test_verify_of_a_log_that_was_cut_off_ends_with_1(sealed: Batch, database_url: str) -> None:
    result = run("verify", "--database", database_url, "--head", f"2:{OTHER}", "--head", f"1:{OTHER}")
    assert (result.exit_code, result.output.splitlines()[:2]) == (
        1,
        [
            "Batch 1 has another digest than its head says: it was sealed anew after a change.",
            "Batch 2 was sealed, as its head says, and is missing: the end of the log was cut off.",
        ],
    )
    assert "as they were sealed" not in result.output
    assert sealed.digest in result.output


def test_verify_finds_what_was_cut_off_and_sealed_on(sealed: Batch, database_url: str, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text(f"{head_line(replace(sealed, digest=OTHER))}\n{head_line(sealed)}\n")
    result = run("verify", "--database", database_url, "--log", str(log))
    assert (result.exit_code, result.output.splitlines()[0]) == (
        1,
        "Batch 1 has another digest than its head says: it was sealed anew after a change.",
    )


@pytest.mark.parametrize("head", ["1", "1:abc", "x:" + OTHER, f"1:{OTHER}0"])
def test_verify_with_a_head_that_is_none_ends_with_2(sqlite_url: str, head: str) -> None:
    result = run("verify", "--database", sqlite_url, "--head", head)
    assert (result.exit_code, "please give a batch's number and digest" in result.output) == (2, True)


def test_verify_with_a_log_without_heads_ends_with_2(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "other.log").write_text("nothing of ours\n")
    result = run("verify", "--database", sqlite_url, "--log", str(tmp_path / "other.log"))
    assert (result.exit_code, "The log has no line of a batch" in result.output) == (2, True)


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/none", "sqlite:////nowhere/at/all.db", "other://x"])
def test_verify_of_a_database_that_cannot_be_read_ends_with_3(url: str) -> None:
    result = run("verify", "--database", url)
    assert (result.exit_code, result.output.count("\n")) == (3, 1)


def test_verify_without_a_database_ends_with_2() -> None:
    result = run("verify")
    assert (result.exit_code, "Please name the database" in result.output) == (2, True)


def test_export_prints_all_entries_and_is_told_itself(sealed: Batch, store: Store, database_url: str) -> None:
    result = run("export", "--database", database_url)
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert [(one["action"], one["batch"]) for one in lines] == [
        ("booked", sealed.number),
        ("booked", sealed.number),
        ("booked", None),
        ("exported", None),
    ]
    last = store.read(lambda: AuditEntry.select().order_by(AuditEntry.id.desc()).first())
    assert (last.actor, last.action, last.after) == ("command", "exported", '{"format":"jsonl"}')
