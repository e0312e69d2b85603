"""Recurrence rules: what is read, what is refused, and what they expand to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # it has no annotations
from hypothesis import example, given
from hypothesis import strategies as st

from app.booking.recurrence import (
    MAX_OCCURRENCES,
    MAX_YEARS,
    Frequency,
    NumberedWeekday,
    Occurrence,
    Recurrence,
    expand,
    parse_recurrence,
)
from app.booking.refusals import InvalidInput, MissingHour
from tests.unit.booking.cast import at

BERLIN = "Europe/Berlin"
START = date(2030, 1, 7)


def days(rule: str, first: date = START, exdates: tuple[str, ...] = ()) -> list[str]:
    found = expand(parse_recurrence(rule, exdates), at(first, 9), "UTC")
    return [each.day.isoformat()[2:] for each in found]


PARSED = {
    "FREQ=DAILY;COUNT=3": Recurrence(Frequency.DAILY, count=3),
    "RRULE:freq=weekly;byday=mo,th;interval=2;until=20300301;wkst=su": Recurrence(
        Frequency.WEEKLY,
        interval=2,
        until_day=date(2030, 3, 1),
        by_day=(NumberedWeekday(0, 0), NumberedWeekday(0, 3)),
        week_start=6,
    ),
    "FREQ=MONTHLY;BYDAY=2TU,-1FR,SU;COUNT=1": Recurrence(
        Frequency.MONTHLY, count=1, by_day=(NumberedWeekday(2, 1), NumberedWeekday(-1, 4), NumberedWeekday(0, 6))
    ),
    "FREQ=MONTHLY;BYMONTHDAY=1,-1,+15;UNTIL=20300301T120000Z": Recurrence(
        Frequency.MONTHLY, until=at(date(2030, 3, 1), 12), by_month_day=(1, -1, 15)
    ),
}


@pytest.mark.parametrize("rule", PARSED)
def test_parse_of_the_subset(rule: str) -> None:
    assert parse_recurrence(rule) == PARSED[rule]


def test_parse_exceptions() -> None:
    found = parse_recurrence("FREQ=DAILY;COUNT=3", ["2030-01-08", " 2030-01-09 "])

    assert found.exdates == {date(2030, 1, 8), date(2030, 1, 9)}


REFUSED = {
    "": "Please write the rule like",
    "FREQ": "Please write the rule like",
    "FREQ=": "Please write the rule like",
    "COUNT=3": "A series can be daily, weekly or monthly",
    "FREQ=YEARLY;COUNT=3": "A series can be daily, weekly or monthly",
    "FREQ=DAILY;COUNT=3;COUNT=4": "Please write the rule like",
    "FREQ=DAILY": "Please give the series one end",
    "FREQ=DAILY;COUNT=3;UNTIL=20300101": "Please give the series one end",
    "FREQ=DAILY;COUNT=0": "COUNT must be a number from 1 to 400.",
    "FREQ=DAILY;COUNT=401": "COUNT must be a number from 1 to 400.",
    "FREQ=DAILY;COUNT=-1": "COUNT must be a number",
    "FREQ=DAILY;COUNT=²": "COUNT must be a number",
    "FREQ=DAILY;COUNT=9;INTERVAL=0": "INTERVAL must be a number from 1 to 99.",
    "FREQ=DAILY;COUNT=9;INTERVAL=x": "INTERVAL must be a number",
    "FREQ=DAILY;COUNT=9;BYDAY=MO": "A daily series cannot use BYDAY",
    "FREQ=WEEKLY;COUNT=9;BYMONTHDAY=1": "A weekly series cannot use BYMONTHDAY",
    "FREQ=WEEKLY;COUNT=9;BYSETPOS=1": "A weekly series cannot use BYSETPOS",
    "FREQ=MONTHLY;COUNT=9;BYDAY=1MO;BYMONTHDAY=1": "Please choose either weekdays or days of the month",
    "FREQ=WEEKLY;COUNT=9;BYDAY=2MO": "Only a monthly series can have numbered weekdays",
    "FREQ=WEEKLY;COUNT=9;BYDAY=XX": "BYDAY must be weekdays",
    "FREQ=MONTHLY;COUNT=9;BYDAY=6MO": "BYDAY must be weekdays",
    "FREQ=MONTHLY;COUNT=9;BYMONTHDAY=32": "BYMONTHDAY must be days",
    "FREQ=MONTHLY;COUNT=9;BYMONTHDAY=0": "BYMONTHDAY must be days",
    "FREQ=MONTHLY;COUNT=9;BYMONTHDAY=1,": "BYMONTHDAY must be days",
    "FREQ=WEEKLY;COUNT=9;WKST=XX": "WKST must be a weekday",
    "FREQ=DAILY;UNTIL=2030": "UNTIL must be a day like",
    "FREQ=DAILY;UNTIL=20300101T120000": "UNTIL must be a day like",
    "FREQ=DAILY;UNTIL=20300230": "UNTIL is not a day of the calendar",
    "FREQ=DAILY;UNTIL=20300101T250000Z": "UNTIL is not a day of the calendar",
    "FREQ=DAILY;COUNT=3;" + "X" * 500: "The rule of the series is too long",
}


@pytest.mark.parametrize("rule", REFUSED)
def test_parse_refuses_with_one_sentence(rule: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_recurrence(rule)
    assert (caught.value.field, caught.value.problem[: len(REFUSED[rule])]) == ("rule", REFUSED[rule])


def test_parse_refuses_exceptions_that_are_no_days() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_recurrence("FREQ=DAILY;COUNT=3", ["tomorrow"])
    assert caught.value == InvalidInput("exdates", "Please write exceptions as days like 2030-01-31.")


EXPANDED = {
    "FREQ=DAILY;COUNT=3": ["30-01-07", "30-01-08", "30-01-09"],
    "FREQ=DAILY;INTERVAL=10;UNTIL=20300127": ["30-01-07", "30-01-17", "30-01-27"],
    "FREQ=WEEKLY;COUNT=2": ["30-01-07", "30-01-14"],
    "FREQ=WEEKLY;BYDAY=TH,MO;INTERVAL=2;COUNT=4": ["30-01-07", "30-01-10", "30-01-21", "30-01-24"],
    "FREQ=WEEKLY;BYDAY=SU,MO;INTERVAL=2;WKST=SU;COUNT=3": ["30-01-07", "30-01-20", "30-01-21"],
    "FREQ=MONTHLY;COUNT=2": ["30-01-07", "30-02-07"],
    "FREQ=MONTHLY;BYDAY=1MO;UNTIL=20300401T090000Z": ["30-01-07", "30-02-04", "30-03-04", "30-04-01"],
    "FREQ=MONTHLY;BYDAY=1MO;UNTIL=20300401T085959Z": ["30-01-07", "30-02-04", "30-03-04"],
    "FREQ=MONTHLY;BYDAY=MO,-1WE;COUNT=5": ["30-01-07", "30-01-14", "30-01-21", "30-01-28", "30-01-30"],
    "FREQ=MONTHLY;BYMONTHDAY=7,-1;COUNT=4": ["30-01-07", "30-01-31", "30-02-07", "30-02-28"],
}


@pytest.mark.parametrize("rule", EXPANDED)
def test_expand_days(rule: str) -> None:
    assert days(rule) == EXPANDED[rule]


def test_expand_leaves_out_days_that_do_not_exist() -> None:
    assert days("FREQ=MONTHLY;COUNT=3", date(2030, 1, 31)) == ["30-01-31", "30-03-31", "30-05-31"]


def test_expand_counts_before_exceptions() -> None:
    assert days("FREQ=DAILY;COUNT=3", exdates=("2030-01-07", "2030-05-01")) == ["30-01-08", "30-01-09"]


@pytest.mark.parametrize(
    ("rule", "first", "exdates", "problem"),
    [
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", START, (), "The first booking is not on a day of the series"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12;COUNT=3", date(2030, 2, 1), (), "The first booking is not on a day"),
        ("FREQ=DAILY;UNTIL=20300106", START, (), "The series has no day left"),
        ("FREQ=DAILY;COUNT=1", START, ("2030-01-07",), "The series has no day left"),
        ("FREQ=DAILY;UNTIL=20390101", START, (), "A series may have at most 400 bookings"),
        ("FREQ=WEEKLY;INTERVAL=9;COUNT=100", START, (), "A series may last at most 10 years"),
        ("FREQ=MONTHLY;COUNT=400", START, (), "A series may last at most 10 years"),
    ],
)
def test_expand_refuses(rule: str, first: date, exdates: tuple[str, ...], problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        days(rule, first, exdates)
    assert caught.value.problem[: len(problem)] == problem


def test_expand_gives_exactly_the_most_there_may_be() -> None:
    last = START + timedelta(days=MAX_OCCURRENCES - 1)

    assert len(days(f"FREQ=DAILY;UNTIL={last:%Y%m%d}")) == MAX_OCCURRENCES
    assert len(days(f"FREQ=DAILY;COUNT={MAX_OCCURRENCES}")) == MAX_OCCURRENCES


def test_expand_may_end_with_the_last_day_of_ten_years() -> None:
    assert len(days("FREQ=DAILY;INTERVAL=61;COUNT=61")) == 61


def test_expand_keeps_the_local_time_across_changes() -> None:
    first = at(date(2030, 3, 24), 8)
    found = expand(parse_recurrence("FREQ=WEEKLY;COUNT=3"), first, BERLIN)

    assert [each.start for each in found] == [first, at(date(2030, 3, 31), 7), at(date(2030, 4, 7), 7)]


def test_expand_reports_the_missing_hour() -> None:
    found = expand(parse_recurrence("FREQ=WEEKLY;COUNT=2"), at(date(2030, 3, 24), 1, 30), BERLIN)

    missing = MissingHour(next_possible=at(date(2030, 3, 31), 1))
    assert found[1] == Occurrence(1, date(2030, 3, 31), None, missing)


def test_expand_until_a_moment_in_the_missing_hour() -> None:
    first = at(date(2030, 3, 24), 1, 30)
    until = [parse_recurrence(f"FREQ=WEEKLY;UNTIL=20300331T{clock}Z") for clock in ("005959", "010000")]

    assert [len(expand(each, first, BERLIN)) for each in until] == [1, 2]


def test_expand_takes_the_first_of_two_but_keeps_the_given_start() -> None:
    second = at(date(2030, 10, 27), 1, 30)
    weekly = parse_recurrence("FREQ=WEEKLY;COUNT=2")

    assert expand(weekly, second, BERLIN)[0].start == second
    assert expand(weekly, at(date(2030, 10, 20), 0, 30), BERLIN)[1].start == at(date(2030, 10, 27), 0, 30)


weekdays = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=3, unique=True)
numbered = st.tuples(st.sampled_from(["", "1", "2", "3", "4", "-1", "-2"]), weekdays).map(
    lambda pair: [pair[0] + day for day in pair[1]]
)
month_days = st.lists(st.sampled_from([1, 13, 28, 31, -1, -3]), min_size=1, max_size=3, unique=True)
bodies = st.one_of(
    st.just("FREQ=DAILY"),
    weekdays.map(lambda each: f"FREQ=WEEKLY;BYDAY={','.join(each)}"),
    numbered.map(lambda each: f"FREQ=MONTHLY;BYDAY={','.join(each)}"),
    month_days.map(lambda each: f"FREQ=MONTHLY;BYMONTHDAY={','.join(map(str, each))}"),
)


@given(bodies, st.integers(1, 4), st.integers(1, 12), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
@example("FREQ=MONTHLY;BYMONTHDAY=31", 4, 12, date(2020, 2, 1))
def test_expand_agrees_with_another_program(body: str, interval: int, count: int, around: date) -> None:
    rule = f"{body};INTERVAL={interval};COUNT={count}"
    first = rrulestr(rule, dtstart=datetime(around.year, around.month, around.day, 9, tzinfo=UTC))[0].date()
    theirs = list(rrulestr(rule, dtstart=datetime(first.year, first.month, first.day, 9, tzinfo=UTC)))
    if theirs[-1].date() > first + timedelta(days=MAX_YEARS * 366):  # the 31st of every 4th month, 12 times
        with pytest.raises(InvalidInput):
            expand(parse_recurrence(rule), at(first, 9), "UTC")
        return

    assert [each.start for each in expand(parse_recurrence(rule), at(first, 9), "UTC")] == [
        int(moment.timestamp()) for moment in theirs
    ]
