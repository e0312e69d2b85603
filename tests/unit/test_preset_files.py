"""What is wrong with a preset's file, told line by line."""

from __future__ import annotations

import pytest

from app.booking.values import DAY_MINUTES
from app.booking.workflow_values import Trigger
from app.operations.presets.nodes import MOST_LETTERS, PresetError
from app.operations.presets.reading import read_preset
from app.operations.presets.values import ANY, Answer, Label, Rule, said
from app.operations.setup.hours import WeeklyRange
from app.translations import load_languages
from tests.static.sizes import ROOT

SMALL = """eigenplan_preset: 1
name: {en: Ours, de: Unseres}
places:
  house: {name: House, zone: europe/berlin, hours: [Sat-Sun 22:00-02:00, "Mon 8:00-9:00, 10:00-24:00"]}
people:
  cook: {name: Cook, hours: Mon 8:00-12:00 at house}
rooms:
  red: {name: Red room}
pools:
  any: {name: Any, of: [red, cook]}
services:
  talk:
    name: Talk
    durations: [30 minutes, 2 hours]
    takes: [2 of any]
"""
RULED = (
    SMALL
    + """    questions: [{question: 'Again?', kind: yes_no}]
groups:
  desk: {name: Desk}
labels:
  new: {name: New, colour: 8}
rules:
  one:
    name: {en: One, de: Eins}
    when: after_end
    time: 2 hours
    answer: {service: talk, question: 1, is: ["no"]}
    tell: [client, desk]
    subject: "{service}"
    text: {en: "{link}", de: "Hier: {link}"}
    give_labels: [new]
"""
)


APPROVALS = "Line 30: Approval can be asked for only when a booking is made: “when: booked”."


@pytest.fixture(autouse=True, scope="module")
def spoken() -> None:
    """All languages."""
    load_languages()


