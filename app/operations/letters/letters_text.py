"""The words of the letters to clients: plain, friendly, complete; nothing that only staff should know.

Everything here is a function of plain values and of the language that is spoken, so that every letter can be compared
with a golden file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.booking.values import Instant, Interval
from app.booking.wall_clock import local, local_date
from app.booking.words import say_clock, say_day, say_moment
from app.look.mail_text import MailText, fill_subject, fill_text
from app.operations.letters.letter_facts import DateFacts, LetterFacts, PartFacts
from app.texts import _, in_context, mark

CALENDAR_NOTE = mark("The calendar file that comes with this mail puts it into your calendar.")
CALENDAR_GONE = mark("The calendar file that comes with this mail takes it out of your calendar again.")


@dataclass(frozen=True, slots=True)
class _Wording:
    """``opening`` says what happened, ``next_step`` what to do; ``is_over``: there is nothing to change any more."""

    subject: str
    opening: str
    next_step: str = mark("To see, move or cancel your booking, open this link:")
    calendar: str = ""
    other: str = ""
    is_over: bool = False


_AGAIN = mark("If you would like another time, you can book one here:")
_WORDINGS: Mapping[str, _Wording] = {
    "confirmed": _Wording(
        mark("Confirmed: {service}, {when}"),
        mark("Your booking is confirmed. We look forward to seeing you."),
        calendar=CALENDAR_NOTE,
    ),
    "approved": _Wording(
        mark("Confirmed: {service}, {when}"),
        mark("Good news: we have accepted your request, and your booking is confirmed."),
        calendar=CALENDAR_NOTE,
    ),
    "requested": _Wording(
        mark("We have received your request: {service}, {when}"),
        mark(
            "Thank you for your request. We keep this time for you and will tell you by mail whether it is possible.\n"
            "It is not confirmed yet."
        ),
        mark("To see, move or withdraw your request, open this link:"),
        calendar=CALENDAR_NOTE,
    ),
    "declined": _Wording(
        mark("Not possible: {service}, {when}"),
        mark("We are sorry: we cannot offer you the time that you asked for."),
        _AGAIN,
        calendar=CALENDAR_GONE,
        is_over=True,
    ),
    "expired": _Wording(
        mark("Not confirmed: {service}, {when}"),
        mark("We are sorry: we did not manage to confirm your request in time, so the time is no longer kept for you."),
        _AGAIN,
        calendar=CALENDAR_GONE,
        is_over=True,
    ),
    "moved": _Wording(
        mark("New time: {service}, {when}"),
        mark("Your booking has a new time."),
        calendar=CALENDAR_NOTE,
        other=mark("Before"),
    ),
    "cancelled": _Wording(
        mark("Cancelled: {service}, {when}"),
        mark("Your booking is cancelled. You need not do anything else."),
        _AGAIN,
        calendar=CALENDAR_GONE,
        is_over=True,
    ),
    "released": _Wording(
        mark("Not kept any longer: {service}, {when}"),
        mark(
            "Nobody had checked in to your booking some time after its start, so it is not kept any longer.\n"
            "The rest of its time is free for others."
        ),
        _AGAIN,
        is_over=True,
    ),
    "change_requested": _Wording(
        mark("We have received your wish for another time: {service}"),
        mark(
            "Thank you, we have received your wish for another time and will tell you by mail whether it is possible.\n"
            "Until then the time that you have stays yours."
        ),
        other=mark("Wished"),
    ),
    "change_declined": _Wording(
        mark("Your time stays: {service}, {when}"),
        mark("We are sorry: the other time that you asked for is not possible. Your booking stays as it was."),
        other=mark("Not possible"),
    ),
    "change_expired": _Wording(
        mark("Your time stays: {service}, {when}"),
        mark("We are sorry: we did not manage to confirm your wish for another time. Your booking stays as it was."),
        other=mark("Not confirmed"),
    ),
    "waiting_joined": _Wording(
        mark("On the waiting list: {service}"),
        mark("You are on the waiting list. As soon as a time becomes free, we keep it for you and write to you."),
        mark("If you would rather choose among the times that are free now, look here:"),
        is_over=True,
    ),
    "reminder": _Wording(
        mark("Reminder: {service}, {when}"),
        mark("We would like to remind you of your booking. We look forward to seeing you."),
    ),
    "slot_offered": _Wording(
        mark("A time is free for you: {service}, {when}"),
        mark("A time that you were waiting for has become free, and we keep it for you for a short while."),
        mark("To take it, open this link and press the button there:"),
    ),
    "confirm_asked": _Wording(
        mark("Please confirm: {service}, {when}"),
        mark("We hold this time for you. It is booked once you confirm that this mail has reached you."),
        mark("To confirm it, open this link and press the button there:"),
    ),
    "series_booked": _Wording(
        mark("Confirmed: {service}, {count} dates from {when}"),
        mark("Your bookings are confirmed. We look forward to seeing you."),
        mark("To see, move or cancel one of them, open the link below its date:"),
        calendar=mark("The calendar file that comes with this mail puts them into your calendar."),
    ),
    "series_requested": _Wording(
        mark("We have received your request: {service}, {count} dates from {when}"),
        mark(
            "Thank you for your request. We keep these times for you and will tell you by mail whether each is "
            "possible.\nThey are not confirmed yet."
        ),
        mark("To see, move or withdraw one of them, open the link below its date:"),
        calendar=mark("The calendar file that comes with this mail puts them into your calendar."),
    ),
    "visit_booked": _Wording(
        mark("Your visit: {when}"),
        mark("Thank you for your booking. Below are all parts of your visit, and whether each is confirmed."),
        mark("To see, move or cancel one of them, open the link below it:"),
        calendar=mark("The calendar file that comes with this mail puts all of them into your calendar."),
    ),
}

KINDS = tuple(_WORDINGS)
"""All kinds of outbox messages that become letters."""

_COLUMN = 15
"""How wide the column of names is at least."""

_UNTIL = {
    "requested": mark("You will hear from us by {until}; after that the time is no longer kept."),
    "confirm_asked": mark(
        "Please do so by {until}; after that the time is no longer held.\n"
        "If you have not booked anything here, you need not do anything."
    ),
    "slot_offered": mark("Please do so by {until}; after that we offer the time to somebody else."),
}
SERIES, VISIT, WAITING = frozenset({"series_booked", "series_requested"}), "visit_booked", "waiting_joined"
WITH_CODE = frozenset({"confirmed", "approved", "moved", "reminder"})
"""Letters about a time to come that is settled: they bring the code to check in by."""

WITH_CODES = frozenset({"series_booked", VISIT})
"""Letters about several such times: they bring a code with each of them."""

WITH_REASON = frozenset({"declined", "cancelled", "change_declined"})


def has_deadline(kind: str) -> bool:
    """Whether letters of this kind say until when something may be done, if there is such a time."""
    return kind in _UNTIL or not (kind in SERIES or kind == VISIT or _WORDINGS[kind].is_over)


_ONLY_HELD = ("confirm_asked", "slot_offered")
"""Kinds whose link does not move or cancel anything yet."""


def say_time(time: Interval, tzid: str) -> str:
    """Return a time in words: ``Monday 7 January 2030, 10:00 to 10:30``; both days where it runs past midnight."""
    start, end = time
    if local_date(start, tzid) == local_date(end - 1, tzid):
        clocks = {"start": say_clock(start, tzid), "end": say_clock(end, tzid)}
        return _("{day}, {start} to {end}", day=say_day(start, tzid), **clocks)
    return _("{first} to {last}", first=say_moment(start, tzid), last=say_moment(end, tzid))


def built_in(kind: str, *, has_link: bool = True) -> MailText:
    """Return subject and text of a kind of letter as they are where nobody has written others.

    Without a link there is nothing to be done next: that is to book again, and nobody can by themselves.
    """
    wording = _WORDINGS[kind]
    parts = ["{greeting}", _(wording.opening), "{details}"]
    if kind in WITH_REASON:
        parts.append("{reason}")
    if kind in SERIES or kind == VISIT:
        parts += [_(wording.next_step), "{parts}" if kind == VISIT else "{dates}"]
    elif has_link:
        parts.append(f"{_(wording.next_step)}\n{{link}}")
    parts += ["{deadline}"] if has_deadline(kind) else []
    if kind == WAITING:
        leaving = _("If you do not want to wait any longer, open this link and press the button there:")
        parts.append(f"{leaving}\n{{leave_link}}")
    parts += ["{check_in}"] if kind in WITH_CODE | WITH_CODES else []
    parts += [_(wording.calendar)] if wording.calendar else []
    return MailText(_(wording.subject), "\n\n".join([*parts, "{place}"]))


def subject_of(facts: LetterFacts) -> str:
    """Return the mail's subject."""
    return fill_subject((facts.own or built_in(facts.kind)).subject, _values(facts))


