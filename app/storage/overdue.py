"""Whether anything has run out: asked before every booking, so it has to be one quick statement."""

from __future__ import annotations

from app.booking.values import Instant
from app.storage.statements import fetch

_ANYTHING = (
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM booking WHERE expires_at <= %s) "
    "OR EXISTS (SELECT 1 FROM change_request WHERE status = 'requested' AND expires_at <= %s)"
)


def is_anything_overdue(now: Instant) -> bool:
    """Say whether a hold, request or change request has expired by ``now`` and was not given back yet."""
    return bool(fetch(_ANYTHING, (now, now)))
