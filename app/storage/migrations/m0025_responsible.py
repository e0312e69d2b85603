"""Who looks after a booking: one account, chosen by staff or by workflow rules."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    'ALTER TABLE booking ADD COLUMN responsible_id $int REFERENCES "user" (id)',
    "CREATE INDEX booking_responsible ON booking (responsible_id, start_at) WHERE responsible_id IS NOT NULL",
    "ALTER TABLE workflow_rule ADD COLUMN assigns TEXT NOT NULL DEFAULT '{}'",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
