"""Clients' details are encrypted, row by row; the keys and the blind index get tables of their own.

What was written in clear is overwritten in this transaction; what the database keeps of it besides (free pages, dead
rows, statistics) goes when these tables are written anew afterwards (``rewrites`` of the migration). Secrets of
authenticators, which the site's secret key had sealed, stay so within; they are opened and written anew when they are
used (``operations/accounts/sealed.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from string import Template
from typing import TYPE_CHECKING, Any

from app.storage.clients import write_index
from app.storage.confidential import seal_text, unseal_text
from app.storage.idempotency import keyed
from app.storage.migrations.m0001_tables import WORDS

if TYPE_CHECKING:
    from app.storage.store import Store

BATCH = 1000

_STATEMENTS = (
    """CREATE TABLE encryption_key (
    id $int PRIMARY KEY NOT NULL CHECK (id BETWEEN 1 AND 65535),
    purpose TEXT NOT NULL CHECK (purpose IN ('data', 'index')),
    state TEXT NOT NULL CHECK (state IN ('current', 'reading', 'retired')),
    wrapped TEXT NOT NULL,
    master TEXT NOT NULL,
    created_at $int NOT NULL
$end""",
    "CREATE UNIQUE INDEX encryption_key_current ON encryption_key (purpose) WHERE state = 'current'",
    """CREATE TABLE client_index (
    kind TEXT NOT NULL CHECK (kind IN ('mail', 'phone', 'word', 'beginning')),
    tag TEXT NOT NULL,
    client_id $int NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, tag, client_id)
$end""",
    "CREATE INDEX client_index_client ON client_index (client_id)",
    "DROP INDEX client_email",
    "DROP INDEX client_name",
)

TEXTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("client", ("public_id",), ("name", "email", "phone", "notes")),
    ("booking", ("public_id",), ("comment", "answers")),
    ("attendee", ("booking_id", "position"), ("name",)),
    ("busy_time", ("resource_id", "source", "uid", "start_at", "end_at"), ("title",)),
    ("outbox_message", ("public_id",), ("payload", "last_error")),
    ("authenticator", ("user_id",), ("secret",)),
)
"""Tables, what names their rows, and the columns that are encrypted from now on."""

_KEYS = {"authenticator": "user_id"}
"""The columns that tables are gone through by, where it is another than ``id``."""

REWRITES = (*(table for table, _, _ in TEXTS), "idempotency_key")


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]


def convert(store: Store) -> None:
    """Make the first keys, and encrypt what is there."""
    store.keys.make_first()
    for table, sealed_to, columns in TEXTS:
        _encrypt(store, table, sealed_to, columns)
    for rows in _batches(store, "client", ("public_id", "name", "email", "phone")):
        for row_id, public_id, *texts in rows:
            known = zip(("name", "email", "phone"), texts, strict=True)
            write_index(row_id, *(unseal_text("client", column, (public_id,), text) for column, text in known))
    _key_fingerprints(store)


def _encrypt(store: Store, table: str, sealed_to: tuple[str, ...], columns: tuple[str, ...]) -> None:
    key = _KEYS.get(table, "id")
    words = f"UPDATE {table} SET {', '.join(f'{one} = %s' for one in columns)} WHERE {key} = %s"
    for rows in _batches(store, table, (*sealed_to, *columns)):
        sealed = [_sealed(table, (sealed_to, columns), row) for row in rows]
        store.database.cursor().executemany(store.database.words(words), sealed)


def _sealed(table: str, names: tuple[tuple[str, ...], tuple[str, ...]], row: tuple[Any, ...]) -> list[Any]:
    sealed_to, columns = names
    row_id, place, texts = row[0], row[1 : 1 + len(sealed_to)], row[1 + len(sealed_to) :]
    return [*(seal_text(table, column, place, text) for column, text in zip(columns, texts, strict=True)), row_id]


def _batches(store: Store, table: str, columns: tuple[str, ...]) -> Iterator[list[tuple[Any, ...]]]:
    key = _KEYS.get(table, "id")
    sql = f"SELECT {', '.join((key, *columns))} FROM {table} WHERE {key} > %s ORDER BY {key} LIMIT {BATCH}"
    last = -(2**62)
    while rows := store.rows(sql, (last,)):
        yield rows
        last = rows[-1][0]


def _key_fingerprints(store: Store) -> None:
    """Answers live for a week only, so there are not many."""
    for scope, key, fingerprint in store.rows("SELECT scope, key, fingerprint FROM idempotency_key"):
        store.run(
            "UPDATE idempotency_key SET fingerprint = %s WHERE scope = %s AND key = %s",
            (keyed(fingerprint), scope, key),
        )
