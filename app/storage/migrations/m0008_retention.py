"""How long a service keeps its clients' details; services that there are keep them without an end, as before."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = ("ALTER TABLE service ADD COLUMN anonymise_after_days $int",)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]