def test_file_is_read_with_times_units_and_languages() -> None:
    preset = read_preset(SMALL)
    assert [said(preset.name, code) for code in ("de", "en", "fr")] == ["Unseres", "Ours", "Ours"]
    house, service = preset.places["house"], preset.services["talk"]
    assert (house.tzid, preset.things["red"].place) == ("Europe/Berlin", "house")
    assert house.hours == (
        WeeklyRange(0, 480, 540),
        WeeklyRange(0, 600, DAY_MINUTES),
        WeeklyRange(5, 1320, DAY_MINUTES + 120),
        WeeklyRange(6, 1320, DAY_MINUTES + 120),
    )
    assert preset.things["cook"].hours == (WeeklyRange(0, 480, 720, "house"),)
    assert (service.rules.durations_minutes, service.takes, service.places) == ((30, 120), (("any", 2),), ("house",))


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("rooms:", "roms:", ["Line 7: “roms” is not known here; did you mean “rooms”?"]),
        ("preset: 1", "preset: 2", ["Line 1: “2” is not known here; possible are: 1."]),
        ("{en: Ours, de: Unseres}", "{xx: Ours}", ["Line 2: “xx” is not known here; possible are: en, de."]),
        ("{en: Ours, de: Unseres}", "''", ["Line 2: Please fill in this field."]),
        ("{en: Ours, de: Unseres}", "{}", ["Line 2: Please fill in this field."]),
        ("name: {en: Ours, de: Unseres}\n", "", ["Line 1: The field “name” is missing here."]),
        (
            "europe/berlin",
            "Mars",
            ["Line 4: This time zone is not known; please choose one from the list, such as Europe/Berlin."],
        ),
        ("Sat-Sun", "Sun-Sat", ["Line 4: Please give the days in the order of the week, from Mon to Sun."]),
        (
            "8:00-9:00, 10:00",
            "8:00-9:00, 8:30",
            ["Line 4: Two ranges on Monday overlap; please join them or correct their times."],
        ),
        ("Sat-Sun 22:00", "weekends 22:00", ["Line 4: Please give hours such as: Mon-Fri 08:00-12:00, 13:00-17:00"]),
        ("at house", "at hose", ["Line 6: “hose” is not known here; did you mean “house”?"]),
        (
            "  red:",
            "  cook:",
            [
                "Line 8: The key cook is that of something else already.",
                "Line 10: “red” is not known here; possible are: cook.",
            ],
        ),
        ("[red, cook]", "[]", ["Line 10: This list is empty; please fill it in, or leave out the field."]),
        ("30 minutes", "30", ["Line 14: Please give a length of time, such as: 30 minutes, 2 hours, 1 day"]),
        ("30 minutes", "3 days", ["Line 14: Please stay between 1 minute and 1 day."]),
        ("    durations: [30 minutes, 2 hours]\n", "", ["Line 13: The field “durations” is missing here."]),
        ("2 of any", "3 of any", ["Line 15: Please take from 1 to 2 of any."]),
        ("2 of any", "two of any", ["Line 15: Please say what it takes, such as: doctors, or: 2 of doctors"]),
        ("[2 of any]", "{a: b}", ["Line 15: Here must be a list: lines that begin with a hyphen."]),
        (
            "[2 of any]",
            "[2 of any]\n    booking_window: 36 hours",
            ["Line 16: Please give whole days, such as: 30 days"],
        ),
        ("[2 of any]", "[2 of any]\n    capacity: some", ["Line 16: Please give a whole number, such as 30."]),
        (
            "[2 of any]",
            "[2 of any]\n    needs_approval: maybe",
            ["Line 16: “maybe” is not known here; possible are: true, false, yes, no."],
        ),
        (
            "[2 of any]",
            "[2 of any]\n    questions: [{question: 'Why?', kind: choice}]",
            ["Line 16: Please give “Why?” from 2 to 30 answers to choose from, with semicolons only between them."],
        ),
        (
            "[2 of any]",
            "[2 of any]\nlook: {word: patent}",
            ["Line 16: Please choose one of these: client, patient, customer, guest, participant, own."],
        ),
        (
            "[2 of any]",
            "[2 of any]\nroles: {a: {name: A, may: [approv]}}",
            ["Line 16: “approv” is not known here; did you mean “approve”?"],
        ),
        (
            "[2 of any]",
            "[2 of any]\ngroups: {a: {name: A, roles: [viewer at hose]}}",
            ["Line 16: “hose” is not known here; did you mean “house”?"],
        ),
        ("{name: Red room}", "{name: Red room, name: b}", ["Line 8: The field name stands here for the second time."]),
        ("{name: Red room}", "[a]", ["Line 8: Here must be fields, such as: name: Our name"]),
        ("{name: Red room}", "{name: [a]}", ["Line 8: Here must be one text, no list and no fields."]),
        (
            "{name: Red room}",
            "{name: Red room}\n  blue: {name: Red room}",
            ["Line 8: Red room is the name of two of these."],
        ),
        (
            "{name: Red room}",
            "&a {name: Red room}",
            ["Line 8: References (& and *) are not read; please write it out."],
        ),
        ("{name: Red room}", "[" * 99_000, ["Line 8: This is nested too deeply."]),
        ("{name: Red room}", "'", ["Line 16: This is no YAML: a sign is missing or too much here."]),
        ("{name: Red room}", "\x07", ["Line 1: This is no YAML; it holds signs that no text has."]),
        ("rooms:", "---\nrooms:", ["Line 7: A file holds one preset; please remove what begins here."]),
        (SMALL, "", ["Line 1: The file is empty."]),
        (SMALL, "x" * (MOST_LETTERS + 1), ["This file is too long to be a preset."]),
    ],
)
def test_broken_file_is_told_line_by_line(old: str, new: str, problems: list[str]) -> None:
    with pytest.raises(PresetError) as refused:
        read_preset(SMALL.replace(old, new, 1))
    assert refused.value.problems == problems


