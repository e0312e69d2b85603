"""Entries of the audit log as lines of a page: facts in words, times on the site's clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.booking.dates import weekday_name
from app.operations.audit.log import EntryView
from app.operations.audit.words import ACTION_WORDS, KIND_WORDS, MASKED
from app.operations.setup.services import span_words
from app.texts import _, in_context
from app.web.audit.fact_words import name_of, value_of
from app.web.devices import say_device
from app.web.setup.hours import show_range
from app.web.setup.labels import HUE_WORDS
from app.web.setup.reading import show_minute
from app.web.setup.rule_words import trigger_words
from app.web.times import day_text, moment_text, zone_word

INSTANTS = frozenset({"start", "end", "earliest", "latest"})
DATES = frozenset({"day", "first", "last"})
FIRST = (
    *("name", "service", "location", "resources", "resource", "start", "end"),
    *("weekday", "start_minute", "end_minute", "day", "ranges"),
)
"""The facts that are read first, in this order; the log keeps all by the alphabet, an end before its start."""
_NUMBERS: Mapping[str, Callable[[int], str]] = {
    "weekday": weekday_name,
    "start_minute": show_minute,
    "end_minute": show_minute,
    "hue": lambda hue: _(HUE_WORDS[hue]),
    "less_than_minutes": span_words,
    "more_than_minutes": span_words,
    "minutes": span_words,
}
"""Numbers that stand for something."""
_ACTIONS = {one.value: words for one, words in ACTION_WORDS.items()}
_KINDS = {one.value: words for one, words in KIND_WORDS.items()}
NO_NAMES: Mapping[str, str] = {}
EXTENTS = "extents"
"""The one fact whose parts are called by what they are about: rights, each with how far it goes."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that changed; ``before`` or ``after`` is empty where there was or is nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is shown."""

    entry: EntryView
    when: str
    action: str
    kind: str
    facts: tuple[Fact, ...]


def line_of(entry: EntryView, tzid: str, names: Mapping[str, str] = NO_NAMES, there: str = "") -> Line:
    """Return an entry in words; ``names`` by public id.

    ``there``: the zone of the place that the entry is about, on whose clock its facts are told; it is named where it
    is another one than ``tzid``, that of the page.
    """
    clock = (there or tzid, zone_word(there) if there and there != tzid else "")
    before, after = _changed(entry.before, entry.after)
    return Line(
        entry,
        moment_text(entry.at, tzid),
        _(_ACTIONS.get(entry.action, entry.action)),
        _(_KINDS.get(entry.kind, entry.kind)),
        tuple(
            Fact(name_of(name), *(_words(name, facts, clock, names) for facts in (before, after)))
            for name in _in_order({**before, **after})
        ),
    )


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Leave out of tables of lines, such as weekly hours, what is the same in both: one line changes, twenty stay."""
    pairs = {name: _differing(before[name], after[name]) for name in before.keys() & after.keys()}
    old = {name: pairs[name][0] for name in pairs if any(pairs[name])}
    new = {name: pairs[name][1] for name in pairs if any(pairs[name])}
    return _with_lines(before, old), _with_lines(after, new)


def _differing(before: object, after: object) -> tuple[list[object], list[object]]:
    """Return the lines that only one side has; none where these are no lines, or only in another order."""
    if not (isinstance(before, list) and isinstance(after, list) and _are_lines(before) and _are_lines(after)):
        return [], []
    return [one for one in before if one not in after], [one for one in after if one not in before]


def _with_lines(facts: Mapping[str, Any], lines: Mapping[str, list[object]]) -> Mapping[str, Any]:
    return {name: lines.get(name, value) for name, value in facts.items() if lines.get(name, True)}


def _are_lines(value: Sequence[object]) -> bool:
    return bool(value) and isinstance(value[0], dict)


def _in_order(names: Mapping[str, object]) -> Sequence[str]:
    return sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def _words(name: str, facts: Mapping[str, Any], clock: tuple[str, str], names: Mapping[str, str]) -> str:
    """Return the value of a fact as text; instants on a clock, which is a zone and perhaps the word that names it."""
    if name not in facts:
        return ""
    tzid, zone = clock if name in INSTANTS else ("", "")
    text = _say(name, facts[name], tzid, names)
    return f"{text} ({zone})" if zone else text


def _say(name: str, value: object, tzid: str, names: Mapping[str, str]) -> str:
    """Return the value of a fact as text; ``tzid``: it is an instant, to be told on the clock of this zone."""
    if isinstance(value, bool) or value is None:
        return {True: _("yes"), False: _("no"), None: in_context("fact", "none")}[value]
    if isinstance(value, int):
        return moment_text(value, tzid) if tzid else _NUMBERS.get(name, str)(value)
    if isinstance(value, list):
        return _say_several(name, value, tzid, names) or in_context("fact", "none")
    if isinstance(value, dict):
        parts = (_part(name, part, value[part], names) for part in _in_order(value))
        return "; ".join(parts) or in_context("fact", "none")
    return _say_text(name, str(value), names)


def _say_several(name: str, value: Sequence[Any], tzid: str, names: Mapping[str, str]) -> str:
    if name == "ranges":
        return ", ".join(show_range(*one) for one in value)
    return ("\n" if _are_lines(value) else ", ").join(_say(name, one, tzid, names) for one in value)


def _say_text(name: str, text: str, names: Mapping[str, str]) -> str:
    if text == MASKED:
        return _("(not kept here)")
    if name == "device":
        return say_device(text)
    if name == "trigger":
        return trigger_words().get(text, text)
    if name in DATES:
        with suppress(ValueError):  # a text that is no date stays as it is
            return day_text(date.fromisoformat(text))
    reference = text.rpartition(":")[2]  # where several kinds are possible it is "kind:public id"
    return names.get(reference, value_of(name, text))


def _part(whole: str, name: str, value: object, names: Mapping[str, str]) -> str:
    """Return one part of a fact that has several."""
    return f"{name_of(name)}: {_say(whole if whole == EXTENTS else name, value, '', names)}"
