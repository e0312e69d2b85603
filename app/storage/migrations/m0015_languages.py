"""In which language somebody reads: empty means as the site does."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    """ALTER TABLE "user" ADD COLUMN language TEXT NOT NULL DEFAULT ''""",
    """ALTER TABLE client ADD COLUMN language TEXT NOT NULL DEFAULT ''""",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
