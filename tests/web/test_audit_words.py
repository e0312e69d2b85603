"""The words of the audit log's page: every field of a set-up form and every right has one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

import app.operations.setup
from app.access.permissions import Extent, Permission
from app.booking.statuses import Status
from app.booking.values import OnTimeout, QuestionKind, ResourceKind, Visibility
from app.operations.audit.log import EntryView
from app.operations.telling import NEVER
from app.texts import ENGLISH
from app.web.audit.fact_words import name_of, names, value_of, values
from app.web.audit.lines import line_of


def told_fields() -> Iterator[str]:
    """Yield the fields of all drafts, which the log is told of by their names."""
    for found in pkgutil.iter_modules(app.operations.setup.__path__):
        module = importlib.import_module(f"app.operations.setup.{found.name}")
        for one in vars(module).values():
            if isinstance(one, type) and is_dataclass(one) and one.__name__.endswith("Draft"):
                yield from (field.name for field in fields(one) if field.name not in NEVER)


def test_every_field_of_a_form_and_every_right_has_a_word() -> None:
    wanted = {one.replace("_", " ") for one in (*told_fields(), *Permission)}
    assert wanted - set(names(ENGLISH)) == set()


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("status", Status),
        ("visibility", Visibility),
        ("on_timeout", OnTimeout),
        ("kind", (*ResourceKind, *QuestionKind)),
        ("extents", Extent),
    ],
)
def test_every_code_has_a_word(name: str, codes: type[Status]) -> None:
    assert {one.value for one in codes} - set(values(ENGLISH)[name]) == set()


def test_in_english_words_are_the_codes_but_where_those_would_say_nothing() -> None:
    told = [*names(ENGLISH).items(), *(pair for words in values(ENGLISH).values() for pair in words.items())]
    assert {code: said for code, said in told if code != said} == {
        "allows own": "may approve their own",
        "escalate": "goes on to others",
        "hue": "colour",
        "less than minutes": "less ahead than",
        "minutes": "how long",
        "more than minutes": "more ahead than",
        "on timeout": "when time runs out",
        "purpose": "handed over",
        "release after minutes": "released after (minutes)",
        "with titles": "with services",
    }


def test_what_is_not_known_is_shown_as_it_is() -> None:
    assert (name_of("some_thing"), value_of("status", "some_thing"), value_of("name", "no_show")) == (
        "some thing",
        "some_thing",
        "no_show",
    )


def entry_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> EntryView:
    return EntryView(1, 0, "system", "", "Eigenplan", "", "changed", "location_hours", "", "", before, after, "", None)


def test_numbers_that_stand_for_times_days_and_colours_are_said_as_such() -> None:
    weekly = [{"end_minute": 1200, "start_minute": 420, "weekday": 4}]
    special = [{"day": "2030-01-07", "ranges": [[420, 720], [1320, 1560]]}]
    entry = entry_of({}, {"hue": 1, "overrides": special, "trigger": "cancelled", "weekly": weekly, "day": "soon"})
    assert [(fact.name, fact.after) for fact in line_of(entry, "UTC").facts] == [
        ("day", "soon"),
        ("colour", "blue"),
        ("overrides", "day: Monday 7 January 2030; ranges: 07:00 to 12:00, 22:00 to 02:00 (next day)"),
        ("trigger", "When a booking is cancelled"),
        ("weekly", "weekday: Friday; start minute: 07:00; end minute: 20:00"),
    ]


def test_times_are_told_on_the_clock_of_the_place_which_is_named_where_it_is_another_one() -> None:
    entry = entry_of({}, {"start": 1894010400, "device": "Firefox on Windows"})
    for there, told in (("Europe/London", "10:00"), ("Asia/Tokyo", "19:00 (Tokyo)")):
        facts = {fact.name: fact.after for fact in line_of(entry, "Europe/London", there=there).facts}
        assert facts == {"device": "Firefox on Windows", "start": f"Monday 7 January 2030, {told}"}


def test_of_lines_only_those_are_told_that_changed() -> None:
    same, old, new = ({"day": f"2030-01-0{number}", "ranges": [[420, 720]]} for number in (7, 8, 9))
    changed = line_of(entry_of({"overrides": [same, old]}, {"overrides": [same, new]}), "UTC").facts
    added = line_of(entry_of({"overrides": [same]}, {"overrides": [same, new]}), "UTC").facts
    turned = line_of(entry_of({"overrides": [same, old]}, {"overrides": [old, same]}), "UTC").facts
    told = [[(fact.before[:19], fact.after[:22]) for fact in facts] for facts in (changed, added)]
    assert told == [[("day: Tuesday 8 Janu", "day: Wednesday 9 Janua")], [("", "day: Wednesday 9 Janua")]]
    assert [(len(fact.before.splitlines()), len(fact.after.splitlines())) for fact in turned] == [(2, 2)]
