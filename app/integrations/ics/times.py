"""Times of calendar files as instants."""

from __future__ import annotations

from datetime import date, datetime

import icalendar

from app.booking.values import DAY_MINUTES, MINUTE, Instant, Interval
from app.booking.wall_clock import earliest, zone
from app.integrations.ics.values import Window

_DAY = DAY_MINUTES * MINUTE


def value_of(event: icalendar.Event, name: str) -> object:
    """Return the plain value of a property: a date, time or duration; None when the event has none such."""
    return getattr(event.get(name), "dt", None)


def instant_of(value: object, tzid: str) -> Instant:
    """Return the instant of a date or time; dates begin at local midnight, floating times are of ``tzid``.

    A floating time in the hour that a day lacks is read with the offset before the change (RFC 5545 section 3.3.5).

    Raises:
        TypeError: neither a date nor a date with a time.
    """
    if isinstance(value, datetime):
        return int((value if value.tzinfo else value.replace(tzinfo=zone(tzid))).timestamp())
    if isinstance(value, date):
        return earliest(value, 0, tzid)
    raise TypeError("not a date")


def clip(start: Instant, end: Instant, window: Window) -> Interval | None:
    """Return the interval on whole minutes and within the window; None when nothing of it is left."""
    start, end = max(start, window.start), min(end, window.end)
    return (start - start % MINUTE, end + -end % MINUTE) if start < end else None


def usual_window(now: Instant, tzid: str) -> Window:
    """Return one year back and two ahead, in whole days of UTC."""
    today = now - now % _DAY
    return Window(today - 365 * _DAY, today + 731 * _DAY, tzid)
