"""Rules of what happens by itself, and what they have done."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import RECORD, WORDS

_STATEMENTS = (
    """CREATE TABLE workflow_rule ($record
    name TEXT NOT NULL,
    trigger_kind TEXT NOT NULL,
    minutes $int NOT NULL DEFAULT 0 CHECK (minutes >= 0),
    conditions TEXT NOT NULL DEFAULT '{}',
    receivers TEXT NOT NULL DEFAULT '{}',
    subject TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    done_until $int NOT NULL DEFAULT 0,
    active $flag
$end""",
    """CREATE TABLE workflow_run (
    id $id,
    rule_id $int NOT NULL REFERENCES workflow_rule (id),
    booking_id $int NOT NULL REFERENCES booking (id),
    occasion TEXT NOT NULL,
    acted_at $int NOT NULL,
    UNIQUE (rule_id, booking_id, occasion)
$end""",
    "CREATE INDEX workflow_run_rule ON workflow_run (rule_id, acted_at)",
    "CREATE INDEX workflow_run_booking ON workflow_run (booking_id)",
    "CREATE INDEX workflow_run_age ON workflow_run (acted_at)",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    words = {**WORDS[kind], "record": Template(RECORD).substitute(WORDS[kind])}
    return [Template(one).substitute(words) for one in _STATEMENTS]
