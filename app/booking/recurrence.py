"""Recurring bookings: a subset of RRULE (RFC 5545 section 3.3.10), each occurrence at one local time.

Understood are FREQ=DAILY, WEEKLY (with BYDAY) and MONTHLY (with BYMONTHDAY, or BYDAY with or without a number), with
INTERVAL, WKST and an end by COUNT or UNTIL. Everything else is refused rather than guessed at.

Days that do not exist (31 February) are left out, as the RFC wants. A *time* that does not exist, because the clocks
go forward over it, is different here: it stays in the series as a conflict with the next possible time, since whoever
booked "every week at 02:30" has to be told.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.booking.refusals import InvalidInput, MissingHour
from app.booking.values import Instant
from app.booking.wall_clock import local_date, local_minute, resolve
from app.texts import _, mark

MAX_OCCURRENCES = 400
MAX_YEARS = 10
_MAX_LENGTH = 500
_MAX_INTERVAL = 99
_FIELD = "rule"
_NOT_ITS_DAY = mark("The first booking is not on a day of the series; please start on one of its days.")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_DAY = re.compile(r"[0-9]{8}")
_MOMENT = re.compile(r"[0-9]{8}T[0-9]{6}Z")


class Frequency(StrEnum):
    """The periods that a rule counts in."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class NumberedWeekday(NamedTuple):
    """A weekday (Monday is 0); ``number`` 2 is the second of the month, -1 its last, 0 each of them."""

    number: int
    weekday: int


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that was understood. Exactly one of ``count``, ``until_day`` and ``until`` is set.

    ``until_day`` and ``until`` are included; ``count`` counts before ``exdates`` are taken out.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until_day: date | None = None
    until: Instant | None = None
    by_day: tuple[NumberedWeekday, ...] = ()
    by_month_day: tuple[int, ...] = ()
    week_start: int = 0
    exdates: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence: its local date, and either its start or the reason why there is none."""

    number: int
    day: date
    start: Instant | None
    refusal: MissingHour | None = None


def parse_recurrence(rule: str, exdates: Sequence[str] = ()) -> Recurrence:
    """Read a rule such as ``FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10`` and exceptions as ISO dates.

    Raises:
        InvalidInput: anything outside of the subset, with one sentence; ``field`` is ``rule`` or ``exdates``.
    """
    parts = _split(rule)
    frequency = _frequency(parts)
    _refuse_foreign_parts(parts, frequency)
    until_day, until = _until(parts.get("UNTIL"))
    count = _number(parts, "COUNT", MAX_OCCURRENCES)
    if (count is None) == ("UNTIL" not in parts):
        raise _invalid(_("Please give the series one end: a number of times or a last day."))
    return Recurrence(
        frequency=frequency,
        interval=_number(parts, "INTERVAL", _MAX_INTERVAL) or 1,
        count=count,
        until_day=until_day,
        until=until,
        by_day=_by_day(parts, frequency),
        by_month_day=_by_month_day(parts),
        week_start=_week_start(parts),
        exdates=frozenset(_exdate(text) for text in exdates),
    )


def expand(recurrence: Recurrence, first: Instant, tzid: str) -> list[Occurrence]:
    """Return the occurrences from ``first`` on, numbered from 0, each at the local time of ``first`` in ``tzid``.

    Where the clocks go back and a later occurrence's time exists twice, it is the first of the two.

    Raises:
        InvalidInput: ``first`` is not on a day of the rule, no occurrence is left, there are more than
            ``MAX_OCCURRENCES``, or the last is more than ``MAX_YEARS`` away.
    """
    minute = local_minute(first, tzid)
    days = _days(recurrence, local_date(first, tzid), lambda day: _is_over(recurrence, day, minute, tzid))
    kept = [day for day in days if day not in recurrence.exdates]
    if not kept:
        raise _invalid(_("The series has no day left; please choose a later end or fewer exceptions."))
    found = [_occurrence(number, day, minute, tzid) for number, day in enumerate(kept)]
    if kept[0] == days[0]:
        found[0] = Occurrence(0, kept[0], first)
    return found


def _occurrence(number: int, day: date, minute: int, tzid: str) -> Occurrence:
    try:
        return Occurrence(number, day, resolve(day, minute, tzid))
    except MissingHour as refusal:
        return Occurrence(number, day, None, refusal)


def _is_over(recurrence: Recurrence, day: date, minute: int, tzid: str) -> bool:
    """Say whether the rule has ended before this day's occurrence."""
    if recurrence.until_day is not None:
        return day > recurrence.until_day
    if recurrence.until is None:
        return False
    try:
        return resolve(day, minute, tzid) > recurrence.until
    except MissingHour as missing:
        return missing.next_possible > recurrence.until


