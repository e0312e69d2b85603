"""Doors: a page beside a room, release of what nobody checks in to, and check-in by a code at a location."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    """CREATE TABLE door (
    id $id,
    public_id TEXT NOT NULL UNIQUE,
    resource_id $int NOT NULL UNIQUE REFERENCES resource (id),
    service_id $int REFERENCES service (id),
    with_titles $no,
    release_after_minutes $int CHECK (release_after_minutes BETWEEN 5 AND 60),
    release_since $int NOT NULL,
    created_at $int NOT NULL
$end""",
    "ALTER TABLE booking ADD COLUMN checked_in_at $int",
    "ALTER TABLE booking ADD COLUMN at_door $no",
    "ALTER TABLE location ADD COLUMN check_in $no",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
