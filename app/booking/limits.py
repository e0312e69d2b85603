"""Limits per day, week and client: pure comparison; counting is the storage's work."""

from __future__ import annotations

from dataclasses import dataclass

from app.booking.refusals import LimitReached
from app.booking.values import Service


@dataclass(frozen=True, slots=True)
class Counts:
    """Bookings of one service that exist already: on the local day, in the local week, of the client in the future."""

    day: int = 0
    week: int = 0
    client: int = 0


def has_limits(service: Service) -> bool:
    """Say whether anything has to be counted at all."""
    return (service.limit_per_day, service.limit_per_week, service.limit_per_client) != (None, None, None)


def find_reached(service: Service, counts: Counts) -> list[LimitReached]:
    """Return every limit that one more booking would pass."""
    limits = (
        ("day", service.limit_per_day, counts.day),
        ("week", service.limit_per_week, counts.week),
        ("client", service.limit_per_client, counts.client),
    )
    return [LimitReached(per, limit) for per, limit, count in limits if limit is not None and count >= limit]


def check_limits(service: Service, counts: Counts) -> None:
    """Go on only if one more booking is within all limits.

    Raises:
        LimitReached: the first limit that it would pass.
    """
    for reached in find_reached(service, counts):
        raise reached
