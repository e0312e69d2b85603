"""Local texts of instants, over clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.booking.wall_clock import day_bounds, local
from app.web import times

BERLIN = "Europe/Berlin"
ZONES = [
    BERLIN,
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
    "Africa/Casablanca",
    "Pacific/Apia",
]


def at(text: str) -> int:
    """The instant of an ISO time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def every_quarter(day: date, tzid: str) -> list[int]:
    """All quarter hours of a local date."""
    return list(range(*day_bounds(day, tzid), 900))


@given(st.integers(1_600_000_000, 2_000_000_000), st.sampled_from(ZONES), st.lists(st.integers(1, 200), max_size=60))
def test_wall_minutes_equal_zoneinfo(start: int, tzid: str, steps: list[int]) -> None:
    starts = [start - start % 900]
    for step in steps:
        starts.append(starts[-1] + step * 900)
    walls = [local(one, tzid).replace(tzinfo=UTC) for one in starts]
    assert list(times.wall_minutes(starts, tzid)) == [int(wall.timestamp()) // 60 for wall in walls]


@pytest.mark.parametrize("day", [date(2030, 3, 31), date(2030, 10, 27), date(2030, 7, 1)])
def test_group_by_day_equals_formatting_each(day: date) -> None:
    starts = every_quarter(day, BERLIN)
    grouped = times.group_by_day(starts, BERLIN)
    assert [one.day for one in grouped] == [day]
    assert [slot.clock[:5] for slot in grouped[0].slots] == [local(one, BERLIN).strftime("%H:%M") for one in starts]


def test_group_by_day_tells_doubled_hour_apart() -> None:
    slots = times.group_by_day(every_quarter(date(2030, 10, 27), BERLIN), BERLIN)[0].slots
    clocks = [slot.clock for slot in slots]
    assert clocks[7:18:4] == ["01:45", "02:45 CEST", "02:45 CET"]
    assert len(set(clocks)) == len(clocks) == 100


def test_group_by_day_skips_missing_hour() -> None:
    clocks = [slot.clock for slot in times.group_by_day(every_quarter(date(2030, 3, 31), BERLIN), BERLIN)[0].slots]
    assert (len(clocks), "02:00" in clocks, clocks[7:9]) == (92, False, ["01:45", "03:00"])


def test_group_by_day_shows_other_clock_only_where_it_differs() -> None:
    starts = [at("2030-03-30T10:00"), at("2030-04-01T10:00")]
    grouped = times.group_by_day(starts, "Africa/Lagos", BERLIN)
    assert [slot.other for one in grouped for slot in one.slots] == ["", "12:00"]


def test_group_by_day_of_nothing_is_nothing() -> None:
    assert times.group_by_day([], BERLIN) == []


def test_moment_names_zone_in_doubled_hour_only() -> None:
    moments = [
        times.moment_text(at(text), BERLIN) for text in ("2030-10-27T00:30", "2030-10-27T01:30", "2030-07-01T08:00")
    ]
    assert moments == [
        "Sunday 27 October 2030, 02:30 CEST",
        "Sunday 27 October 2030, 02:30 CET",
        "Monday 1 July 2030, 10:00",
    ]


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2030-01-07T10:00", "2030-01-07T10:30", "Monday 7 January 2030, 10:00–10:30"),
        ("2030-01-07T23:00", "2030-01-08T00:00", "Monday 7 January 2030, 23:00–24:00"),
        ("2030-01-07T23:00", "2030-01-08T01:00", "Monday 7 January 2030, 23:00 – Tuesday 8 January 2030, 01:00"),
    ],
)
def test_span_over_midnight(start: str, end: str, text: str) -> None:
    assert times.span_text(at(start), at(end), "UTC") == text


@pytest.mark.parametrize(("minutes", "text"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (90, "1 h 30 min")])
def test_duration_in_words(minutes: int, text: str) -> None:
    assert times.duration_text(minutes) == text


def test_small_texts() -> None:
    day = date(2030, 1, 7)
    assert [times.short_day(day), times.clock_text(at("2030-01-07T10:00"), BERLIN)] == ["Mon 7 Jan", "11:00"]
    assert times.local_day(at("2030-01-07T23:30"), BERLIN) == date(2030, 1, 8)
    assert BERLIN in times.zones()
