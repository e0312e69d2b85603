"""Visitors who confirm by a link in a mail: which services ask for it, and which bookings wait for it."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    "ALTER TABLE service ADD COLUMN confirm_minutes $int CHECK (confirm_minutes BETWEEN 5 AND 1440)",
    "ALTER TABLE booking ADD COLUMN unconfirmed $no",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
