"""What workflow rules do besides writing: they ask for approval, and give bookings labels, which people do as well.

SQLite changes no condition of a table, so the table is made anew there; its ids stay, and so does what refers to them.
"""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import RECORD, WORDS

_ONE = """CHECK (
    CASE WHEN service_id IS NULL THEN 0 ELSE 1 END
    + CASE WHEN resource_id IS NULL THEN 0 ELSE 1 END
    + CASE WHEN workflow_id IS NULL THEN 0 ELSE 1 END <= 1)"""
_WORKFLOW = "workflow_id $int UNIQUE REFERENCES workflow_rule (id)"
_KEPT = (
    "id, public_id, version, created_at, changed_at, service_id, resource_id, allows_own, active"  # all that there was
)

_LABELS = (
    "CREATE TABLE label ($record\n    name TEXT NOT NULL,\n    hue $int NOT NULL CHECK (hue BETWEEN 0 AND 7)\n$end",
    """CREATE TABLE booking_label (
    booking_id $int NOT NULL REFERENCES booking (id),
    label_id $int NOT NULL REFERENCES label (id),
    PRIMARY KEY (booking_id, label_id)
$end""",
    "CREATE INDEX booking_label_label ON booking_label (label_id, booking_id)",
    "ALTER TABLE workflow_rule ADD COLUMN labels TEXT NOT NULL DEFAULT '{}'",
)

_STATEMENTS = {
    "sqlite": (
        "PRAGMA defer_foreign_keys = ON",
        "CREATE TABLE approval_rule_before AS SELECT * FROM approval_rule",
        "DROP TABLE approval_rule",
        f"""CREATE TABLE approval_rule ($record
    service_id $int UNIQUE REFERENCES service (id),
    resource_id $int UNIQUE REFERENCES resource (id),
    {_WORKFLOW},
    allows_own $no,
    active $flag,
    {_ONE}
$end""",
        f"INSERT INTO approval_rule ({_KEPT}) SELECT {_KEPT} FROM approval_rule_before",
        "DROP TABLE approval_rule_before",
    ),
    "postgresql": (
        "ALTER TABLE approval_rule DROP CONSTRAINT approval_rule_check",
        f"ALTER TABLE approval_rule ADD COLUMN {_WORKFLOW}",
        f"ALTER TABLE approval_rule ADD {_ONE}",
    ),
}


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    words = {**WORDS[kind], "record": Template(RECORD).substitute(WORDS[kind])}
    return [Template(one).substitute(words) for one in (*_STATEMENTS[kind], *_LABELS)]
