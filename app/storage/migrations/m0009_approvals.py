"""Approvals: rules with steps, who is named by them, the steps of each request, deputies."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import RECORD, WORDS

_STATEMENTS = (
    """CREATE TABLE approval_rule ($record
    service_id $int UNIQUE REFERENCES service (id),
    resource_id $int UNIQUE REFERENCES resource (id),
    allows_own $no,
    active $flag,
    CHECK ((service_id IS NULL) <> (resource_id IS NULL))
$end""",
    """CREATE TABLE approval_step (
    id $id,
    rule_id $int NOT NULL REFERENCES approval_rule (id),
    number $int NOT NULL CHECK (number IN (1, 2)),
    minutes $int NOT NULL CHECK (minutes > 0),
    on_timeout TEXT NOT NULL CHECK (on_timeout IN ('escalate', 'decline', 'accept')),
    by_anybody $no,
    active $flag,
    UNIQUE (rule_id, number)
$end""",
    """CREATE TABLE approval_person (
    id $id,
    step_id $int NOT NULL REFERENCES approval_step (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('approver', 'next')),
    user_id $int REFERENCES "user" (id),
    group_id $int REFERENCES user_group (id),
    CHECK ((user_id IS NULL) <> (group_id IS NULL))
$end""",
    "CREATE INDEX approval_person_step ON approval_person (step_id)",
    "CREATE INDEX approval_person_user ON approval_person (user_id) WHERE user_id IS NOT NULL",
    "CREATE INDEX approval_person_group ON approval_person (group_id) WHERE group_id IS NOT NULL",
    """CREATE TABLE approval (
    id $id,
    booking_id $int NOT NULL REFERENCES booking (id),
    change_id $int REFERENCES change_request (id),
    rule_id $int REFERENCES approval_rule (id),
    number $int NOT NULL CHECK (number IN (1, 2)),
    status TEXT NOT NULL
        CHECK (status IN ('later', 'waiting', 'approved', 'declined', 'accepted', 'expired', 'ended')),
    asked_by_id $int REFERENCES "user" (id),
    due_at $int,
    escalated $no,
    told $no,
    decided_at $int,
    decided_by_id $int REFERENCES "user" (id),
    decided_for_id $int REFERENCES "user" (id),
    CHECK ((status = 'waiting') = (due_at IS NOT NULL))
$end""",
    "CREATE INDEX approval_booking ON approval (booking_id)",
    "CREATE INDEX approval_rule_used ON approval (rule_id) WHERE rule_id IS NOT NULL",
    "CREATE INDEX approval_due ON approval (due_at) WHERE due_at IS NOT NULL",
    """CREATE TABLE deputy ($record
    user_id $int NOT NULL REFERENCES "user" (id),
    deputy_id $int NOT NULL REFERENCES "user" (id),
    start_at $int NOT NULL,
    end_at $int NOT NULL,
    CHECK (start_at < end_at),
    CHECK (user_id <> deputy_id)
$end""",
    "CREATE INDEX deputy_user ON deputy (user_id)",
    "CREATE INDEX deputy_deputy ON deputy (deputy_id, end_at)",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    words = {**WORDS[kind], "record": Template(RECORD).substitute(WORDS[kind])}
    return [Template(one).substitute(words) for one in _STATEMENTS]
