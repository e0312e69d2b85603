"""Statements for the hot paths: constant texts, so that both databases keep them prepared, and tuples, no objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from app.storage.base import database_proxy
from app.storage.confidential import seal_row


def run(sql: str, params: Sequence[Any] = ()) -> Any:
    """Execute SQL with ``%s`` parameters in the open database and return its cursor."""
    return database_proxy.obj.run(sql, params)


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return all rows of a query with ``%s`` parameters."""
    rows: list[tuple[Any, ...]] = run(sql, params).fetchall()
    return rows


def insert_row(table: str, values: Mapping[str, Any]) -> int:
    """Insert one row by its column names, and return the number that the database gave it.

    Confidential texts are given in clear.

    For the few tables that every booking writes: what peewee adds by building each statement anew costs as much there
    as the database itself.
    """
    sql = insert_sql(table, tuple(values), 1) + " RETURNING id"
    row_id: int = run(sql, tuple(seal_row(table, values).values())).fetchone()[0]
    return row_id


def insert_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert a few rows by their column names, the same in all; confidential texts are given in clear."""
    if rows:
        values = [value for row in rows for value in seal_row(table, row).values()]
        run(insert_sql(table, tuple(rows[0]), len(rows)), values)


@cache
def marks(count: int) -> str:
    """Return ``%s, %s, ...`` for this many values."""
    return ", ".join(["%s"] * count)


def among(ids: Sequence[int]) -> tuple[str, list[Any]]:
    """Return the words that find a column among row ids, and their values.

    PostgreSQL takes one array: a statement with hundreds of values is read anew each time, and one of another length is
    another statement.
    """
    if database_proxy.kind == "postgresql":
        return "= ANY(%s::bigint[])", [list(ids)]
    return f"IN ({marks(len(ids))})", list(ids)


@cache
def insert_sql(table: str, columns: tuple[str, ...], rows: int) -> str:
    """Return an INSERT of several rows at once."""
    values = ", ".join([f"({marks(len(columns))})"] * rows)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values}"
