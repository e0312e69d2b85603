"""The words of the letters to clients: plain, friendly, complete; nothing that only staff should know.

Everything here is a function of plain values, so that every letter can be compared with a golden file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.booking.values import Instant, Interval
from app.booking.wall_clock import local, local_date
from app.booking.words import say_clock, say_day, say_moment

CALENDAR_NOTE = "The calendar file that comes with this mail puts it into your calendar."
CALENDAR_GONE = "The calendar file that comes with this mail takes it out of your calendar again."


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One part of a visit, with its own link. ``waits_until``: when its request ends; None once it is confirmed."""

    service: str
    time: Interval
    link: str
    people: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    waits_until: Instant | None = None


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a letter tells. ``time`` is the booking's, or for the waiting list when a slot may begin.

    ``tzid`` is the client's zone, ``place_tzid`` the location's. ``other`` is the old or the wished time, ``until``
    when an offer or request ends, ``changeable_until`` the service's latest time to change, if that is still to come.
    ``dates``: those of a series, each with its link. ``parts``: those of a visit, in their order. ``leave``: the link
    by which a client stops waiting.
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
    dates: tuple[tuple[Interval, str], ...] = ()
    parts: tuple[PartFacts, ...] = ()
    link: str = ""
    leave: str = ""


@dataclass(frozen=True, slots=True)
class _Wording:
    """``opening`` says what happened, ``next_step`` what to do; ``is_over``: there is nothing to change any more."""

    subject: str
    opening: str
    next_step: str = "To see, move or cancel your booking, open this link:"
    calendar: str = ""
    other: str = ""
    is_over: bool = False


_AGAIN = "If you would like another time, you can book one here:"
_WORDINGS: Mapping[str, _Wording] = {
    "confirmed": _Wording(
        "Confirmed: {service}, {when}",
        "Your booking is confirmed. We look forward to seeing you.",
        calendar=CALENDAR_NOTE,
    ),
    "approved": _Wording(
        "Confirmed: {service}, {when}",
        "Good news: we have accepted your request, and your booking is confirmed.",
        calendar=CALENDAR_NOTE,
    ),
    "requested": _Wording(
        "We have received your request: {service}, {when}",
        "Thank you for your request. We keep this time for you and will tell you by mail whether it is possible.\n"
        "It is not confirmed yet.",
        "To see, move or withdraw your request, open this link:",
        calendar=CALENDAR_NOTE,
    ),
    "declined": _Wording(
        "Not possible: {service}, {when}",
        "We are sorry: we cannot offer you the time that you asked for.",
        _AGAIN,
        calendar=CALENDAR_GONE,
        is_over=True,
    ),
    "expired": _Wording(
        "Not confirmed: {service}, {when}",
        "We are sorry: we did not manage to confirm your request in time, so the time is no longer kept for you.",
        _AGAIN,
        calendar=CALENDAR_GONE,
        is_over=True,
    ),
    "moved": _Wording(
        "New time: {service}, {when}",
        "Your booking has a new time.",
        calendar=CALENDAR_NOTE,
        other="Before",
    ),
    "cancelled": _Wording(
        "Cancelled: {service}, {when}",
        "Your booking is cancelled. You need not do anything else.",
        _AGAIN,
        calendar=CALENDAR_GONE,
        is_over=True,
    ),
    "change_requested": _Wording(
        "We have received your wish for another time: {service}",
        "Thank you, we have received your wish for another time and will tell you by mail whether it is possible.\n"
        "Until then the time that you have stays yours.",
        other="Wished",
    ),
    "change_declined": _Wording(
        "Your time stays: {service}, {when}",
        "We are sorry: the other time that you asked for is not possible. Your booking stays as it was.",
        other="Not possible",
    ),
    "change_expired": _Wording(
        "Your time stays: {service}, {when}",
        "We are sorry: we did not manage to confirm your wish for another time. Your booking stays as it was.",
        other="Not confirmed",
    ),
    "waiting_joined": _Wording(
        "On the waiting list: {service}",
        "You are on the waiting list. As soon as a time becomes free, we keep it for you and write to you.",
        "If you would rather choose among the times that are free now, look here:",
        is_over=True,
    ),
    "slot_offered": _Wording(
        "A time is free for you: {service}, {when}",
        "A time that you were waiting for has become free, and we keep it for you for a short while.",
        "To take it, open this link and press the button there:",
    ),
    "series_booked": _Wording(
        "Confirmed: {service}, {count} dates from {when}",
        "Your bookings are confirmed. We look forward to seeing you.",
        "To see, move or cancel one of them, open the link below its date:",
        calendar="The calendar file that comes with this mail puts them into your calendar.",
    ),
    "series_requested": _Wording(
        "We have received your request: {service}, {count} dates from {when}",
        "Thank you for your request. We keep these times for you and will tell you by mail whether each is possible.\n"
        "They are not confirmed yet.",
        "To see, move or withdraw one of them, open the link below its date:",
        calendar="The calendar file that comes with this mail puts them into your calendar.",
    ),
    "visit_booked": _Wording(
        "Your visit: {when}",
        "Thank you for your booking. Below are all parts of your visit, and whether each is confirmed.",
        "To see, move or cancel one of them, open the link below it:",
        calendar="The calendar file that comes with this mail puts all of them into your calendar.",
    ),
}

