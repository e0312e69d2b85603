"""Counting what the limits per day, week and client are about, and deciding by it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from app.booking.limits import Counts, check_limits, has_limits
from app.booking.values import Instant, Interval, Location, Service
from app.booking.wall_clock import day_bounds, local_date, week_bounds
from app.operations.wanted import Wanted
from app.storage.counts import count_in, count_of_client, starts_in


def check_within_limits(wanted: Wanted, now: Instant, client_email: str, ignore_booking: int | None = None) -> None:
    """Go on only if one more booking is within the limits of its service; the service's row must be locked.

    Raises:
        LimitReached: the first limit that it would pass.
    """
    if has_limits(wanted.service):
        check_limits(wanted.service, count_bookings(wanted, now, client_email, ignore_booking))


def check_client_limits(services: Sequence[Service], now: Instant, client_email: str) -> None:
    """Go on only if a client may have all of these booked in addition; the services' rows must be locked.

    ``client_email``: empty where nobody has shown yet whose it is, so that nobody's bookings may be told of.

    Raises:
        LimitReached: per client, the first one that it would pass.
    """
    for service in dict.fromkeys(services):
        if service.limit_per_client is not None:
            before = count_of_client(client_email, service.id, now) if client_email else 0
            check_limits(service, Counts(client=before + services.count(service) - 1))


@dataclass(frozen=True, slots=True)
class Limited:
    """Whose limits are asked for, and when. ``ignore_booking``: the row id of a booking that does not count.

    ``earlier``: by how many seconds other bookings begin before each start, which would be made with it.
    """

    service: Service
    location: Location
    now: Instant
    ignore_booking: int | None = None
    earlier: tuple[int, ...] = ()


def within_limits(limited: Limited, starts: list[Instant]) -> list[Instant]:
    """Leave out the sorted starts on days and in weeks whose limit is reached; at most one query for each limit."""
    service = limited.service
    if service.limit_per_day is not None:
        starts = _leave_out(limited, service.limit_per_day, day_bounds, starts)
    if service.limit_per_week is not None:
        starts = _leave_out(limited, service.limit_per_week, week_bounds, starts)
    return starts


def _leave_out(
    limited: Limited, limit: int, bounds_of: Callable[[date, str], Interval], starts: list[Instant]
) -> list[Instant]:
    location = limited.location
    periods: list[Interval] = []
    for start in starts:
        if not periods or start >= periods[-1][1]:
            periods.append(bounds_of(local_date(start, location.tzid), location.tzid))
    if not periods:
        return []
    whole = (periods[0][0], periods[-1][1])
    booked = starts_in(whole, limited.service.id, location.id, limited.now, limited.ignore_booking)
    kept: list[Instant] = []
    for since, until in periods:
        there = booked[bisect_left(booked, (since,)) : bisect_left(booked, (until,))]
        left = limit - len({row_id for _, row_id in there})
        inside = starts[bisect_left(starts, since) : bisect_left(starts, until)]
        kept += [start for start in inside if sum(start - before >= since for before in limited.earlier) < left]
    return kept


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
