"""Entries of the audit log as lines of a page: facts in words, times on the site's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.operations.audit_log import EntryView
from app.operations.audit_words import ACTION_WORDS, KIND_WORDS, MASKED
from app.web.times import moment_text

INSTANTS = frozenset({"start", "end", "earliest", "latest"})
_ACTIONS = {one.value: words for one, words in ACTION_WORDS.items()}
_KINDS = {one.value: words for one, words in KIND_WORDS.items()}
NO_NAMES: Mapping[str, str] = {}


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


def line_of(entry: EntryView, tzid: str, names: Mapping[str, str] = NO_NAMES) -> Line:
    """Return an entry in words; ``names`` by public id."""
    return Line(
        entry,
        moment_text(entry.at, tzid),
        _ACTIONS.get(entry.action, entry.action),
        _KINDS.get(entry.kind, entry.kind),
        tuple(
            Fact(name.replace("_", " "), *(_words(name, facts, tzid, names) for facts in (entry.before, entry.after)))
            for name in {**entry.before, **entry.after}
        ),
    )


def _words(name: str, facts: Mapping[str, Any], tzid: str, names: Mapping[str, str]) -> str:
    return _say(facts[name], tzid if name in INSTANTS else "", names) if name in facts else ""


def _say(value: object, tzid: str, names: Mapping[str, str]) -> str:
    """Return a value as text; ``tzid``: it is an instant, to be told on the clock of this zone."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, int):
        return moment_text(value, tzid) if tzid else str(value)
    if isinstance(value, list):
        return ", ".join(_say(one, tzid, names) for one in value) or "none"
    if isinstance(value, dict):
        return "; ".join(f"{name.replace('_', ' ')}: {_say(one, '', names)}" for name, one in value.items())
    text = str(value)
    reference = text.rpartition(":")[2]  # where several kinds are possible it is "kind:public id"
    return "(not told)" if text == MASKED else names.get(reference, text)
