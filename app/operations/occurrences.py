"""Which occurrences a change of a recurring booking reaches, and where the change puts each."""

from __future__ import annotations

from datetime import timedelta

from app.booking.statuses import MOVABLE
from app.booking.values import Instant
from app.booking.wall_clock import local_date, local_minute, resolve
from app.operations.records import locked
from app.operations.requests import Reach
from app.storage.tables import Booking

_MOVABLE = [status.value for status in MOVABLE]


def occurrences_in_reach(row: Booking, reach: Reach, now: Instant) -> list[Booking]:
    """Return the rows that a change of ``row`` reaches, locked, by start: itself, and open ones that have not begun."""
    if reach is Reach.ONE or row.series_id is None:
        return [row]
    others = Booking.select().where(
        Booking.series == row.series_id, Booking.id != row.id, Booking.status.in_(_MOVABLE), Booking.start_at > now
    )
    if reach is Reach.FOLLOWING:
        others = others.where(Booking.start_at > row.start_at)
    rows = [row, *locked(others.order_by(Booking.id))]
    return sorted(rows, key=lambda one: (one.start_at, one.id))


def shifted_start(first: Booking, row: Booking, wished: Instant, tzid: str) -> Instant:
    """Return where ``row`` goes when ``first`` goes to ``wished``: as many local days on, at the wished local time.

    Raises:
        MissingHour: that day has no such local time.
    """
    if row.id == first.id:
        return wished
    days = local_date(wished, tzid) - local_date(first.start_at, tzid)
    day = local_date(row.start_at, tzid) + timedelta(days=days.days)
    return resolve(day, local_minute(wished, tzid), tzid)
