"""Small calendars for the tests, written line by line."""

from __future__ import annotations

from datetime import UTC, datetime

from app.integrations.ics.busy import read_busy
from app.integrations.ics.values import Reading, Window


def at(text: str) -> int:
    """The instant of ``2026-01-05 10:00`` in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


YEAR = Window(at("2026-01-01 00:00"), at("2027-01-01 00:00"), "Europe/Berlin")


def calendar(*lines: str, end: str = "\r\n") -> bytes:
    """A calendar with these lines between its BEGIN and END."""
    return end.join(("BEGIN:VCALENDAR", *lines, "END:VCALENDAR", "")).encode()


def event(*lines: str) -> tuple[str, ...]:
    """The lines of one event with a UID."""
    return ("BEGIN:VEVENT", "UID:one", *lines, "END:VEVENT")


def read(*lines: str) -> Reading:
    """What a calendar with these lines says about 2026."""
    return read_busy(calendar(*lines), YEAR)


def times(*lines: str) -> list[tuple[int, int]]:
    """The busy intervals of a calendar that has no mistakes."""
    reading = read(*lines)
    assert reading.problems == ()
    return [(busy.start, busy.end) for busy in reading.busy]
