"""The database itself refuses to change or remove what the audit log says."""

from __future__ import annotations

import pytest

from app.storage.audit import add_entry
from app.storage.errors import ERRORS
from app.storage.store import Store
from tests.cast import NOW
from tests.keys import open_store

WORD = "audit_append_only"
BATCH = "INSERT INTO audit_batch (number, first_id, last_id, entries, previous, digest, sealed_at) VALUES "
EDITS = (
    "UPDATE audit_entry SET id = 9",
    "UPDATE audit_entry SET at = 0",
    "UPDATE audit_entry SET actor = 'system'",
    "UPDATE audit_entry SET user_id = 1",
    "UPDATE audit_entry SET address = 'x'",
    "UPDATE audit_entry SET action = 'moved'",
    "UPDATE audit_entry SET kind = 'user'",
    "UPDATE audit_entry SET object = 'x'",
    "UPDATE audit_entry SET before = ''",
    "UPDATE audit_entry SET after = ''",
    "UPDATE audit_entry SET reason = 'x'",
)


def fill(store: Store) -> None:
    """One entry, and one batch."""

    def work() -> None:
        add_entry((NOW, "visitor", None, "192.0.2.7", "booked", "booking", "b1", "{}", "{}", ""))
        store.run(BATCH + "(1, 1, 1, 1, 'a', 'b', 0)")

    store.write(work)


def rows(store: Store) -> list[tuple[object, ...]]:
    return [*store.rows("SELECT * FROM audit_entry ORDER BY id"), *store.rows("SELECT * FROM audit_batch")]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_entry",
        "DELETE FROM audit_batch",
        "UPDATE audit_batch SET digest = 'c'",
        "UPDATE audit_entry SET batch = NULL",
        *EDITS,
        *(edit.replace(" SET ", " SET batch = 1, ") for edit in EDITS),
    ],
)
def test_entry_and_batch_cannot_be_changed_or_removed(store: Store, statement: str) -> None:
    fill(store)
    before = rows(store)
    with pytest.raises(ERRORS, match=WORD):
        store.write(lambda: store.run(statement))
    assert rows(store) == before


def test_entry_gets_its_batch_once(store: Store) -> None:
    fill(store)
    store.write(lambda: store.run("UPDATE audit_entry SET batch = 1"))
    with pytest.raises(ERRORS, match=WORD):
        store.write(lambda: store.run("UPDATE audit_entry SET batch = 2"))
    assert store.rows("SELECT batch FROM audit_entry") == [(1,)]


@pytest.mark.parametrize("table", ["audit_entry", "audit_batch"])
def test_tables_cannot_be_emptied_as_a_whole(postgresql_url: str, table: str) -> None:
    store = open_store(postgresql_url)
    fill(store)
    with pytest.raises(ERRORS, match=WORD):
        store.write(lambda: store.run(f"TRUNCATE {table}"))
    assert len(rows(store)) == 2
    store.close()
