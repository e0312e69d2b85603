"""Private addresses by which people subscribe to their own calendar; one for each account, of which none opens it."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    """CREATE TABLE calendar_feed (
    id $id,
    public_id TEXT NOT NULL UNIQUE,
    user_id $int NOT NULL UNIQUE REFERENCES "user" (id),
    with_clients $no,
    created_at $int NOT NULL,
    fetched_at $int
$end""",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
