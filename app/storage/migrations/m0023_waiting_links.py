"""Links to an entry of the waiting list that can be ended, as those to bookings are."""

from __future__ import annotations


def statements(_kind: str) -> list[str]:
    """Return the statements, the same for ``sqlite`` and ``postgresql``."""
    return ["ALTER TABLE waiting_entry ADD COLUMN link_number INTEGER NOT NULL DEFAULT 0"]
