"""All rows of a database as plain records that any program can read, and back into an empty database.

What is only of the moment stays behind: who is signed in, limits, answers of the last week to repeated requests, what
may be undone for a few seconds. Keys stay, too: records are in clear here, and encrypted by the keys of the database
that they come into.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from peewee import CharField, TextField

from app.storage.account_tables import SpentChallenge, UserSession
from app.storage.all_tables import ALL_TABLES
from app.storage.base import Table
from app.storage.clients import write_index
from app.storage.confidential import seal_row, unseal_row
from app.storage.copy import Digest, columns_of, insert_rows, require_empty, reset_sequence, stream
from app.storage.crypto_tables import ClientIndex, EncryptionKey
from app.storage.repeat_tables import IdempotencyKey, Throttle
from app.storage.store import Store
from app.storage.tables import Client
from app.storage.undo_tables import UndoableChange

LEFT_BEHIND = (IdempotencyKey, Throttle, UserSession, SpentChallenge, EncryptionKey, ClientIndex, UndoableChange)
DUMPED: tuple[type[Table], ...] = tuple(model for model in ALL_TABLES if model not in LEFT_BEHIND)
BLOCK = 1000
"""Lines of one checksum, so that a changed line can be found."""

Record = Mapping[str, Any]


class DumpError(Exception):
    """A table's records are not what was written; the text is a sentence with the place."""


@dataclass
class Sums:
    """What is noted of a table: number of records, their checksum in any order, and one of each block of lines."""

    rows: int = 0
    checksum: str = ""
    blocks: list[str] = field(default_factory=list)


def table_name(model: type[Table]) -> str:
    """Return the name of a table."""
    return str(model._meta.table_name)


def dump_table(store: Store, model: type[Table], sums: Sums) -> Iterator[bytes]:
    """Yield a table's records as lines of JSON (RFC 8259), by their keys, and note them in ``sums``."""
    names, digest, block = columns_of(model), Digest(), hashlib.sha256()
    keys = ", ".join(one.column_name for one in model._meta.get_primary_keys())
    for stored in stream(store, f'SELECT {", ".join(names)} FROM "{table_name(model)}" ORDER BY {keys}'):
        row = _in_clear(model, stored)
        line = _line(dict(zip(names, row, strict=True)))
        digest.add(row)
        block.update(line)
        if digest.count % BLOCK == 0:
            sums.blocks.append(block.hexdigest())
            block = hashlib.sha256()
        yield line
    if digest.count % BLOCK:
        sums.blocks.append(block.hexdigest())
    sums.rows, sums.checksum = digest.count, f"{digest.total:032x}"


def _in_clear(model: type[Table], row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(unseal_row(table_name(model), dict(zip(columns_of(model), row, strict=True))).values())


def _encrypted(model: type[Table], row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(seal_row(table_name(model), dict(zip(columns_of(model), row, strict=True))).values())


def _line(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def check_lines(model: type[Table], lines: Iterable[bytes], sums: Sums) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table's lines; each block is compared with its checksum before any of its rows is given.

    Raises:
        DumpError: lines were changed, added or left out, or are none of this table.
    """
    number, block, pending = 0, hashlib.sha256(), list[tuple[Any, ...]]()
    for line in lines:
        block.update(line)
        number += 1
        pending.append(_read(model, line, number))
        if number % BLOCK == 0:
            _compare(model, block.hexdigest(), sums, number)
            yield from pending
            block, pending = hashlib.sha256(), []
    if pending:
        _compare(model, block.hexdigest(), sums, number)
        yield from pending
    if number != sums.rows:
        raise DumpError(f"{table_name(model)}.jsonl has {number} lines instead of {sums.rows}.")


def _compare(model: type[Table], found: str, sums: Sums, number: int) -> None:
    index = (number - 1) // BLOCK
    if index >= len(sums.blocks) or sums.blocks[index] != found:
        first = index * BLOCK + 1
        raise DumpError(f"{table_name(model)}.jsonl was changed somewhere in lines {first} to {number}.")


def _read(model: type[Table], line: bytes, number: int) -> tuple[Any, ...]:
    place, names = f"Line {number} of {table_name(model)}.jsonl", columns_of(model)
    try:
        record = json.loads(line)
    except ValueError as error:
        raise DumpError(f"{place} is no JSON.") from error
    if not isinstance(record, dict) or tuple(record) != names:
        raise DumpError(f"{place} is not a record of this table.")
    for name, value in record.items():
        is_text = isinstance(model._meta.columns[name], CharField | TextField)
        if value is not None and isinstance(value, bool | float | list | dict) | (isinstance(value, str) != is_text):
            raise DumpError(f"{place} has something else than it should in {name}.")
    return tuple(record.values())


def load_tables(store: Store, tables: Iterable[tuple[type[Table], Iterable[tuple[Any, ...]]]]) -> dict[str, int]:
    """Write the rows of all tables into an empty database, inside a transaction; return how many of each.

    Raises:
        CopyError: the database is not empty.
        DumpError: rows are not what was written.
    """
    require_empty(store)
    counts = {}
    for model, rows in tables:
        counts[table_name(model)] = insert_rows(store, model, (_encrypted(model, row) for row in rows))
        reset_sequence(store, model)
    for client in list(Client.select()):
        write_index(client.id, client.name, client.email, client.phone)
    return counts


def sums_of(store: Store, model: type[Table]) -> tuple[int, str]:
    """Return number and checksum of the records that a database has now, to be compared with those that were noted."""
    digest = Digest()
    for row in stream(store, f'SELECT {", ".join(columns_of(model))} FROM "{table_name(model)}"'):
        digest.add(_in_clear(model, row))
    return digest.count, f"{digest.total:032x}"
