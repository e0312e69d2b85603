"""Busy times of outside calendars that overlap what bookings take."""

from __future__ import annotations

from collections.abc import Sequence

from app.booking.values import Instant
from app.storage.statements import among, fetch

_BUSY = (
    "SELECT b.public_id, t.resource_id, t.start_at, t.end_at FROM booking b JOIN allocation a ON a.booking_id = b.id "
    "JOIN busy_time t ON t.resource_id = a.resource_id AND t.start_at < a.end_at AND t.end_at > a.start_at "
    "WHERE a.active AND b.id "
)


def busy_beside(booking_ids: Sequence[int]) -> list[tuple[str, int, Instant, Instant]]:
    """Return public id of the booking, resource, start and end of each busy time that overlaps what it takes."""
    if not booking_ids:
        return []
    members, ids = among(booking_ids)
    return [(key, resource, start, end) for key, resource, start, end in fetch(_BUSY + members, ids)]
