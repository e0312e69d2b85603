"""Links to a booking that can be ended: each says how often that was done before."""

from __future__ import annotations


def statements(_kind: str) -> list[str]:
    """Return the statements, the same for ``sqlite`` and ``postgresql``."""
    return ["ALTER TABLE booking ADD COLUMN link_number INTEGER NOT NULL DEFAULT 0"]
