"""How long sessions last, per role; nothing said means the limits that all had so far."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    "ALTER TABLE role ADD COLUMN idle_minutes $int CHECK (idle_minutes BETWEEN 5 AND 720)",
    "ALTER TABLE role ADD COLUMN session_hours $int CHECK (session_hours BETWEEN 1 AND 168)",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
