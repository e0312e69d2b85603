"""Counting what the limits per day, week and client are about, and deciding by it."""

from __future__ import annotations

from app.booking.limits import Counts, check_limits, has_limits
from app.booking.values import Instant
from app.booking.wall_clock import day_bounds, local_date, week_bounds
from app.operations.wanted import Wanted
from app.storage.counts import count_in, count_of_client


def check_within_limits(wanted: Wanted, now: Instant, client_email: str, ignore_booking: int | None = None) -> None:
    """Go on only if one more booking is within the limits of its service; the service's row must be locked.

    Raises:
        LimitReached: the first limit that it would pass.
    """
    if has_limits(wanted.service):
        check_limits(wanted.service, count_bookings(wanted, now, client_email, ignore_booking))


def count_bookings(wanted: Wanted, now: Instant, client_email: str, ignore_booking: int | None = None) -> Counts:
    """Count the bookings of the service on the wish's local day and week there, and the client's future ones.

    Only what has a limit is counted.
    """
    service, tzid = wanted.service, wanted.location.tzid
    day = local_date(wanted.start, tzid)
    here, others = (service.id, wanted.location.id), (now, ignore_booking)
    return Counts(
        day=0 if service.limit_per_day is None else count_in(day_bounds(day, tzid), *here, *others),
        week=0 if service.limit_per_week is None else count_in(week_bounds(day, tzid), *here, *others),
        client=0 if service.limit_per_client is None else count_of_client(client_email, service.id, *others),
    )
