"""Whether anything has run out: asked before every booking, so it has to be one quick statement."""

from __future__ import annotations

from app.booking.values import Instant
from app.storage.statements import fetch

# Asked for in order: with EXISTS alone and a value that it does not know yet, PostgreSQL reads the whole table.
_ANYTHING = (
    "SELECT 1 WHERE (SELECT expires_at FROM booking WHERE expires_at IS NOT NULL ORDER BY expires_at LIMIT 1) <= %s OR "
    "(SELECT expires_at FROM change_request WHERE status = 'requested' ORDER BY expires_at LIMIT 1) <= %s OR "
    "(SELECT due_at FROM approval WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1) <= %s OR "
    "(SELECT until_at FROM undoable_change ORDER BY until_at LIMIT 1) <= %s"
)


def is_anything_overdue(now: Instant) -> bool:
    """Say whether a hold, request, wished change, step of an approval or chance to undo is over and was not ended."""
    return bool(fetch(_ANYTHING, (now, now, now, now)))
