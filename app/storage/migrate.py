"""Bringing a database to the schema that this program knows: forward only, one migration after the other.

SQLite and PostgreSQL both undo changes of tables with their transaction, so all missing migrations are one transaction,
and a lock lets a second process wait until the first is done and then find nothing left to do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from app.storage.errors import ERRORS, SchemaError
from app.storage.migrations import MIGRATIONS, Migration
from app.storage.store import Store

__all__ = ["SchemaError", "check_schema", "migrate", "schema_number"]

_LOCK = 4_919_174_201
"""The number of PostgreSQL's advisory lock; any number will do that nothing else in the database uses."""

_REGISTER = """CREATE TABLE IF NOT EXISTS schema_migration (
    number BIGINT PRIMARY KEY NOT NULL, name TEXT NOT NULL, applied_at BIGINT NOT NULL)"""
_NEEDS_EXTENSION = (
    "PostgreSQL refuses to install the extension btree_gist, which keeps bookings from overlapping. "
    "Let an administrator of the server run in this database: CREATE EXTENSION btree_gist"
)

_PENDING = "tables_to_rewrite"
"""The setting that names the tables which still have to be written anew; it goes when that is done."""


def migrate(store: Store, upto: int | None = None) -> list[int]:
    """Apply the migrations that the database lacks and return their numbers.

    Args:
        store: the database; an empty one gets everything.
        upto: the last migration to apply; all when None.

    Raises:
        SchemaError: the schema is newer than this program, PostgreSQL lacks an extension that we may not install, or
            there is no master key to encrypt by.
        Unavailable: the database cannot be used now.
    """
    last = MIGRATIONS[-1].number if upto is None else upto

    def work() -> list[int]:
        store.database.lift_limits()
        if store.kind == "postgresql":
            store.run("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if not _has_register(store):
            store.run(_REGISTER)
        applied = _applied(store)
        _refuse_newer(applied)
        missing = [one for one in MIGRATIONS if one.number not in applied and one.number <= last]
        for one in missing:
            _apply(store, one)
        return [one.number for one in missing]

    numbers = store.write(work)
    _rewrite_pending(store)
    return numbers


def _apply(store: Store, migration: Migration) -> None:
    for statement in migration.statements(store.kind):
        _execute(store, statement)
    if migration.convert is not None:
        migration.convert(store)
    _note_rewrites(store, migration.rewrites)
    row = (migration.number, migration.name, int(time.time()))
    store.run("INSERT INTO schema_migration (number, name, applied_at) VALUES (%s, %s, %s)", row)


def _note_rewrites(store: Store, tables: Sequence[str]) -> None:
    """Remember, over a crash too, which tables may have left old rows behind."""
    filled = [one for one in tables if store.rows(f"SELECT 1 FROM {one} LIMIT 1")]
    if filled:
        store.run("INSERT INTO setting (key, value) VALUES (%s, %s)", (_PENDING, json.dumps(filled)))


def _rewrite_pending(store: Store) -> None:
    pending = store.read(lambda: store.rows("SELECT value FROM setting WHERE key = %s", (_PENDING,)))
    tables = [one for (value,) in pending for one in json.loads(value)]
    if tables:
        store.read(lambda: store.database.rewrite(tables))
        store.write(lambda: store.run("DELETE FROM setting WHERE key = %s", (_PENDING,)))


def _execute(store: Store, statement: str) -> None:
    try:
        store.run(statement)
    except ERRORS as error:
        if "EXTENSION" in statement:
            raise SchemaError(_NEEDS_EXTENSION) from error
        raise


def _applied(store: Store) -> list[int]:
    return [number for (number,) in store.rows("SELECT number FROM schema_migration ORDER BY number")]


def _refuse_newer(applied: Sequence[int]) -> None:
    newest, known = max(applied, default=0), MIGRATIONS[-1].number
    if newest > known:
        raise SchemaError(
            f"The database has schema {newest}, this program knows only {known}: it was used by a newer version. "
            "Please install that version again, or restore a backup from before the upgrade."
        )


def schema_number(store: Store) -> int:
    """Return the number of the last migration applied; 0 for a database that has none."""

    def look() -> int:
        return max(_applied(store), default=0) if _has_register(store) else 0

    return store.read(look)


def _has_register(store: Store) -> bool:
    queries: dict[str, str] = {
        "sqlite": "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'",
        "postgresql": "SELECT COUNT(to_regclass('schema_migration'))",
    }
    return bool(store.rows(queries[store.kind])[0][0])


def check_schema(store: Store) -> None:
    """Refuse to go on with a database whose schema is not the one that this program knows, or without its keys.

    Raises:
        SchemaError: it is older (to be migrated) or newer, or the master key does not open its keys.
    """
    number, known = schema_number(store), MIGRATIONS[-1].number
    _refuse_newer([number])
    if number < known:
        raise SchemaError(
            f"The database has schema {number}, this program needs {known}. Please run: ./eigenplan database migrate"
        )
    store.read(store.keys.check)
