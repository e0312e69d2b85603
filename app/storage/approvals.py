"""Writing the steps of a request, inside a running write transaction."""

from __future__ import annotations

from collections.abc import Collection

from app.booking.values import Instant
from app.storage.statements import insert_sql, run

_COLUMNS = ("booking_id", "change_id", "rule_id", "number", "status", "due_at", "asked_by_id")
_END = "UPDATE approval SET status = 'ended', due_at = NULL WHERE booking_id = %s AND status IN "
_OPEN, _OF_ROUND = "('later', 'waiting')", "('later', 'waiting', 'approved', 'accepted')"

Step = tuple[int | None, int, Instant | None]
"""Row id of the rule (None: the service's own approval), number, until when it waits (None: not yet)."""


def add_steps(booking_id: int, change_id: int | None, steps: Collection[Step], asked_by: int | None) -> None:
    """Write the steps of a request, or of a wished change; ``asked_by``: the account that asks for this time."""
    rows = [
        (booking_id, change_id, rule_id, number, "later" if due_at is None else "waiting", due_at, asked_by)
        for rule_id, number, due_at in steps
    ]
    if rows:
        run(insert_sql("approval", _COLUMNS, len(rows)), [value for row in rows for value in row])


def end_steps(booking_id: int, change_id: int | None = None) -> None:
    """End what still waits of a request, or of a wished change, without a decision."""
    of_change, values = _of(change_id)
    run(f"{_END}{_OPEN} AND {of_change}", (booking_id, *values))


def end_round(booking_id: int) -> bool:
    """End all steps of a request, the approved ones, too, because it asks for something else now.

    Returns whether any was of a rule; who decided them stays known.
    """
    ended = f"{_END}{_OF_ROUND} AND change_id IS NULL AND rule_id "
    run(f"{ended}IS NULL", (booking_id,))
    return bool(run(f"{ended}IS NOT NULL", (booking_id,)).rowcount)


def _of(change_id: int | None) -> tuple[str, tuple[int, ...]]:
    return ("change_id IS NULL", ()) if change_id is None else ("change_id = %s", (change_id,))
