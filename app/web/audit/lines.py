"""Entries of the audit log as lines of a page: facts in words, times on the site's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.operations.audit_log import EntryView
from app.operations.audit_words import ACTION_WORDS, KIND_WORDS, MASKED
from app.texts import _, in_context
from app.web.audit.fact_words import name_of, value_of
from app.web.times import moment_text

INSTANTS = frozenset({"start", "end", "earliest", "latest"})
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


def line_of(entry: EntryView, tzid: str, names: Mapping[str, str] = NO_NAMES) -> Line:
    """Return an entry in words; ``names`` by public id."""
    return Line(
        entry,
        moment_text(entry.at, tzid),
        _(_ACTIONS.get(entry.action, entry.action)),
        _(_KINDS.get(entry.kind, entry.kind)),
        tuple(
            Fact(name_of(name), *(_words(name, facts, tzid, names) for facts in (entry.before, entry.after)))
            for name in {**entry.before, **entry.after}
        ),
    )


def _words(name: str, facts: Mapping[str, Any], tzid: str, names: Mapping[str, str]) -> str:
    return _say(name, facts[name], tzid if name in INSTANTS else "", names) if name in facts else ""


def _say(name: str, value: object, tzid: str, names: Mapping[str, str]) -> str:
    """Return the value of a fact as text; ``tzid``: it is an instant, to be told on the clock of this zone."""
    if isinstance(value, bool) or value is None:
        return {True: _("yes"), False: _("no"), None: in_context("fact", "none")}[value]
    if isinstance(value, int):
        return moment_text(value, tzid) if tzid else str(value)
    if isinstance(value, list):
        return ", ".join(_say(name, one, tzid, names) for one in value) or in_context("fact", "none")
    if isinstance(value, dict):
        return "; ".join(_part(name, part, one, names) for part, one in value.items())
    text = str(value)
    reference = text.rpartition(":")[2]  # where several kinds are possible it is "kind:public id"
    return _("(not told)") if text == MASKED else names.get(reference, value_of(name, text))


def _part(whole: str, name: str, value: object, names: Mapping[str, str]) -> str:
    """Return one part of a fact that has several."""
    return f"{name_of(name)}: {_say(whole if whole == EXTENTS else name, value, '', names)}"
