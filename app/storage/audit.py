"""Adding to the audit log, in the transaction of what it tells."""

from __future__ import annotations

from app.booking.values import Instant
from app.storage.statements import fetch, insert_sql, run

COLUMNS = ("at", "actor", "user_id", "address", "action", "kind", "object", "before", "after", "reason")
_SINCE = (
    "SELECT 1 FROM audit_entry WHERE object = %s AND user_id = %s AND address = %s AND action = %s AND at > %s LIMIT 1"
)
_INSERT = insert_sql("audit_entry", COLUMNS, 1)


def add_entry(values: tuple[int | str | None, ...]) -> None:
    """Add one entry, its values in the order of ``COLUMNS``."""
    run(_INSERT, values)


def is_told_since(user_id: int | None, address: str, action: str, public_id: str, since: Instant) -> bool:
    """Whether a user did this to a thing after ``since``, from the same address."""
    return bool(fetch(_SINCE, (public_id, user_id, address, action, since)))