def text_of(facts: LetterFacts) -> str:
    """Return the mail's text."""
    return fill_text((facts.own or built_in(facts.kind, has_link=bool(facts.link))).text, _values(facts))


def _values(facts: LetterFacts) -> dict[str, str]:
    """Return what may stand in the letter by its placeholder; ``mail_kinds.py`` says which kind has which."""
    wording = _WORDINGS[facts.kind]
    reason = _("What we were told about it:")
    return {
        "greeting": _("Hello {name},", name=facts.name) if facts.name else _("Hello,"),
        "client": facts.name,
        "service": facts.service,
        "place": facts.location,
        "when": say_moment(facts.time[0], facts.tzid),
        "count": str(len(facts.dates)),
        "details": _details(facts, wording),
        "reason": f"{reason}\n{_indented(facts.reason)}" if facts.reason else "",
        "link": facts.link,
        "dates": "\n\n".join(_date(one, facts) for one in facts.dates),
        "parts": "\n\n".join(_part(part, facts) for part in facts.parts),
        "leave_link": facts.leave,
        "check_in": _check_in(facts),
        "deadline": "\n\n".join(_deadlines(facts, wording)),
    }


def _check_in(facts: LetterFacts) -> str:
    if facts.has_codes:
        told = _(
            "Check in by the code of the day when you come, from an hour before until the end.\n"
            "Type it on this page when you come, or on the tablet at our desk:"
        )
        return f"{told}\n{facts.check_in}"
    if not facts.code:
        return ""
    told = _(
        "Your check-in code: {code} (valid from one hour before until the end)\n"
        "Type it on this page when you come, or on the tablet at our desk:",
        code=facts.code,
    )
    return f"{told}\n{facts.check_in}"


