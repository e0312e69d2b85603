"""How many bookings there are already: what the limits of services are compared with."""

from __future__ import annotations

from app.booking.statuses import ACTIVE
from app.booking.values import Instant, Interval
from app.storage.clients import mail_tag
from app.storage.statements import fetch

_ACTIVE = ", ".join(sorted(f"'{status.value}'" for status in ACTIVE))
_COUNTS = f"b.status IN ({_ACTIVE}) AND (b.expires_at IS NULL OR b.expires_at > %s) AND b.id <> %s"
_BOOKED = (
    "SELECT COUNT(*) FROM booking b WHERE b.service_id = %s AND b.location_id = %s "
    f"AND b.start_at >= %s AND b.start_at < %s AND {_COUNTS}"
)
_WISHED = (
    "SELECT COUNT(*) FROM change_request w JOIN booking b ON b.id = w.booking_id WHERE w.status = 'requested' "
    "AND w.expires_at > %s AND b.service_id = %s AND b.location_id = %s AND w.start_at >= %s AND w.start_at < %s "
    "AND NOT (b.start_at >= %s AND b.start_at < %s) AND b.id <> %s"
)
_IN_TIME = f"SELECT ({_BOOKED}) + ({_WISHED})"
_OF_CLIENT = (
    "SELECT COUNT(*) FROM booking b JOIN client_index i ON i.client_id = b.client_id "
    "WHERE i.kind = 'mail' AND i.tag = %s AND b.service_id = %s AND b.start_at > %s AND NOT b.unconfirmed "
    f"AND {_COUNTS}"
)
_STARTS = (
    "SELECT b.start_at, b.id FROM booking b WHERE b.service_id = %s AND b.location_id = %s "
    f"AND b.start_at >= %s AND b.start_at < %s AND {_COUNTS} UNION ALL "
    "SELECT w.start_at, b.id FROM change_request w JOIN booking b ON b.id = w.booking_id WHERE w.status = 'requested' "
    "AND b.service_id = %s AND b.location_id = %s AND w.start_at >= %s AND w.start_at < %s "
    "AND w.expires_at > %s AND b.id <> %s"
)
_UNCONFIRMED = (
    "SELECT COUNT(DISTINCT COALESCE(b.visit, b.public_id)) FROM booking b JOIN client_index i "
    "ON i.client_id = b.client_id WHERE i.kind = 'mail' AND i.tag = %s AND b.unconfirmed AND b.status = 'held' "
    "AND b.expires_at > %s"
)
_NONE = 0
"""No row has this id."""


def count_in(
    interval: Interval, service_id: int, location_id: int, now: Instant, ignore_booking: int | None = None
) -> int:
    """Count the active bookings of a service at a location that start in the interval and have not expired by now.

    So count bookings that wait for approval of a new time in it: their place is kept.
    """
    here, other = (service_id, location_id, *interval), ignore_booking or _NONE
    return int(fetch(_IN_TIME, (*here, now, other, now, *here, *interval, other))[0][0])


def starts_in(
    interval: Interval, service_id: int, location_id: int, now: Instant, ignore_booking: int | None = None
) -> list[tuple[Instant, int]]:
    """Return start and row id of all that ``count_in`` counts, sorted; twice where a new time is wished in it too."""
    values = (service_id, location_id, *interval, now, ignore_booking or _NONE)
    return sorted(fetch(_STARTS, (*values, *values)))


def count_of_client(email: str, service_id: int, now: Instant, ignore_booking: int | None = None) -> int:
    """Count the active bookings of a service that start after now and belong to clients with this email address.

    What is held until it is confirmed by mail is nobody's yet: anybody may have typed that address.
    """
    return int(fetch(_OF_CLIENT, (mail_tag(email), service_id, now, now, ignore_booking or _NONE))[0][0])


def count_unconfirmed(email: str, now: Instant) -> int:
    """Count the bookings and visits of clients with this email address that are held until they confirm them."""
    return int(fetch(_UNCONFIRMED, (mail_tag(email), now))[0][0])
