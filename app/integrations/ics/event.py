"""One VEVENT or VTIMEZONE of a file: read by the library, its mistakes found back in the file's lines."""

from __future__ import annotations

import warnings
from datetime import date, datetime

import icalendar
from icalendar.error import GloballyUniqueTZIDGuessed
from icalendar.timezone import tzp

from app.integrations.ics.scan import Block, Line
from app.integrations.ics.times import interval_of
from app.integrations.ics.values import shown

NOT_READABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the calendar libraries raise on input that they do not understand."""

_TIMES = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")
_LISTS = ("RDATE", "EXDATE")
_ONCE = (*_TIMES, "RRULE", "STATUS", "TRANSP")
_NEEDED = frozenset((*_ONCE, *_LISTS))
_KEPT = _NEEDED | {"UID", "SEQUENCE", "SUMMARY"}
_TOO_OFTEN = ("SECONDLY", "MINUTELY")


class UnreadableError(Exception):
    """Something in the file cannot be read; ``line`` is where it starts."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def parse_event(block: Block, tzid: str) -> icalendar.Event:
    """Read what of an event matters for busy time; a mistake in anything else does no harm.

    Raises:
        UnreadableError: a time, rule or status cannot be read, or says something that we cannot follow.
    """
    lines = [_mended(line) for line in block.lines if line.name in _KEPT and not _is_void(line)]
    _check_form(block, lines)
    event = _parse(lines)
    if event is None or event.errors:
        lines = [line for line in lines if line.name in _NEEDED or not _is_mistaken(line)]
        for line in lines:
            _check_line(line)
        event = _parse(lines)
    if event is None or event.errors:
        raise UnreadableError(block.line, "The event's properties do not fit together.")
    _check_zones(event, lines)
    _check_order(event, block, tzid)
    return event


def _parse(lines: list[Line]) -> icalendar.Event | None:
    text = Block("VEVENT", 0, lines).text()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GloballyUniqueTZIDGuessed)
        try:
            event = icalendar.Event.from_ical(text)
        except NOT_READABLE:
            return None
    return event if isinstance(event, icalendar.Event) else None


def _mended(line: Line) -> Line:
    """Take blanks out of a rule: Exchange writes ``BYDAY=MO, TU``, which can only mean one thing."""
    return Line(line.number, "".join(line.text.split())) if line.name == "RRULE" else line


def _is_void(line: Line) -> bool:
    """An empty list of dates says nothing."""
    return line.name in _LISTS and not line.value


def _check_form(block: Block, lines: list[Line]) -> None:
    seen: set[str] = set()
    for line in lines:
        if line.name in seen and line.name in _ONCE:
            raise UnreadableError(line.number, f"The event has {line.name} more than once.")
        seen.add(line.name)
        if line.name == "RRULE":
            _check_rule(line)
    if "DTSTART" not in seen:
        raise UnreadableError(block.line, "The event has no start (DTSTART).")
    rule = block.first("EXRULE")
    if rule is not None:
        raise UnreadableError(rule.number, "EXRULE is not part of iCalendar any more and cannot be followed.")


def _check_rule(line: Line) -> None:
    rule = line.text.upper()
    if "RSCALE=" in rule and "RSCALE=GREGORIAN" not in rule:
        raise UnreadableError(line.number, "The rule counts in a calendar other than the Gregorian one.")
    if any(f"FREQ={one}" in rule for one in _TOO_OFTEN):
        raise UnreadableError(line.number, "The event repeats more often than hourly.")


def _is_mistaken(line: Line) -> bool:
    event = _parse([line])
    return event is None or bool(event.errors)


def _check_line(line: Line) -> None:
    if _is_mistaken(line):
        raise UnreadableError(line.number, f"{shown(line.text)} cannot be read.")


def _check_zones(event: icalendar.Event, lines: list[Line]) -> None:
    """A time with an unknown zone comes back without any: it must not pass for a floating one."""
    for line in lines:
        value = event.get(line.name) if line.name in (*_TIMES, *_LISTS) else None
        for one in value if isinstance(value, list) else [value]:
            tzid = getattr(one, "params", {}).get("TZID")
            if tzid and tzp.timezone(str(tzid)) is None and not _is_date(one):
                raise UnreadableError(line.number, f"The time zone {shown(str(tzid))} is not known.")


def _is_date(value: object) -> bool:
    """Whole days have no zone, whatever the file says beside them."""
    found = getattr(value, "dt", None)
    return isinstance(found, date) and not isinstance(found, datetime)


def _check_order(event: icalendar.Event, block: Block, tzid: str) -> None:
    line = block.first("DTEND") or block.first("DURATION")
    try:
        start, end = interval_of(event, tzid)
    except NOT_READABLE as error:
        raise UnreadableError(block.line, "The event's start and end are no dates that can be used.") from error
    if end < start:
        raise UnreadableError(line.number if line else block.line, "The event ends before it starts.")


def learn_zone(block: Block) -> None:
    """Make a file's own time zone known, for the events after it; zones of the IANA database keep their rules.

    Raises:
        UnreadableError: the definition cannot be read.
    """
    try:
        zone = icalendar.Timezone.from_ical(block.text())
        if not isinstance(zone, icalendar.Timezone):
            raise UnreadableError(block.line, "The time zone cannot be read.")
        tzp.cache_timezone_component(zone)
    except NOT_READABLE as error:
        raise UnreadableError(block.line, f"The time zone cannot be read: {shown(str(error))}") from error


def forget_zones() -> None:
    """Forget the time zones that files defined: one file's must not be seen by the next."""
    tzp.use_default()
