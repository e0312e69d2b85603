"""Statements for the hot paths: constant texts, so that both databases keep them prepared, and tuples, no objects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from app.storage.tables import database_proxy


def run(sql: str, params: Sequence[Any] = ()) -> Any:
    """Execute SQL with ``%s`` parameters in the open database and return its cursor."""
    database = database_proxy.obj
    return database.execute_sql(database.words(sql), params)


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return all rows of a query with ``%s`` parameters."""
    rows: list[tuple[Any, ...]] = run(sql, params).fetchall()
    return rows


@cache
def marks(count: int) -> str:
    """Return ``%s, %s, ...`` for this many values."""
    return ", ".join(["%s"] * count)


@cache
def insert_sql(table: str, columns: tuple[str, ...], rows: int) -> str:
    """Return an INSERT of several rows at once."""
    values = ", ".join([f"({marks(len(columns))})"] * rows)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values}"
