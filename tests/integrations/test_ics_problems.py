"""What cannot be read in calendar files: named with line and reason, and nothing else is lost by it."""

from __future__ import annotations

import random

import pytest

from app.integrations.ics import busy as busy_module
from app.integrations.ics.busy import read_busy
from app.integrations.ics.values import Problem, shown
from tests.integrations.ics_samples import YEAR, calendar, event, read

TEN = "DTSTART:20260105T100000Z"
GOOD = ("BEGIN:VEVENT", "UID:good", TEN, "DURATION:PT1H", "END:VEVENT")

MISTAKES = [
    ((), 2, "The event has no start (DTSTART)."),
    (
        ("DTSTART:tomorrow",),
        4,
        "DTSTART:tomorrow cannot be read.",
    ),
    ((TEN, TEN), 5, "The event has DTSTART more than once."),
    ((TEN, "DTEND:20260105T090000Z"), 5, "The event ends before it starts."),
    ((TEN, "DURATION:-PT1H"), 5, "The event ends before it starts."),
    (("DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260104"), 5, "The event ends before it starts."),
    (("DTSTART;TZID=Nowhere:20260105T100000",), 4, "The time zone Nowhere is not known."),
    (("DTSTART;VALUE=TIME:100000",), 2, "The event's start and end are no dates that can be used."),
    ((TEN, "RRULE:FREQ=SECONDLY"), 5, "The event repeats more often than hourly."),
    ((TEN, "RRULE:RSCALE=HEBREW;FREQ=YEARLY"), 5, "The rule counts in a calendar other than the Gregorian one."),
    ((TEN, "EXRULE:FREQ=DAILY"), 5, "EXRULE is not part of iCalendar any more and cannot be followed."),
    (
        (TEN, "EXDATE:20260106T100000Z", "EXDATE:never"),
        6,
        "EXDATE:never cannot be read.",
    ),
]


@pytest.mark.parametrize(("lines", "line", "reason"), MISTAKES)
def test_mistake_in_an_event_is_named_and_others_are_read(lines: tuple[str, ...], line: int, reason: str) -> None:
    reading = read(*event(*lines), *GOOD)
    assert reading.problems == (Problem(line, reason),)
    assert [busy.uid for busy in reading.busy] == ["good"]


def test_mistake_in_a_folded_line_is_named_where_it_starts() -> None:
    reading = read(*event("SUMMARY:a", " b", " c", "DTSTART:never"))
    assert [problem.line for problem in reading.problems] == [7]


def test_parts_that_do_not_fit_together_are_named() -> None:
    reading = read(*event(TEN, "RDATE;VALUE=TIME:083000"))
    assert reading.problems == (Problem(2, "The event's times and rules do not fit together."),)
    reading = read(*event(TEN, "RRULE:RSCALE=GREGORIAN;FREQ=DAILY;COUNT=2;SKIP=FORWARD"))
    assert [problem.line for problem in reading.problems] == [2]


def test_zone_that_cannot_be_read_is_named() -> None:
    zone = ("BEGIN:VTIMEZONE", "TZID:Odd", "BEGIN:STANDARD", "DTSTART:18500101T000000")
    offsets = ("TZOFFSETFROM:+5744", "TZOFFSETTO:+5744", "END:STANDARD", "END:VTIMEZONE")
    reading = read(*zone, *offsets, *GOOD)
    reason = "The time zone cannot be read: Offset must be less than 24 hours, was +5744"
    assert (reading.problems, reading.events) == ((Problem(2, reason),), 1)


def test_period_that_cannot_be_read_is_named() -> None:
    reading = read("BEGIN:VFREEBUSY", "FREEBUSY:soon/later", "END:VFREEBUSY")
    assert reading.problems == (Problem(3, "soon/later is no period of time."),)


def test_component_that_is_never_closed_is_named_and_closed_ones_are_read() -> None:
    data = "\n".join(("BEGIN:VCALENDAR", *GOOD, "BEGIN:VEVENT", TEN)).encode()
    reading = read_busy(data, YEAR)
    assert [problem.line for problem in reading.problems] == [1, 7]
    assert reading.events == 1


def test_end_without_begin_is_named() -> None:
    reading = read("END:VEVENT", *GOOD)
    assert reading.problems == (Problem(2, "END:VEVENT closes nothing that was begun."),)


def test_lines_outside_of_any_calendar_are_named_once() -> None:
    reading = read_busy(b"stray\nstray\n" + calendar(*GOOD), YEAR)
    assert reading.problems == (Problem(1, "This line belongs to no calendar: stray"),)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "This is no iCalendar file: it has no BEGIN:VCALENDAR."),
        (b"BEGIN:VALARM\nEND:VALARM\n", "This is no calendar: it begins with VALARM and not with VCALENDAR."),
    ],
)
def test_other_files_are_named_as_no_calendar(data: bytes, reason: str) -> None:
    assert read_busy(data, YEAR).problems == (Problem(1, reason),)


def test_nesting_without_end_is_named() -> None:
    depth = 50
    data = b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * depth + b"END:X\n" * depth + b"END:VCALENDAR\n"
    assert read_busy(data, YEAR).problems[0] == Problem(9, "Components are nested too deep.")


def test_too_many_busy_times_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy_module, "MOST_BUSY", 2)
    reading = read(*event(TEN, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"))
    assert reading.problems[0].reason == "The file has more than 2 busy times; please choose less time."


def test_very_many_problems_are_counted_and_not_all_listed() -> None:
    reading = read(*(("BEGIN:VEVENT", "END:VEVENT") * 600))
    assert len(reading.problems) == 501
    assert reading.problems[-1] == Problem(1002, "From here on 100 more problems.")


def test_skipped_event_is_named_as_too_slow() -> None:
    reading = read_busy(calendar(*event(TEN), *GOOD), YEAR, skip=[2])
    assert reading.problems == (Problem(2, "Following the event's rule took too long."),)


def test_shown_makes_one_short_line_of_foreign_text() -> None:
    assert shown(" a\nb\u202e ") == "a?b?"
    assert shown("x" * 100) == "x" * 79 + "…"


def test_reading_damaged_files_never_fails() -> None:
    seed = 20260105
    print("seed", seed)
    chance = random.Random(seed)
    whole = calendar(*event(TEN, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260106T100000Z"), *GOOD)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.choice(b"\x00\r\n:;=,TZ019/\xff")
        reading = read_busy(bytes(data), YEAR)
        assert all(problem.line >= 1 and problem.reason for problem in reading.problems)
