"""Looking for whatever was done to the audit log past the program: edited, removed, added, cut off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from app.booking.values import Instant
from app.storage.audit_chain import NO_DIGEST, Batch, Entry, batches, digest_of, entries_of
from app.storage.statements import fetch
from app.storage.store import Store

MOST = 10
"""So many places are named, the first one first: what follows a broken place may be whole."""

LATE_SECONDS = 3600
"""No transaction takes so long: an entry that is so much older than the batch before its own was added afterwards."""

_COUNTS = "SELECT batch, COUNT(*) FROM audit_entry WHERE batch IS NOT NULL GROUP BY batch"
_LATE_OPEN = "SELECT id, at FROM audit_entry WHERE batch IS NULL AND at < %s ORDER BY id LIMIT 1"


@dataclass(frozen=True, slots=True)
class Head:
    """What the log of the worker says that a batch is."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: nothing is wrong where ``problems`` is empty. ``last``: the newest batch."""

    problems: tuple[str, ...]
    entries: int
    batches: int
    unsealed: int
    last: Batch | None


def verify(store: Store, heads: Sequence[Head] = ()) -> Verdict:
    """Compare the audit log with its seals, and with the heads that were written elsewhere, as of one moment.

    Raises:
        Unavailable: the database cannot be used now.
    """
    return store.snapshot(lambda: _verify(heads))


def _verify(heads: Sequence[Head]) -> Verdict:
    sealed, counts = batches(), {number: count for number, count in fetch(_COUNTS)}
    problems = islice(_problems(sealed, counts, heads), MOST)
    unsealed = fetch("SELECT COUNT(*) FROM audit_entry WHERE batch IS NULL")[0][0]
    return Verdict(tuple(problems), sum(counts.values()), len(sealed), unsealed, sealed[-1] if sealed else None)


def _problems(sealed: Sequence[Batch], counts: Mapping[int, int], heads: Sequence[Head]) -> Iterator[str]:
    before: Batch | None = None
    for batch in sealed:
        expected = 1 if before is None else before.number + 1
        yield from _gap(expected, batch)
        if batch.number == expected and batch.previous != (NO_DIGEST if before is None else before.digest):
            yield f"{_name(batch)} does not continue the batch before: one of the two was exchanged."
        yield from _broken(before, batch, counts.get(batch.number, 0))
        before = batch
    yield from _without_batch(sealed, counts)
    yield from _late_open(before)
    yield from _other_heads({one.number: one for one in sealed}, heads)


def _gap(expected: int, batch: Batch) -> Iterator[str]:
    if batch.number != expected:
        missing = (
            f"Batch {expected} is" if batch.number == expected + 1 else f"Batches {expected} to {batch.number - 1} are"
        )
        yield f"{missing} missing: removed after batch {batch.number} was sealed ({_moment(batch.sealed_at)})."


def _broken(before: Batch | None, batch: Batch, count: int) -> Iterator[str]:
    """Yield what is wrong with one batch; each is looked at on its own, so that what is whole is not suspected."""
    if count != batch.entries:
        what = "removed" if count < batch.entries else "added"
        yield f"{_name(batch)} has {count} entries instead of {batch.entries}: some were {what}."
        return
    entries = entries_of(batch)
    if digest_of(batch, entries) != batch.digest:
        yield f"{_name(batch)} is not as it was sealed: an entry, or the batch itself, was changed."
        return
    yield from _late(before, batch, entries)


def _late(before: Batch | None, batch: Batch, entries: Sequence[Entry]) -> Iterator[str]:
    if before is None:
        return
    for number, at, *_ in entries:
        if isinstance(at, int) and at < before.sealed_at - LATE_SECONDS:
            yield _added_later(number, at, before)


def _late_open(last: Batch | None) -> Iterator[str]:
    if last is not None:
        for number, at in fetch(_LATE_OPEN, (last.sealed_at - LATE_SECONDS,)):
            yield _added_later(number, at, last)


def _added_later(number: object, at: Instant, batch: Batch) -> str:
    return (
        f"Entry {number} says that it is of {_moment(at)}, but was not there yet when batch {batch.number} was sealed "
        f"({_moment(batch.sealed_at)}): it was added later."
    )


def _without_batch(sealed: Sequence[Batch], counts: Mapping[int, int]) -> Iterator[str]:
    for number in sorted(counts.keys() - {one.number for one in sealed}):
        yield f"{counts[number]} entries were sealed in batch {number}, which is missing."


def _other_heads(sealed: Mapping[int, Batch], heads: Sequence[Head]) -> Iterator[str]:
    for head in sorted(heads, key=lambda one: one.number):
        found = sealed.get(head.number)
        if found is None:
            yield f"Batch {head.number} was sealed, as its head says, and is missing: the end of the log was cut off."
        elif found.digest != head.digest:
            yield f"Batch {head.number} has another digest than its head says: it was sealed anew after a change."


def _name(batch: Batch) -> str:
    return f"Batch {batch.number} (entries {batch.first_id} to {batch.last_id}, sealed {_moment(batch.sealed_at)})"


def _moment(instant: Instant) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
