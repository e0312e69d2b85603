"""Counting what the limits per day, week and client are about, and deciding by it."""

from __future__ import annotations

from peewee import Expression, ModelSelect, fn

from app.booking.limits import Counts, check_limits, has_limits
from app.booking.statuses import ACTIVE
from app.booking.values import Instant, Interval
from app.booking.wall_clock import day_bounds, local_date, week_bounds
from app.operations.wanted import Wanted
from app.storage.tables import Booking, Client

_ACTIVE = [status.value for status in ACTIVE]


def check_within_limits(wanted: Wanted, now: Instant, client_email: str, ignore_booking: int | None = None) -> None:
    """Go on only if one more booking is within the limits of its service; the service's row must be locked.

    Raises:
        LimitReached: the first limit that it would pass.
    """
    if has_limits(wanted.service):
        check_limits(wanted.service, count_bookings(wanted, now, client_email, ignore_booking))


def count_bookings(wanted: Wanted, now: Instant, client_email: str, ignore_booking: int | None = None) -> Counts:
    """Count the bookings of the service on the wish's local day and week there, and the client's future ones."""
    service, tzid = wanted.service, wanted.location.tzid
    day = local_date(wanted.start, tzid)
    existing = Booking.select(fn.COUNT(Booking.id)).where(
        Booking.service == service.id,
        Booking.status.in_(_ACTIVE),
        Booking.expires_at.is_null() | (Booking.expires_at > now),
    )
    if ignore_booking is not None:
        existing = existing.where(Booking.id != ignore_booking)
    here = existing.where(Booking.location == wanted.location.id)
    return Counts(
        day=_count(here, service.limit_per_day, _starts_in(day_bounds(day, tzid))),
        week=_count(here, service.limit_per_week, _starts_in(week_bounds(day, tzid))),
        client=_count(existing.join(Client), service.limit_per_client, _of_client(client_email, now)),
    )


def _count(query: ModelSelect, limit: int | None, condition: Expression) -> int:
    """Ask only where there is a limit."""
    return 0 if limit is None else int(query.where(condition).scalar())


def _starts_in(interval: Interval) -> Expression:
    return (Booking.start_at >= interval[0]) & (Booking.start_at < interval[1])


def _of_client(email: str, now: Instant) -> Expression:
    return (Client.email == email) & (Booking.start_at > now)