def _deadlines(facts: LetterFacts, wording: _Wording) -> list[str]:
    found = []
    if facts.until is not None and facts.kind in _UNTIL:
        found.append(_(_UNTIL[facts.kind], until=_moment(facts.until, facts)))
    has_one_link = not facts.dates and not facts.parts and facts.kind not in _ONLY_HELD
    if facts.changeable_until is not None and not wording.is_over and has_one_link:
        until = _moment(facts.changeable_until, facts)
        found.append(_("You can move or cancel it by this link until {until}.", until=until))
    return found


def _details(facts: LetterFacts, wording: _Wording) -> str:
    lines = [] if facts.parts else [(in_context("label", "What"), facts.service)]
    if facts.kind == "waiting_joined":
        lines.append((in_context("label", "From"), say_day(facts.time[0], facts.tzid)))
        lines.append((in_context("label", "Until"), say_day(facts.time[1] - 1, facts.tzid)))
    elif not facts.dates and not facts.parts:
        lines.append((in_context("label", "When"), _clocks(facts.time, facts)))
    if facts.other is not None and wording.other:
        lines.append((_(wording.other), _clocks(facts.other, facts)))
    lines.append((in_context("label", "Where"), "\n".join(filter(None, (facts.location, facts.address)))))
    lines += _who(facts.people, facts.rooms, facts.attendees)
    if facts.seats > 1:
        lines.append((in_context("seats", "Seats"), str(facts.seats)))
    if facts.comment:
        lines.append((_("You wrote"), facts.comment))
    return fact_list(lines)


def _date(date: DateFacts, facts: LetterFacts) -> str:
    code = [_("Code to check in: {code}", code=date.code)] if date.code else []
    return "\n".join([_clocks(date.time, facts), *code, date.link])


def _part(part: PartFacts, facts: LetterFacts) -> str:
    state = _("Confirmed")
    if part.waits_until is not None:
        until = _moment(part.waits_until, facts)
        state = _("Not confirmed yet\nYou will hear from us by {until}.", until=until)
    lines = [(in_context("label", "What"), part.service), (in_context("label", "When"), _clocks(part.time, facts))]
    lines += [*_who(part.people, part.rooms), (_("Status"), state)]
    lines += [(_("Code to check in"), part.code)] if part.code else []
    return f"{fact_list(lines)}\n{part.link}"


def _who(people: Sequence[str], rooms: Sequence[str], attendees: Sequence[str] = ()) -> list[tuple[str, str]]:
    found = ((in_context("label", "With"), people), (_("Room"), rooms), (_("Also coming"), attendees))
    return [(name, ", ".join(values)) for name, values in found if values]


def fact_list(lines: Sequence[tuple[str, str]]) -> str:
    """Return names and texts, one below the other, the texts in one column; the longest name may widen its own."""
    width = max(_COLUMN, *(len(name) + 2 for name, _text in lines))
    return "\n".join(_line(name, text, width) for name, text in lines)


def _line(name: str, text: str, width: int) -> str:
    first, *rest = text.splitlines() or [""]
    return "\n".join([f"  {f'{name}:':<{width}}{first}", *(f"  {'':<{width}}{line}" for line in rest)])


def _clocks(time: Interval, facts: LetterFacts) -> str:
    """Return the time on the client's clock, and on the location's where that shows something else."""
    text = f"{say_time(time, facts.tzid)} ({facts.tzid})"
    if _shows_the_same(time, facts.tzid, facts.place_tzid):
        return text
    there = _("there: {time}", time=say_time(time, facts.place_tzid))
    return f"{text}\n{there} ({facts.place_tzid})"


def _shows_the_same(time: Interval, one: str, other: str) -> bool:
    return all(local(instant, one).utcoffset() == local(instant, other).utcoffset() for instant in time)


def _moment(instant: Instant, facts: LetterFacts) -> str:
    return f"{say_moment(instant, facts.tzid)} ({facts.tzid})"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
