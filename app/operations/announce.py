"""Leaving an outbox message about a booking, in the running transaction."""

from __future__ import annotations

from app.booking.values import Instant
from app.operations.context import Context
from app.storage import outbox
from app.storage.tables import Booking


def announce(context: Context, row: Booking, kind: str, **facts: str | Instant) -> None:
    """Leave a message of this kind.

    It keeps the booking's time and status as decided now, because the letter is written later, when the booking may
    have changed again. ``facts`` are what the row does not tell at all (old times, reasons).
    """
    decided = {"status": row.status, "start": row.start_at, "end": row.end_at, "expires": row.expires_at}
    payload = {"booking": row.public_id, "sequence": row.sequence, **decided, **facts}
    outbox.add_message(kind, row.id, payload, context.now)
