"""Bookings as iCalendar: the file that a mail carries, and a calendar to subscribe to (RFC 5545, RFC 5546)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from app.booking.statuses import Status
from app.booking.values import Instant

if TYPE_CHECKING:
    import icalendar

PRODID = "-//Eigenplan//Eigenplan//EN"
REFRESH = timedelta(minutes=15)
"""How often a calendar may fetch what it subscribed to."""

_STATUS = {
    Status.HELD: "TENTATIVE",
    Status.REQUESTED: "TENTATIVE",
    Status.CONFIRMED: "CONFIRMED",
    Status.COMPLETED: "CONFIRMED",
    Status.NO_SHOW: "CONFIRMED",
    Status.DECLINED: "CANCELLED",
    Status.CANCELLED: "CANCELLED",
}
_PARTSTAT = {"TENTATIVE": "TENTATIVE", "CONFIRMED": "ACCEPTED", "CANCELLED": "DECLINED"}


@dataclass(frozen=True, slots=True)
class Person:
    """A calendar user: a display name and an email address."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """What a calendar is told about a booking or a time off. ``uid`` stays the same over all changes of it."""

    uid: str
    sequence: int
    status: Status
    start: Instant
    end: Instant
    stamped_at: Instant
    summary: str
    location: str
    description: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingEvent(FeedEvent):
    """The same for an attendee's calendar: who is invited, and by whom."""

    organizer: Person
    attendee: Person


def method_of(status: Status) -> str:
    """Return how calendars shall take it: an invitation that adds or changes, or a cancellation (RFC 5546)."""
    return "CANCEL" if _STATUS[status] == "CANCELLED" else "REQUEST"


def write_bookings(events: Sequence[BookingEvent], method: str) -> bytes:
    """Return the file: one booking by REQUEST or CANCEL, or several by PUBLISH (RFC 5546 section 1.4).

    Times are in UTC, so that no reader needs a zone's definition.
    """
    calendar = _calendar(method)
    for event in events:
        calendar.add_component(_vevent(event))
    return bytes(calendar.to_ical())


def calendar_lines(events: Iterable[BookingEvent], method: str) -> Iterator[bytes]:
    """Yield a file of any number of bookings part by part, never all of it in memory."""
    head, end = write_bookings([], method).split(b"END:VCALENDAR")
    yield head
    for event in events:
        yield bytes(_vevent(event).to_ical())
    yield b"END:VCALENDAR" + end


def write_feed(name: str, events: Iterable[FeedEvent]) -> bytes:
    """Return a calendar to subscribe to, with its name and how often it is worth a look (RFC 7986), times in UTC.

    Without organizer and attendees, as PUBLISH asks for (RFC 5546 section 3.2.1). The names with X are what calendars
    knew before RFC 7986.
    """
    import icalendar

    calendar = _calendar("PUBLISH")
    for key in ("NAME", "X-WR-CALNAME"):
        calendar.add(key, name)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", icalendar.vDuration(REFRESH))
    for event in events:
        calendar.add_component(_entry(event))
    return bytes(calendar.to_ical())


def _calendar(method: str) -> icalendar.Calendar:
    import icalendar

    calendar = icalendar.Calendar()
    for name, value in {"PRODID": PRODID, "VERSION": "2.0", "METHOD": method}.items():
        calendar.add(name, value)
    return calendar


def _vevent(event: BookingEvent) -> icalendar.Event:
    entry = _entry(event)
    entry.add("ORGANIZER", _address(event.organizer))
    partstat = {"PARTSTAT": _PARTSTAT[_STATUS[event.status]], "RSVP": "FALSE"}
    entry.add("ATTENDEE", _address(event.attendee, ROLE="REQ-PARTICIPANT", **partstat))
    return entry


def _entry(event: FeedEvent) -> icalendar.Event:
    import icalendar

    status = _STATUS[event.status]
    entry = icalendar.Event()
    entry.add("UID", event.uid)
    entry.add("SEQUENCE", event.sequence)
    entry.add("STATUS", status)
    entry.add("TRANSP", "TRANSPARENT" if status == "CANCELLED" else "OPAQUE")
    for name, instant in (("DTSTART", event.start), ("DTEND", event.end), ("DTSTAMP", event.stamped_at)):
        entry.add(name, datetime.fromtimestamp(instant, UTC))
    for name, text in (("SUMMARY", event.summary), ("LOCATION", event.location), ("DESCRIPTION", event.description)):
        if text:
            entry.add(name, text)
    if event.url:
        entry.add("URL", event.url)
    return entry


def _address(person: Person, **parameters: str) -> icalendar.vCalAddress:
    import icalendar

    address = icalendar.vCalAddress(f"mailto:{person.email}")
    for name, value in {"CN": person.name, **parameters}.items():
        if value:
            address.params[name] = icalendar.vText(value)
    return address