def _days(recurrence: Recurrence, first: date, is_over: Callable[[date], bool]) -> list[date]:
    days: list[date] = []
    for day in _all_days(recurrence, first):
        if is_over(day) or len(days) == recurrence.count:
            return days
        if not days and day != first:
            raise _invalid(_(_NOT_ITS_DAY))
        if len(days) == MAX_OCCURRENCES:
            raise _invalid(
                _("A series may have at most {number} bookings; please choose an earlier end.", number=MAX_OCCURRENCES)
            )
        days.append(day)
    if len(days) == recurrence.count:
        return days
    if not days:
        raise _invalid(_(_NOT_ITS_DAY))
    raise _invalid(_("A series may last at most {number} years; please choose an earlier end.", number=MAX_YEARS))


def _all_days(recurrence: Recurrence, first: date) -> Iterator[date]:
    """Give the rule's days from ``first`` on, in order, for ``MAX_YEARS``."""
    last = first + timedelta(days=MAX_YEARS * 366)
    periods = _PERIODS[recurrence.frequency](recurrence, first, last)
    return (day for period in periods for day in period if first <= day <= last)


def _daily(recurrence: Recurrence, first: date, last: date) -> Iterator[list[date]]:
    for number in range(0, (last - first).days + 1, recurrence.interval):
        yield [first + timedelta(days=number)]


def _weekly(recurrence: Recurrence, first: date, last: date) -> Iterator[list[date]]:
    since_start = (first.weekday() - recurrence.week_start) % 7
    monday = first - timedelta(days=since_start)
    wanted = {one.weekday for one in recurrence.by_day} or {first.weekday()}
    for number in range(0, (last - monday).days + 1, 7 * recurrence.interval):
        week = [monday + timedelta(days=number + offset) for offset in range(7)]
        yield [day for day in week if day.weekday() in wanted]


def _monthly(recurrence: Recurrence, first: date, last: date) -> Iterator[list[date]]:
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    by_month_day = recurrence.by_month_day or (first.day,)
    for number in range(start, end + 1, recurrence.interval):
        year, month = number // 12, number % 12 + 1
        length = calendar.monthrange(year, month)[1]
        days = range(1, length + 1)
        if recurrence.by_day:
            yield [date(year, month, day) for day in days if _is_weekday(recurrence, date(year, month, day), length)]
        else:
            wanted = {day if day > 0 else length + 1 + day for day in by_month_day}
            yield [date(year, month, day) for day in days if day in wanted]


def _is_weekday(recurrence: Recurrence, day: date, length: int) -> bool:
    from_start, from_end = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
    return any(one.weekday == day.weekday() and one.number in (0, from_start, from_end) for one in recurrence.by_day)


_PERIODS: Mapping[Frequency, Callable[[Recurrence, date, date], Iterator[list[date]]]] = {
    Frequency.DAILY: _daily,
    Frequency.WEEKLY: _weekly,
    Frequency.MONTHLY: _monthly,
}

_COMMON = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})
_ALLOWED: Mapping[Frequency, frozenset[str]] = {
    Frequency.DAILY: _COMMON,
    Frequency.WEEKLY: _COMMON | {"BYDAY"},
    Frequency.MONTHLY: _COMMON | {"BYDAY", "BYMONTHDAY"},
}