def test_label_and_rule_are_read() -> None:
    preset = read_preset(RULED)
    assert preset.labels == {"new": Label({ANY: "New"}, 7)}
    assert preset.rules == {
        "one": Rule(
            {"en": "One", "de": "Eins"},
            Trigger.AFTER_END,
            120,
            answer=Answer("talk", 1, ({ANY: "no"},)),
            client=True,
            groups=("desk",),
            subject={ANY: "{service}"},
            text={"en": "{link}", "de": "Hier: {link}"},
            gives=("new",),
        )
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("colour: 8", "colour: 9", "Line 20: Please stay between 1 and 8."),
        ("  new:", "  old:", "Line 30: “new” is not known here; possible are: old."),
        ("after_end", "after", "Line 24: “after” is not known here; did you mean “after_end”?"),
        ("after_end", "booked", "Line 25: “time” belongs to before_start and after_end, and to nothing else."),
        ("    time: 2 hours\n", "", "Line 23: The field “time” is missing here."),
        ("time: 2 hours", "time: soon", "Line 25: Please give a length of time, such as: 30 minutes, 2 hours, 1 day"),
        ("time: 2 hours", "time: 0 minutes", "Line 25: Please stay between 1 minute and 366 days."),
        ("    tell:", "    more_than: 1 day\n    less_than: 1 day\n    tell:", "Line 28: No booking is both; please"),
        ("    tell: [client, desk]\n", "", "Line 27: Nobody is told by this rule; please say whom under “tell”."),
        ("[new]", "[new]\n    take_labels: [new]", "Line 31: A rule cannot give a label and take it away;"),
        ("[new]", "[new]\n    with_labels: [new]\n    without_labels: [new]", "Line 32: No booking has a label and"),
        ('"{service}"\n', '"a\\nb"\n', "Line 28: Please write the subject in one line."),
        ("{name: New,", '{name: "\\ud800",', "Line 20: Here are signs that no text has; please remove them."),
        ("[client, desk]", "[client, dusk]", "Line 27: “dusk” is not known here; did you mean “desk”?"),
        ("  desk:", "  client: {name: Us}\n  desk:", "Line 18: The key client is that of something else already."),
        ("question: 1", "question: 2", "Line 26: This service has 1 question; please count from 1."),
        ('["no"]', "[never]", "Line 26: “never” is not known here; possible are: yes; no."),
        ("Hier: {link}", "Hier: {lnik}", "Line 29: There is no {lnik}; did you mean {link}?"),
        ('    subject: "{service}"\n', "", "Line 27: Please fill in this field."),
        ("    give_labels:", "    approvers: [desk]\n    give_labels:", APPROVALS),
        (
            "  one:",
            "  two: {name: Two, when: booked}\n  one:",
            "Line 22: This rule does nothing yet; possible are: "
            "tell, give_labels, take_labels, responsible, approvers.",
        ),
        ("    when:", "    responsible: dusk\n    when:", "Line 24: “dusk” is not known here; did you mean “desk”?"),
    ],
)
def test_broken_rule_is_told_at_its_line(old: str, new: str, problem: str) -> None:
    with pytest.raises(PresetError) as refused:
        read_preset(RULED.replace(old, new, 1))
    assert [one[: len(problem)] for one in refused.value.problems] == [problem]


def test_rule_about_another_service_and_a_key_with_two_meanings_are_told() -> None:
    chat = "  chat: {name: Chat, durations: [1 hour], takes: [red]}\n"
    text = RULED.replace("groups:\n", chat + "roles: {desk: {name: R, may: [approve]}}\ngroups:\n", 1)
    for added, problem in (
        ("services: [chat]", "Line 28: This rule is not about that service; please name it under “services”."),
        ("responsible: desk", "Line 29: desk is a group and a role; please give one of them another key."),
    ):
        with pytest.raises(PresetError) as refused:
            read_preset(text.replace("    tell:", f"    {added}\n    tell:", 1))
        assert refused.value.problems == [problem]


def test_example_of_the_documents_is_a_preset() -> None:
    text = (ROOT / "docs/first-steps.md").read_text("utf-8")
    preset = read_preset(text.partition("```yaml\n")[2].partition("```")[0])
    assert (list(preset.services), preset.services["repair"].takes) == (["repair"], (("mechanic", 1), ("stands", 1)))
