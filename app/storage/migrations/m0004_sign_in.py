"""Failed sign-ins, which all processes count together, and a counter of sign-outs, which ends an account's sessions."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    """CREATE TABLE sign_in_try (
    id $id,
    who TEXT NOT NULL,
    tried_at $int NOT NULL
$end""",
    "CREATE INDEX sign_in_try_who ON sign_in_try (who, tried_at)",
    "CREATE INDEX sign_in_try_age ON sign_in_try (tried_at)",
    'ALTER TABLE "user" ADD COLUMN sign_outs $int NOT NULL DEFAULT 0',
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
