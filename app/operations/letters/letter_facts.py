"""What a letter to a client tells, as plain values; ``letters_text.py`` puts it into words."""

from __future__ import annotations

from dataclasses import dataclass

from app.booking.values import Instant, Interval
from app.look.mail_text import MailText


@dataclass(frozen=True, slots=True)
class DateFacts:
    """One date of a series, with its own link. ``code``: by which one checks in; empty where nobody does."""

    time: Interval
    link: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One part of a visit, as a date is of a series. ``waits_until``: when its request ends; None once confirmed."""

    service: str
    time: Interval
    link: str
    people: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    waits_until: Instant | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a letter tells. ``time`` is the booking's, or for the waiting list when a slot may begin.

    ``tzid`` is the client's zone, ``place_tzid`` the location's. ``other`` is the old or the wished time, ``until``
    when an offer or request ends, ``changeable_until`` the service's latest time to change, if that is still to come.
    ``dates``: those of a series. ``parts``: those of a visit, in their order. ``leave``: the link
    by which a client stops waiting. ``code``: by which they check in on the page ``check_in``; empty where nobody does.
    ``own``: the words that an administrator wrote in place of ours.
    """

    kind: str
    name: str
    service: str
    location: str
    address: str
    time: Interval
    tzid: str
    place_tzid: str
    people: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    attendees: tuple[str, ...] = ()
    seats: int = 1
    comment: str = ""
    reason: str = ""
    other: Interval | None = None
    until: Instant | None = None
    changeable_until: Instant | None = None
    dates: tuple[DateFacts, ...] = ()
    parts: tuple[PartFacts, ...] = ()
    link: str = ""
    leave: str = ""
    code: str = ""
    check_in: str = ""
    own: MailText | None = None

    @property
    def several(self) -> tuple[DateFacts | PartFacts, ...]:
        """The dates or parts, where there are several; else nothing."""
        return (*self.dates, *self.parts)

    @property
    def has_codes(self) -> bool:
        """Whether any of the dates or parts has a code."""
        return any(one.code for one in self.several)
