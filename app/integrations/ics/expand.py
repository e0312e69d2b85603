"""From the events of one series (same UID) to the time they take."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import icalendar
import recurring_ical_events
from icalendar.error import GloballyUniqueTZIDGuessed

from app.integrations.ics.times import clip, interval_of
from app.integrations.ics.values import Busy, Window, printable, shown

_MARGIN = timedelta(days=2)
"""Floating times are looked for in UTC: no zone is further than this from it."""


_REPEATING = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
"""An event without these happens once, at its own time: by far the most, and not worth the library's way."""


def takes_time(event: icalendar.Event) -> bool:
    """Neither transparent nor cancelled (RFC 5545 sections 3.8.2.7 and 3.8.1.11)."""
    transparent = str(event.get("TRANSP", "")).strip().upper() == "TRANSPARENT"
    return not transparent and str(event.get("STATUS", "")).strip().upper() != "CANCELLED"


def expand(events: Sequence[icalendar.Event], window: Window, x_wr_timezone: str | None = None) -> list[Busy]:
    """Return the intervals that a series takes within the window, exceptions and moved occurrences respected.

    Raises:
        ValueError, LookupError and others of ``event.NOT_READABLE``: the parts do not fit together.
    """
    if len(events) == 1 and not any(name in events[0] for name in _REPEATING):
        return list(_within([events[0]], window)) if takes_time(events[0]) else []
    calendar = icalendar.Calendar()
    if x_wr_timezone:
        calendar.add("X-WR-TIMEZONE", x_wr_timezone)
    for event in events:
        calendar.add_component(event)
    start, end = (datetime.fromtimestamp(instant, UTC) for instant in (window.start, window.end))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GloballyUniqueTZIDGuessed)
        found = recurring_ical_events.of(calendar).between(start - _MARGIN, end + _MARGIN)
    occurrences = (one for one in found if isinstance(one, icalendar.Event) and takes_time(one))
    return list(_within(occurrences, window))


def _within(occurrences: Iterable[icalendar.Event], window: Window) -> Iterator[Busy]:
    for one in occurrences:
        interval = clip(*interval_of(one, window.tzid), window)
        if interval is not None:
            yield Busy(
                *interval, uid=printable(str(one.get("UID", "")))[:255], title=shown(str(one.get("SUMMARY", "")))
            )
