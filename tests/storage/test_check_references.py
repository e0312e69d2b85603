"""``check_database`` looks for rows whose parents are gone."""

from __future__ import annotations

from app.storage.check import check_database, orphan_rules
from app.storage.store import Store
from tests.storage.test_check import installation, run


def test_check_of_references_runs_on_both_databases(store: Store) -> None:
    assert [(rule.sentence, store.rows(rule.query)) for rule in orphan_rules() if store.rows(rule.query)] == []


def test_check_finds_a_row_without_its_parent(store: Store) -> None:
    cast = installation(store)
    if store.kind == "sqlite":
        store.run("PRAGMA foreign_keys = 0")
    else:
        store.run("SET session_replication_role = replica")
    store.write(lambda: run("UPDATE outbox_message SET booking_id = 77 WHERE booking_id = {b2}")(cast))
    assert "A row of outbox message refers to booking 77, which does not exist." in check_database(store)
