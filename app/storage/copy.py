"""Moving a whole installation from one database to another, of either kind, and proving that all of it arrived."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from app.storage.all_tables import ALL_TABLES
from app.storage.base import Table
from app.storage.crypto_tables import EncryptionKey
from app.storage.migrate import check_schema
from app.storage.rights_tables import Role
from app.storage.statements import insert_sql
from app.storage.store import Store
from app.storage.tables import Revision

BATCH = 2000
FILLED = (Revision, Role)
"""Tables that a migrated database has rows in before anybody has used it; it also has keys, which stay its own."""
Row = tuple[Any, ...]


class CopyError(Exception):
    """The copy was given up and the target left as it was; the text is a sentence that says why."""


@dataclass
class Digest:
    """Number and checksum of a table's rows; their order, which the two databases see differently, does not count."""

    count: int = 0
    total: int = field(default=0)

    def add(self, row: Row) -> None:
        """Count one row in."""
        text = json.dumps(row, ensure_ascii=True, separators=(",", ":"))
        one = hashlib.blake2b(text.encode(), digest_size=16).digest()
        self.count += 1
        self.total = (self.total + int.from_bytes(one)) % (1 << 128)


def copy_database(source: Store, target: Store, tell: Callable[[str], None] = lambda _: None) -> dict[str, int]:
    """Copy everything from ``source`` into ``target``, which is migrated and empty, in one transaction.

    The source is read as it is at one moment; what is booked there meanwhile is not copied, so stop the program first.

    Keys and what they encrypt are copied as they are, so both need the same master key.

    Args:
        source: where from; nothing is changed there.
        target: where to.
        tell: is given a line for each table that arrived.

    Returns:
        The number of rows by table.

    Raises:
        CopyError: the target is not empty, or a table there differs from its source after all.
        SchemaError: one of the two has another schema than this program.
        Unavailable: one of the two cannot be used now.
    """
    check_schema(source)
    check_schema(target)
    return source.snapshot(lambda: target.write(lambda: _copy_all(source, target, tell)))


def _copy_all(source: Store, target: Store, tell: Callable[[str], None]) -> dict[str, int]:
    target.database.lift_limits()
    require_empty(target)
    target.run("DELETE FROM encryption_key")
    counts: dict[str, int] = {}
    for model in ALL_TABLES:
        name = str(model._meta.table_name)
        sent = _copy_table(source, target, model)
        compare(name, sent, digest_of(target, model))
        reset_sequence(target, model)
        counts[name] = sent.count
        tell(f"{name}: {sent.count} rows, checksum {sent.total:032x}")
    target.keys.forget()
    return counts


def require_empty(target: Store) -> None:
    """Go on only with a database that nobody has used, and clear what its migrations wrote.

    Raises:
        CopyError: it is not empty.
    """
    for model in ALL_TABLES:
        if model not in (*FILLED, EncryptionKey) and target.rows(f'SELECT 1 FROM "{model._meta.table_name}" LIMIT 1'):
            name = str(model._meta.table_name).replace("_", " ")
            raise CopyError(f"The target database is not empty: it has a {name}. Please copy into a new database.")
    for model in FILLED:
        target.run(f"DELETE FROM {model._meta.table_name}")


def columns_of(model: type[Table]) -> tuple[str, ...]:
    """Return the table's column names, in the models' order, which is the same for both databases."""
    return tuple(str(one.column_name) for one in model._meta.sorted_fields)


def _select(model: type[Table]) -> str:
    return f'SELECT {", ".join(columns_of(model))} FROM "{model._meta.table_name}"'


def stream(store: Store, sql: str) -> Iterator[Row]:
    """Yield rows as they come, the same for both databases: SQLite has numbers for truth values."""
    connection = store.database.connection()
    cursor = connection.cursor() if store.kind == "sqlite" else connection.cursor(name="eigenplan_copy")
    cursor.execute(sql)
    while rows := cursor.fetchmany(BATCH):
        for row in rows:
            yield tuple(int(value) if isinstance(value, bool) else value for value in row)
    cursor.close()


def digest_of(store: Store, model: type[Table]) -> Digest:
    """Return number and checksum of a table's rows as the database gives them back."""
    digest = Digest()
    for row in stream(store, _select(model)):
        digest.add(row)
    return digest


def compare(table: str, sent: Digest, arrived: Digest) -> None:
    """Go on only if what arrived is what was sent.

    Raises:
        CopyError: it is not.
    """
    if sent != arrived:
        raise CopyError(
            f"Table {table} differs after copying ({sent.count} rows sent, {arrived.count} arrived, checksums "
            f"{sent.total:032x} and {arrived.total:032x}); nothing was kept in the target."
        )


def _copy_table(source: Store, target: Store, model: type[Table]) -> Digest:
    digest = Digest()

    def counted() -> Iterator[Row]:
        for row in stream(source, _select(model)):
            digest.add(row)
            yield row

    insert_rows(target, model, counted())
    return digest


def insert_rows(target: Store, model: type[Table], rows: Iterable[Row]) -> int:
    """Write rows (values in the order of ``columns_of``) into a table and return how many."""
    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    insert = _insert_sqlite if target.kind == "sqlite" else _insert_postgres
    insert(target, model, counted())
    return count


def _insert_sqlite(target: Store, model: type[Table], rows: Iterable[Row]) -> None:
    sql = insert_sql(f'"{model._meta.table_name}"', columns_of(model), 1)
    cursor, remaining = target.database.cursor(), iter(rows)
    while batch := list(islice(remaining, BATCH)):
        cursor.executemany(target.database.words(sql), batch)


def _insert_postgres(target: Store, model: type[Table], rows: Iterable[Row]) -> None:
    names = ", ".join(columns_of(model))
    with target.database.cursor().copy(f'COPY "{model._meta.table_name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def reset_sequence(target: Store, model: type[Table]) -> None:
    """PostgreSQL numbers new rows by a counter of its own, which has to go on behind the copied ones."""
    if target.kind == "postgresql" and "id" in columns_of(model):
        table = model._meta.table_name
        target.run(
            f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) "
            f'FROM "{table}"'
        )
