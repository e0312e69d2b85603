"""Adding to the audit log, in the transaction of what it tells."""

from __future__ import annotations

from app.storage.statements import insert_sql, run

COLUMNS = ("at", "actor", "user_id", "address", "action", "kind", "object", "before", "after", "reason")
_INSERT = insert_sql("audit_entry", COLUMNS, 1)


def add_entry(values: tuple[int | str | None, ...]) -> None:
    """Add one entry, its values in the order of ``COLUMNS``."""
    run(_INSERT, values)
