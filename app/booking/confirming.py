"""Bookings that visitors confirm by a link in a mail: until when they are held, and how many one address may have."""

from __future__ import annotations

from collections.abc import Iterable

from app.booking.refusals import TooManyUnconfirmed
from app.booking.values import MINUTE, Instant, Service

MOST_UNCONFIRMED = 3
"""So many bookings or visits of one email address may wait for that; whoever types others' blocks no calendar."""


def held_until(services: Iterable[Service], start: Instant, now: Instant) -> Instant | None:
    """Return until when a visitor's booking of these services is held; None where no service asks to confirm.

    Of several that ask, the shortest time counts. Nothing is held beyond ``start``.
    """
    minutes = [one.confirm_minutes for one in services if one.confirm_minutes is not None]
    return min(now + min(minutes) * MINUTE, start) if minutes else None


def check_unconfirmed(count: int) -> None:
    """Go on only if so many unconfirmed bookings of one email address, the new one included, are allowed.

    Raises:
        TooManyUnconfirmed: they are not.
    """
    if count > MOST_UNCONFIRMED:
        raise TooManyUnconfirmed(MOST_UNCONFIRMED)
