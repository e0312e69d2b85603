"""Writing many rows at once, inside the running transaction: by COPY on PostgreSQL, else by one prepared statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.storage.base import Record, Table
from app.storage.confidential import seal_row
from app.storage.store import Store


def insert(store: Store, table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same keys (field names).

    Foreign keys are given by their row numbers, confidential texts in clear.
    """
    if not rows:
        return
    fields = [table._meta.fields[name] for name in rows[0]]
    names = [field.column_name for field in fields]
    named = (dict(zip(names, row.values(), strict=True)) for row in rows)
    sealed = [tuple(seal_row(str(table._meta.table_name), row).values()) for row in named]
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    target = f'"{table._meta.table_name}" ({columns})'
    cursor = store.database.cursor()
    if store.kind == "postgresql":
        with cursor.copy(f"COPY {target} FROM STDIN") as copy:
            for row in sealed:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(fields))
    sql = f"INSERT INTO {target} VALUES ({places})"  # noqa: S608 names of our own tables
    cursor.executemany(sql, sealed)


def insert_records(store: Store, table: type[Record], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rows that have a ``public_id`` and return their row numbers in the same order."""
    last = table.select(table.id).order_by(table.id.desc()).limit(1).scalar() or 0
    insert(store, table, rows)
    numbers = dict(table.select(table.public_id, table.id).where(table.id > last).tuples())
    return [numbers[row["public_id"]] for row in rows]


def stamped(created_at: int, changed_at: int | None = None) -> dict[str, int]:
    """Return what every record has besides its own fields."""
    return {"version": 1, "created_at": created_at, "changed_at": created_at if changed_at is None else changed_at}
