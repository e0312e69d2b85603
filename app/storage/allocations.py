"""Taking and giving back resources. The database refuses two active allocations of one resource that overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.booking.values import Instant
from app.storage.statements import among, fetch, insert_sql, run

_COLUMNS = ("resource_id", "start_at", "end_at", "booking_id", "session_id", "change_id", "expires_at", "active")


def take(
    wished: Iterable[tuple[int, Instant, Instant]],
    *,
    booking_id: int | None = None,
    session_id: int | None = None,
    change_id: int | None = None,
    expires_at: Instant | None = None,
) -> None:
    """Take resources, all or none: ``(resource id, start, end)`` each, buffers included.

    Raises:
        PeeweeException: the guard's refusal; ``Store.write`` turns it into ``JustTaken``.
    """
    owner = (booking_id, session_id, change_id, expires_at, True)
    rows = [(*one, *owner) for one in sorted(wished)]
    if rows:
        run(insert_sql("allocation", _COLUMNS, len(rows)), [value for row in rows for value in row])


def release(booking_id: int) -> None:
    """Give back all that a booking takes: its allocations, and its seats in sessions."""
    run("DELETE FROM allocation WHERE booking_id = %s", (booking_id,))
    run("DELETE FROM seat WHERE booking_id = %s", (booking_id,))


def retire(booking_id: int) -> None:
    """Give back all that an ended booking takes, but keep whose it was: its allocations stay and are not active.

    Its people still find it in their lists; nothing that looks for what is taken reads such rows.
    """
    run("UPDATE allocation SET active = %s, expires_at = NULL WHERE booking_id = %s", (False, booking_id))
    run("DELETE FROM seat WHERE booking_id = %s", (booking_id,))


def load(resource_ids: Sequence[int], start: Instant, end: Instant) -> dict[int, int]:
    """Return how many active allocations of each resource start in ``[start, end)``; one query."""
    counts = dict.fromkeys(resource_ids, 0)
    if counts:
        members, ids = among(resource_ids)
        sql = (
            "SELECT resource_id, COUNT(*) FROM allocation WHERE active "
            f"AND resource_id {members} AND start_at >= %s AND start_at < %s GROUP BY resource_id"
        )
        counts.update(fetch(sql, (*ids, start, end)))
    return counts
