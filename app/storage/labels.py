"""Reading which bookings have which labels."""

from __future__ import annotations

from collections.abc import Collection

from app.storage.label_tables import BookingLabel


def labels_of(booking_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the row ids of labels by booking; one query."""
    found: dict[int, list[int]] = {}
    query = BookingLabel.select(BookingLabel.booking, BookingLabel.label).where(BookingLabel.booking.in_(booking_ids))
    for booking, one in query.order_by(BookingLabel.label).tuples():
        found.setdefault(booking, []).append(one)
    return found
