"""Doors: since when and until when the page beside a room was shown, as release counts only while it is."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    "ALTER TABLE door ADD COLUMN shown_since $int NOT NULL DEFAULT 0",
    "ALTER TABLE door ADD COLUMN shown_at $int NOT NULL DEFAULT 0",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
