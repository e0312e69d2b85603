"""Encrypting anew, in small batches, what an older key has encrypted; both keys read meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from app.crypto.sealing import prefix_of
from app.storage.confidential import EMPTY, SEALED, seal_text, unseal_text
from app.storage.keys import CURRENT, DATA, READING
from app.storage.statements import fetch, marks
from app.storage.store import Store

BATCH = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass through all tables has come: the tables behind this one are done, and rows up to ``row_id``."""

    table: int = 0
    row_id: int = 0

    @property
    def is_over(self) -> bool:
        """Whether all tables are done."""
        return self.table >= len(SEALED)


def is_wanted(store: Store) -> bool:
    """Whether an older key is still in use; the keys are read anew, as another process may have added one."""
    store.keys.forget()
    return store.read(lambda: any(one.state == READING for one in store.keys.stored()))


def step(store: Store, progress: Progress) -> Progress:
    """Look through the next rows, in one short transaction, and return how far that is."""
    table = list(SEALED)[progress.table]
    rows = store.read(lambda: _rows(table, progress.row_id))
    if not rows:
        return Progress(progress.table + 1)
    prefix = store.keys.ring.prefix
    old = [row for row in rows if any(_is_old(text, prefix) for text in row[1 + len(SEALED[table].sealed_to) :])]
    if old:
        store.write(lambda: _write(store, table, old))
    return Progress(progress.table, rows[-1][0])


def _rows(table: str, after: int) -> list[tuple[Any, ...]]:
    sealed = SEALED[table]
    columns = ", ".join((sealed.key, *sealed.sealed_to, *sealed.columns))
    return fetch(f"SELECT {columns} FROM {table} WHERE {sealed.key} > %s ORDER BY {sealed.key} LIMIT {BATCH}", (after,))


def _is_old(text: str, prefix: str) -> bool:
    return text not in EMPTY and not text.startswith(prefix)


def _write(store: Store, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Each text only where it is still what was read: what somebody else has written meanwhile has a newer key."""
    names, columns, key = len(SEALED[table].sealed_to), SEALED[table].columns, SEALED[table].key
    prefix = store.keys.ring.prefix
    for row in rows:
        place = row[1 : 1 + names]
        for column, text in zip(columns, row[1 + names :], strict=True):
            if _is_old(text, prefix):
                new = seal_text(table, column, place, unseal_text(table, column, place, text))
                store.run(f"UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s", (new, row[0], text))


def count_texts() -> dict[int, int]:
    """Return how many texts each key has encrypted; reads everything."""
    found: Counter[str] = Counter()
    for table, sealed in SEALED.items():
        for column in sealed.columns:
            filled = f"FROM {table} WHERE {column} NOT IN ({marks(len(EMPTY))})"
            found.update(dict(fetch(f"SELECT substr({column}, 1, 4), COUNT(*) {filled} GROUP BY 1", EMPTY)))
    numbers = {prefix_of(number): number for number in range(1, 1 + max(_numbers(), default=0))}
    return {numbers.get(prefix, 0): count for prefix, count in found.items()}


def _numbers() -> list[int]:
    return [number for (number,) in fetch("SELECT id FROM encryption_key")]


def retire_unused(store: Store, before: int) -> list[int]:
    """Retire the older keys by which nothing is encrypted any more, and return their numbers.

    ``before``: nothing is done when the current key is younger; a process may not have heard of it yet.
    """

    def work() -> list[int]:
        rows = store.keys.stored()
        if any(one.state == CURRENT and one.purpose == DATA and one.created_at > before for one in rows):
            return []
        used = count_texts()
        unused = [one.number for one in rows if one.state == READING and not used.get(one.number)]
        for number in unused:
            store.keys.retire(number)
        return unused

    return store.write(work)
