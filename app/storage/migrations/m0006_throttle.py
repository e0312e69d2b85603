"""Everything that is limited is counted in one table, a row for each who is counted instead of one for each try.

The failed sign-ins that were written down before are forgotten: they are under other hashes, and counted for five
minutes only, which is about as long as the program stands still for this migration.
"""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    """CREATE TABLE throttle (
    who TEXT PRIMARY KEY NOT NULL,
    empty_at $int NOT NULL,
    next_at $int NOT NULL
$end""",
    "DROP TABLE sign_in_try",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
