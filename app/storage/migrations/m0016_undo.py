"""Moves and cancellations that staff may take back for a few seconds; each row goes when that is over."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    """CREATE TABLE undoable_change (
    id $id,
    public_id TEXT NOT NULL UNIQUE,
    booking_id $int NOT NULL REFERENCES booking (id),
    user_id $int NOT NULL REFERENCES "user" (id),
    kind TEXT NOT NULL CHECK (kind IN ('moved', 'wished', 'cancelled')),
    version $int NOT NULL,
    state TEXT NOT NULL,
    freed TEXT NOT NULL,
    messages TEXT NOT NULL,
    until_at $int NOT NULL
$end""",
    "CREATE INDEX undoable_change_until ON undoable_change (until_at)",
    "CREATE INDEX undoable_change_booking ON undoable_change (booking_id)",
    "CREATE INDEX undoable_change_user ON undoable_change (user_id)",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
