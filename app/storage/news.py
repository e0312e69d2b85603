"""What was written since somebody last looked, read from the rows that every change writes anyway.

Nothing is written for it, so no booking waits for a counter that all others count up, too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.booking.values import Instant
from app.storage.statements import among, fetch

MOST = 1000
"""Entries in one look; what is left comes with the next one."""

# Each part is asked for in the order of its index: with OR, PostgreSQL might read the whole log.
_COLUMNS = "id, action, kind, object, before, after"
_NEW = f"SELECT * FROM (SELECT {_COLUMNS} FROM audit_entry WHERE id > %s ORDER BY id LIMIT {MOST}) AS fresh"
_HELD = "SELECT id, '', '', '', '', '' FROM booking WHERE expires_at > %s AND status = 'held'"
_ENDS = "SELECT COALESCE(MAX(id), 0) FROM audit_entry"
_BETWEEN = "SELECT id FROM audit_entry WHERE id > %s AND id <= %s"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the audit log, as far as it says what has changed; ``before`` and ``after`` are JSON."""

    id: int
    action: str
    kind: str
    reference: str
    before: str
    after: str


def newest_entry() -> int:
    """Return the number of the newest entry of the audit log, 0 where there is none."""
    found: int = fetch(_ENDS)[0][0]
    return found


def entries_between(after: int, upto: int) -> set[int]:
    """Return the numbers of the entries after one and up to another one."""
    return {number for (number,) in fetch(_BETWEEN, (after, upto))}


def find_news(after: int, missing: Collection[int], now: Instant) -> tuple[list[Entry], set[int]]:
    """Return the entries after one, those of ``missing`` that are there now, and the bookings held now; one query.

    Of the held bookings, whose time is taken without an entry, there are the row ids.
    """
    members, ids = among(sorted(missing))
    sql = f"{_NEW} UNION ALL SELECT {_COLUMNS} FROM audit_entry WHERE id {members} UNION ALL {_HELD}"
    rows = fetch(sql, (after, *ids, now))
    return [Entry(*row) for row in rows if row[2]], {row[0] for row in rows if not row[2]}
