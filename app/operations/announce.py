"""Leaving an outbox message about a booking, in the running transaction."""

from __future__ import annotations

from app.booking.values import Instant
from app.operations.context import Context
from app.storage import outbox
from app.storage.tables import Booking


def announce(context: Context, row: Booking, kind: str, **facts: str | Instant) -> None:
    """Leave a message of this kind; ``facts`` are what the booking's row will no longer tell (old times, reasons)."""
    payload = {"booking": row.public_id, "sequence": row.sequence, **facts}
    outbox.add_message(kind, row.id, payload, context.now)
