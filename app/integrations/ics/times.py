"""Times of calendar files as instants."""

from __future__ import annotations

from datetime import date, datetime, timedelta

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


def interval_of(event: icalendar.Event, tzid: str) -> tuple[Instant, Instant]:
    """Return when one event begins and ends (RFC 5545 section 3.6.1); the end may be the start, or before it.

    A length in days is counted on the wall clock, a shorter one in real time.

    Raises:
        TypeError: it has no start that is a date or time. OverflowError, ValueError: dates nobody can reckon with.
    """
    first = value_of(event, "DTSTART")
    start = instant_of(first, tzid)
    if "DTEND" in event:
        return start, instant_of(value_of(event, "DTEND"), tzid)
    length = value_of(event, "DURATION")
    if not isinstance(length, timedelta):
        length = timedelta(0) if isinstance(first, datetime) else timedelta(days=1)
    if isinstance(first, date) and abs(length) >= timedelta(days=1):
        return start, instant_of(first + length, tzid)
    return start, start + int(length.total_seconds())


def clip(start: Instant, end: Instant, window: Window) -> Interval | None:
    """Return the interval on whole minutes and within the window; None when nothing of it is left."""
    start, end = max(start, window.start), min(end, window.end)
    return (start - start % MINUTE, end + -end % MINUTE) if start < end else None


def usual_window(now: Instant, tzid: str) -> Window:
    """Return one year back and two ahead, in whole days of UTC."""
    today = now - now % _DAY
    return Window(today - 365 * _DAY, today + 731 * _DAY, tzid)
