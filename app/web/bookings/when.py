"""Typed dates and times, and the instants that they mean at a place; the free times that a form offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from app.booking.refusals import InvalidInput, MissingHour
from app.booking.values import DAY_MINUTES, Instant
from app.booking.wall_clock import earliest, local, local_date, to_instants
from app.operations.views import OccurrenceResult
from app.texts import _, mark
from app.web.setup.reading import Typed, read_minute
from app.web.times import day_text, group_by_day, moment_text

NOT_OFFERED = mark("Please choose one of the times offered.")


@dataclass(eq=True)
class ShownTwice(InvalidInput):
    """The clock shows the typed time twice that day, as it goes back; ``choices`` are both instants."""

    choices: tuple[Instant, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A time that can be chosen by a button. ``label`` names the zone where the wall time alone does not tell it."""

    start: Instant
    label: str


def day_words(typed: Typed) -> str:
    """Return the date of a form in words; nothing where it cannot be read."""
    try:
        return day_text(typed.day("date"))
    except InvalidInput:
        return ""


def read_start(typed: Typed, tzid: str) -> Instant:
    """Return the chosen start: of the pressed button ``offer``, else of the ticked free time ``slot``, else as typed.

    Typed are ``date`` and ``time``, on the wall clock of the place.

    Raises:
        InvalidInput: nothing usable is typed, or an offered time of another day than the typed one.
        ShownTwice: the time comes twice that day. MissingHour: it does not come at all.
    """
    offered = read_instant(typed.text("offer"))
    if offered is not None:
        return offered
    day = typed.day("date")
    return _read_slot(typed, day, tzid) if typed.text("slot") else _read_wall(typed, day, tzid)


def _read_wall(typed: Typed, day: date, tzid: str) -> Instant:
    minute = read_minute(typed.text("time"), "start")
    if minute >= DAY_MINUTES:
        raise InvalidInput("start", _("Please give a time before 24:00; midnight is 00:00 of the next day."))
    instants = to_instants(day, minute, tzid)
    if not instants:
        raise MissingHour(next_possible=earliest(day, minute, tzid))
    if len(instants) > 1:
        raise ShownTwice("start", _("The clocks go back that day and show this time twice. Which one?"), instants)
    return instants[0]


def _read_slot(typed: Typed, day: date, tzid: str) -> Instant:
    start = read_instant(typed.text("slot"))
    if start is None:
        raise InvalidInput("start", _(NOT_OFFERED))
    if local_date(start, tzid) != day:
        problem = _("The chosen time is of another day; please press “Show free times” for this date.")
        raise InvalidInput("date", problem)
    return start


def read_instant(text: str) -> Instant | None:
    """Return the instant that a link or button carries; None when it is not one of ours."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 11):
        return None
    return int(digits)


def offers(starts: Sequence[Instant], tzid: str, *, with_day: bool = False) -> tuple[Offer, ...]:
    """Return these sorted starts as choices; the zone's sign is added where a wall time comes twice."""
    if with_day:
        return tuple(Offer(start, moment_text(start, tzid)) for start in starts)
    return tuple(Offer(slot.start, slot.clock) for day in group_by_day(starts, tzid) for slot in day.slots)


def put_start(fields: MultiDict[str, str], start: Instant, tzid: str) -> None:
    """Write an instant into the date and time fields of a form."""
    wall = local(start, tzid)
    fields["date"], fields["time"] = wall.date().isoformat(), wall.strftime("%H:%M")


def moments_of(occurrences: Iterable[OccurrenceResult], tzid: str) -> dict[int, tuple[str, str]]:
    """Return by number the wished time and, if something else was booked or found, the other time in words."""
    return {one.number: (_wished(one, tzid), _other(one, tzid)) for one in occurrences}


def _wished(one: OccurrenceResult, tzid: str) -> str:
    return moment_text(one.start, tzid) if one.start is not None else day_text(date.fromisoformat(one.local_day))


def _other(one: OccurrenceResult, tzid: str) -> str:
    found = one.suggestion if one.booking is None else one.booking.start
    return "" if found is None or found == one.start else moment_text(found, tzid)
