"""The small pieces of a preset's file: texts in several languages, lengths of time, weekly hours, yes and no."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import yaml

from app.booking.answers import clean_line, clean_text
from app.booking.refusals import InvalidInput
from app.booking.values import DAY_MINUTES
from app.operations.presets.nodes import Reader, WrongError, items, known, pairs, text
from app.operations.presets.values import ANY, Words
from app.operations.saving import MAX_NAME, check_number, check_zone
from app.operations.setup.hours import WeeklyRange, check_weekly, in_order
from app.operations.setup.services import MAX_DURATIONS, span_words
from app.texts import _, languages

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
YES_NO = {"true": True, "false": False, "yes": True, "no": False}
_UNITS = {"minute": 1, "hour": 60, "day": DAY_MINUTES}
_SPAN = re.compile(r"([0-9]{1,6}) (minute|hour|day)s?")
_NUMBER = re.compile(r"[0-9]{1,6}")
_HOURS = re.compile(r"(?P<first>\w{3})(?:-(?P<last>\w{3}))? (?P<times>[0-9:, -]+?)(?: at (?P<place>[\w-]+))?")
_TIMES = re.compile(r"([0-2]?[0-9]):([0-5][0-9])-([0-2]?[0-9]):([0-5][0-9])")
_COUNTED = re.compile(r"(?:(?P<count>[0-9]{1,3}) of )?(?P<key>[\w-]+)")


def words(node: yaml.Node) -> Words:
    """Return a name: one text for all languages, or a field for each."""
    return _words(node, lambda one: clean_line(text(one), "name", MAX_NAME, required=True))


def long_words(node: yaml.Node) -> Words:
    """Return a longer text, as ``words`` does."""
    return _words(node, lambda one: clean_text(text(one), "description"))


def any_words(node: yaml.Node) -> Words:
    """Return a text as ``words`` does, whatever its length: whoever needs it has bounds of its own."""
    return _words(node, text)


def many_words(node: yaml.Node) -> tuple[Words, ...]:
    """Return a list of names."""
    return tuple(words(one) for one in items(node))


def _words(node: yaml.Node, clean: Reader) -> Words:
    if not isinstance(node, yaml.MappingNode):
        return {ANY: clean(node)}
    found = {known(code, languages(), key): clean(value) for code, (key, value) in pairs(node).items()}
    if not found:
        raise WrongError(node, _("Please fill in this field."))
    return found


def yes_no(node: yaml.Node) -> bool:
    """Return whether it is true, or yes: YAML knows both words."""
    return YES_NO[known(text(node), YES_NO, node)]


def one_of(names: Collection[str]) -> Reader:
    """Return what reads one of these words."""
    return lambda node: known(text(node), names, node)


def zone(node: yaml.Node) -> str:
    """Return a time zone."""
    return check_zone(text(node))


def number(node: yaml.Node) -> int:
    """Return a whole number."""
    if not _NUMBER.fullmatch(text(node)):
        raise WrongError(node, _("Please give a whole number, such as 30."))
    return int(text(node))


def minutes(node: yaml.Node) -> int:
    """Return a length of time in minutes."""
    found = _SPAN.fullmatch(text(node))
    if found is None:
        raise WrongError(node, _("Please give a length of time, such as: 30 minutes, 2 hours, 1 day"))
    return int(found[1]) * _UNITS[found[2]]


def minutes_within(least: int, most: int) -> Reader:
    """Return what reads a length of time within bounds, in minutes."""
    return lambda node: check_number(minutes(node), "minutes", least, most, span_words)


def days(node: yaml.Node) -> int:
    """Return a length of time in whole days."""
    found = minutes(node)
    if found % DAY_MINUTES:
        raise WrongError(node, _("Please give whole days, such as: 30 days"))
    return found // DAY_MINUTES


def many_minutes(node: yaml.Node) -> tuple[int, ...]:
    """Return the durations of a service in minutes."""
    found = tuple(minutes(one) for one in items(node))
    if len(found) > MAX_DURATIONS:
        raise WrongError(node, _("Please give at most {most} durations.", most=MAX_DURATIONS))
    return tuple(check_number(one, "durations", 1, DAY_MINUTES, span_words) for one in found)


def listed(keys: Collection[str]) -> Reader:
    """Return what reads a list of these keys."""
    return lambda node: tuple(known(text(one), keys, one) for one in items(node))


def counted(node: yaml.Node) -> tuple[tuple[str, int], ...]:
    """Return keys with how many of each are taken: ``doctors`` or ``2 of doctors``."""
    return tuple(_counted(one) for one in items(node))


def _counted(node: yaml.Node) -> tuple[str, int]:
    found = _COUNTED.fullmatch(text(node))
    if found is None:
        raise WrongError(node, _("Please say what it takes, such as: doctors, or: 2 of doctors"))
    return found["key"], int(found["count"] or 1)


def hours(node: yaml.Node) -> tuple[WeeklyRange, ...]:
    """Return weekly hours from lines such as ``Mon-Fri 08:00-12:00, 13:00-17:00`` or ``Sat 9:00-12:00 at centre``.

    The places are keys of the file. A range that ends at or before its start ends on the next day.
    """
    found = [one for line in items(node) for one in _line(line)]
    try:
        check_weekly(found)
    except InvalidInput as refusal:
        raise WrongError(node, refusal.problem) from refusal
    return tuple(in_order(found))


def _line(node: yaml.Node) -> Iterator[WeeklyRange]:
    found = _HOURS.fullmatch(text(node))
    times = [] if found is None else [_TIMES.fullmatch(one.strip()) for one in found["times"].split(",")]
    if found is None or None in times:
        raise WrongError(node, _("Please give hours such as: Mon-Fri 08:00-12:00, 13:00-17:00"))
    for weekday in _weekdays(found["first"], found["last"] or found["first"], node):
        for one in filter(None, times):
            yield WeeklyRange(weekday, *_range([int(part) for part in one.groups()]), found["place"])


def _range(parts: Sequence[int]) -> tuple[int, int]:
    start, end = parts[0] * 60 + parts[1], parts[2] * 60 + parts[3]
    return start, end if end > start else end + DAY_MINUTES


def _weekdays(first: str, last: str, node: yaml.Node) -> range:
    start, end = (DAYS.index(known(one, DAYS, node)) for one in (first, last))
    if end < start:
        raise WrongError(node, _("Please give the days in the order of the week, from Mon to Sun."))
    return range(start, end + 1)
