"""Sealing the audit log: entries get into batches, and each batch's digest covers that of the batch before.

Whoever edits, removes, adds or exchanges what is sealed changes a digest that later ones are made of. Whoever cuts off
the end, or makes all later batches anew, is found by the heads that were written elsewhere: the worker logs each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace

from app.booking.values import Instant
from app.storage.audit import COLUMNS
from app.storage.statements import among, fetch, insert_sql, run
from app.storage.store import Store

MOST = 1000
"""So many entries at once: on SQLite nobody else writes while a batch is sealed."""

NO_DIGEST = "0" * 64
"""What the first batch has instead of the digest of one before it."""

_LOCK = 4_919_174_202
"""The number of PostgreSQL's advisory lock: of two workers one seals."""

_ENTRY = f"SELECT {', '.join(('id', *COLUMNS))} FROM audit_entry"
_OPEN = f"{_ENTRY} WHERE batch IS NULL ORDER BY id LIMIT {MOST}"
_SEALED = f"{_ENTRY} WHERE id BETWEEN %s AND %s AND batch = %s ORDER BY id"
_BATCH_COLUMNS = ("number", "first_id", "last_id", "entries", "previous", "digest", "sealed_at")
_INSERT = insert_sql("audit_batch", _BATCH_COLUMNS, 1)
_BATCHES = f"SELECT {', '.join(_BATCH_COLUMNS)} FROM audit_batch ORDER BY number"

Entry = tuple[int | str | None, ...]
"""An entry as it is sealed: its number and all that it says, in the order of ``COLUMNS``."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A sealed batch, as it is stored."""

    number: int
    first_id: int
    last_id: int
    entries: int
    previous: str
    digest: str
    sealed_at: Instant


def digest_of(batch: Batch, entries: Iterable[Sequence[int | str | None]]) -> str:
    """Return what a batch's digest has to be: SHA-256 over lines of JSON, the batch's own first, then its entries'."""
    digest = hashlib.sha256()
    head = (batch.previous, batch.number, batch.first_id, batch.last_id, batch.entries, batch.sealed_at)
    for line in (head, *entries):
        digest.update(json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


def is_anything_open() -> bool:
    """Whether there are entries that no batch seals yet."""
    return bool(fetch("SELECT 1 FROM audit_entry WHERE batch IS NULL LIMIT 1"))


def seal(store: Store, now: Instant) -> Batch | None:
    """Seal the oldest open entries, inside a running write transaction; None: there are none, or another worker does.

    Entries of transactions that are still running get into a later batch, so a batch need not be a gapless stretch.
    """
    if store.kind == "postgresql" and not fetch("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,))[0][0]:
        return None
    entries = fetch(_OPEN)
    if not entries:
        return None
    ids = [one[0] for one in entries]
    batch = _next(ids, now)
    sealed = replace(batch, digest=digest_of(batch, entries))
    words, values = among(ids)
    run(f"UPDATE audit_entry SET batch = %s WHERE id {words}", (batch.number, *values))
    run(_INSERT, astuple(sealed))
    return sealed


def _next(ids: Sequence[int], now: Instant) -> Batch:
    """Return the batch of these entries without its digest."""
    last = fetch("SELECT number, digest FROM audit_batch ORDER BY number DESC LIMIT 1")
    number, previous = last[0] if last else (0, NO_DIGEST)
    return Batch(number + 1, ids[0], ids[-1], len(ids), previous, "", now)


def batches() -> list[Batch]:
    """Return all batches, in their order."""
    return [Batch(*row) for row in fetch(_BATCHES)]


def entries_of(batch: Batch) -> list[Entry]:
    """Return the entries that lie where the batch says and are marked as its own."""
    return fetch(_SEALED, (batch.first_id, batch.last_id, batch.number))