_CANNOT_USE: Mapping[Frequency, str] = {
    Frequency.DAILY: mark("A daily series cannot use {part}; please leave it out."),
    Frequency.WEEKLY: mark("A weekly series cannot use {part}; please leave it out."),
    Frequency.MONTHLY: mark("A monthly series cannot use {part}; please leave it out."),
}


def _invalid(problem: str) -> InvalidInput:
    return InvalidInput(_FIELD, problem)


def _split(rule: str) -> dict[str, str]:
    if len(rule) > _MAX_LENGTH:
        raise _invalid(_("The rule of the series is too long; please use a simpler one."))
    parts: dict[str, str] = {}
    for part in rule.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or name in parts:
            raise _invalid(_("Please write the rule like FREQ=WEEKLY;BYDAY=MO;COUNT=10, each part once."))
        parts[name] = value
    return parts


def _frequency(parts: Mapping[str, str]) -> Frequency:
    try:
        return Frequency(parts.get("FREQ", ""))
    except ValueError as error:
        raise _invalid(_("A series can be daily, weekly or monthly; please choose one of these.")) from error


def _refuse_foreign_parts(parts: Mapping[str, str], frequency: Frequency) -> None:
    foreign = sorted(set(parts) - _ALLOWED[frequency])
    if foreign:
        raise _invalid(_(_CANNOT_USE[frequency], part=foreign[0][:40]))
    if "BYDAY" in parts and "BYMONTHDAY" in parts:
        raise _invalid(_("Please choose either weekdays or days of the month, not both."))


def _number(parts: Mapping[str, str], name: str, most: int) -> int | None:
    text = parts.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise _invalid(_("{name} must be a number from 1 to {most}.", name=name, most=most))
    return int(text)


def _until(text: str | None) -> tuple[date | None, Instant | None]:
    """Read a last day, or a last moment in UTC; the RFC forbids local moments where the first has a zone."""
    if text is None:
        return None, None
    try:
        if _DAY.fullmatch(text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:])), None
        if _MOMENT.fullmatch(text):
            return None, int(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError as error:
        raise _invalid(_("UNTIL is not a day of the calendar; please check it.")) from error
    raise _invalid(_("UNTIL must be a day like 20300131, or a moment in UTC like 20300131T120000Z."))


def _by_day(parts: Mapping[str, str], frequency: Frequency) -> tuple[NumberedWeekday, ...]:
    found = []
    for text in parts["BYDAY"].split(",") if "BYDAY" in parts else ():
        match = _BY_DAY.fullmatch(text)
        if match is None:
            raise _invalid(_("BYDAY must be weekdays like MO,TH, or like 2TU and -1FR in a monthly series."))
        if match[1] and frequency is not Frequency.MONTHLY:
            raise _invalid(
                _("Only a monthly series can have numbered weekdays such as 2TU; please leave the number out.")
            )
        found.append(NumberedWeekday(int(match[1] or 0), _WEEKDAYS.index(match[2])))
    return tuple(found)


def _by_month_day(parts: Mapping[str, str]) -> tuple[int, ...]:
    texts = parts["BYMONTHDAY"].split(",") if "BYMONTHDAY" in parts else []
    if not all(re.fullmatch(r"[+-]?(0?[1-9]|[12][0-9]|3[01])", text) for text in texts):
        raise _invalid(_("BYMONTHDAY must be days from 1 to 31, or from -1 to -31 counted from the month's end."))
    return tuple(int(text) for text in texts)


def _week_start(parts: Mapping[str, str]) -> int:
    text = parts.get("WKST", "MO")
    if text not in _WEEKDAYS:
        raise _invalid(_("WKST must be a weekday: MO, TU, WE, TH, FR, SA or SU."))
    return _WEEKDAYS.index(text)


def _exdate(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput("exdates", _("Please write exceptions as days like 2030-01-31.")) from error