KINDS = tuple(_WORDINGS)
"""All kinds of outbox messages that become letters."""

_UNTIL = {
    "requested": "You will hear from us by {until}; after that the time is no longer kept.",
    "slot_offered": "Please do so by {until}; after that we offer the time to somebody else.",
}


def say_time(time: Interval, tzid: str) -> str:
    """Return a time in words: ``Monday 7 January 2030, 10:00 to 10:30``; both days where it runs past midnight."""
    start, end = time
    if local_date(start, tzid) == local_date(end - 1, tzid):
        return f"{say_moment(start, tzid)} to {say_clock(end, tzid)}"
    return f"{say_moment(start, tzid)} to {say_moment(end, tzid)}"


def subject_of(facts: LetterFacts) -> str:
    """Return the mail's subject."""
    when = say_moment(facts.time[0], facts.tzid)
    return _WORDINGS[facts.kind].subject.format(service=facts.service, when=when, count=len(facts.dates))


def text_of(facts: LetterFacts) -> str:
    """Return the mail's text."""
    wording = _WORDINGS[facts.kind]
    parts = [f"Hello {facts.name}," if facts.name else "Hello,", wording.opening, _details(facts, wording)]
    if facts.reason:
        parts.append(f"What we were told about it:\n{_indented(facts.reason)}")
    if facts.dates:
        parts.append(wording.next_step)
        parts += [f"{_clocks(time, facts)}\n{link}" for time, link in facts.dates]
    elif facts.parts:
        parts.append(wording.next_step)
        parts += [_part(part, facts) for part in facts.parts]
    else:
        parts.append(f"{wording.next_step}\n{facts.link}")
    if facts.leave:
        parts.append(
            f"If you do not want to wait any longer, open this link and press the button there:\n{facts.leave}"
        )
    parts += _deadlines(facts, wording)
    if wording.calendar:
        parts.append(wording.calendar)
    parts.append(facts.location)
    return "\n\n".join(parts) + "\n"


def _deadlines(facts: LetterFacts, wording: _Wording) -> list[str]:
    found = []
    if facts.until is not None and facts.kind in _UNTIL:
        found.append(_UNTIL[facts.kind].format(until=_moment(facts.until, facts)))
    has_one_link = not facts.dates and not facts.parts and facts.kind != "slot_offered"
    if facts.changeable_until is not None and not wording.is_over and has_one_link:
        found.append(f"You can move or cancel it by this link until {_moment(facts.changeable_until, facts)}.")
    return found


def _details(facts: LetterFacts, wording: _Wording) -> str:
    lines = [] if facts.parts else [("What", facts.service)]
    if facts.kind == "waiting_joined":
        lines.append(("From", say_day(facts.time[0], facts.tzid)))
        lines.append(("Until", say_day(facts.time[1] - 1, facts.tzid)))
    elif not facts.dates and not facts.parts:
        lines.append(("When", _clocks(facts.time, facts)))
    if facts.other is not None and wording.other:
        lines.append((wording.other, _clocks(facts.other, facts)))
    lines.append(("Where", "\n".join(filter(None, (facts.location, facts.address)))))
    lines += [(name, ", ".join(values)) for name, values in _who(facts) if values]
    if facts.seats > 1:
        lines.append(("Places", str(facts.seats)))
    if facts.comment:
        lines.append(("You wrote", facts.comment))
    return "\n".join(_line(name, text) for name, text in lines)


def _part(part: PartFacts, facts: LetterFacts) -> str:
    state = "Confirmed"
    if part.waits_until is not None:
        state = f"Not confirmed yet\nYou will hear from us by {_moment(part.waits_until, facts)}."
    lines = [("What", part.service), ("When", _clocks(part.time, facts))]
    lines += [(name, ", ".join(names)) for name, names in (("With", part.people), ("Room", part.rooms)) if names]
    return "\n".join([*(_line(name, text) for name, text in (*lines, ("Status", state))), part.link])


def _who(facts: LetterFacts) -> Sequence[tuple[str, tuple[str, ...]]]:
    return (("With", facts.people), ("Room", facts.rooms), ("Also coming", facts.attendees))


def _line(name: str, text: str) -> str:
    first, *rest = text.splitlines()
    return "\n".join([f"  {f'{name}:':<15}{first}", *(f"  {'':<15}{line}" for line in rest)])


def _clocks(time: Interval, facts: LetterFacts) -> str:
    """Return the time on the client's clock, and on the location's where that shows something else."""
    text = f"{say_time(time, facts.tzid)} ({facts.tzid})"
    if _shows_the_same(time, facts.tzid, facts.place_tzid):
        return text
    return f"{text}\nthere: {say_time(time, facts.place_tzid)} ({facts.place_tzid})"


def _shows_the_same(time: Interval, one: str, other: str) -> bool:
    return all(local(instant, one).utcoffset() == local(instant, other).utcoffset() for instant in time)


def _moment(instant: Instant, facts: LetterFacts) -> str:
    return f"{say_moment(instant, facts.tzid)} ({facts.tzid})"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
