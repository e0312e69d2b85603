"""Wall clocks over missing and doubled hours."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.booking.refusals import MissingHour, UnknownZone
from app.booking.wall_clock import (
    day_bounds,
    earliest,
    end_of,
    local,
    local_date,
    local_minute,
    resolve,
    steady_midnight,
    to_instants,
    week_bounds,
    zone,
)
from tests.unit.booking.calendars import CHANGES
from tests.unit.booking.cast import at

SPRING, AUTUMN = date(2030, 3, 31), date(2030, 10, 27)
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("day", "minute", "tzid", "expected"),
    [
        (date(2030, 1, 7), 9 * 60, BERLIN, (at(date(2030, 1, 7), 8),)),
        (date(2030, 1, 7), 25 * 60, BERLIN, (at(date(2030, 1, 8), 0),)),
        (SPRING, 150, BERLIN, ()),
        (SPRING, 180, BERLIN, (at(SPRING, 1),)),
        (AUTUMN, 150, BERLIN, (at(AUTUMN, 0, 30), at(AUTUMN, 1, 30))),
        (AUTUMN, 180, BERLIN, (at(AUTUMN, 2),)),
        (date(2030, 4, 7), 105, "Australia/Lord_Howe", (at(date(2030, 4, 6), 14, 45), at(date(2030, 4, 6), 15, 15))),
        (date(2011, 12, 30), 600, "Pacific/Apia", ()),
        (date(2018, 11, 4), 30, "America/Sao_Paulo", ()),
    ],
)
def test_to_instants_cases(day: date, minute: int, tzid: str, expected: tuple[int, ...]) -> None:
    assert to_instants(day, minute, tzid) == expected


def test_earliest_of_a_missing_time_is_the_end_of_the_gap() -> None:
    assert earliest(SPRING, 150, BERLIN) == at(SPRING, 1)
    assert earliest(date(2011, 12, 30), 600, "Pacific/Apia") == at(date(2011, 12, 30), 10)


@pytest.mark.parametrize(
    ("day", "minute", "expected"),
    [
        (AUTUMN, 120, at(AUTUMN, 0)),
        (AUTUMN, 150, at(AUTUMN, 1, 30)),
        (AUTUMN, 180, at(AUTUMN, 2)),
        (SPRING, 150, at(SPRING, 1)),
        (SPRING, 120, at(SPRING, 1)),
        (date(2030, 1, 7), 120, at(date(2030, 1, 7), 1)),
    ],
)
def test_end_of_cases(day: date, minute: int, expected: int) -> None:
    assert end_of(day, minute, BERLIN) == expected


def test_resolve_takes_the_first_of_two_unless_told() -> None:
    assert resolve(AUTUMN, 150, BERLIN) == at(AUTUMN, 0, 30)
    assert resolve(AUTUMN, 150, BERLIN, second=True) == at(AUTUMN, 1, 30)


def test_resolve_a_missing_time_says_when_the_clock_goes_on() -> None:
    with pytest.raises(MissingHour) as caught:
        resolve(SPRING, 150, BERLIN)
    assert caught.value == MissingHour(next_possible=at(SPRING, 1))


@pytest.mark.parametrize(
    ("day", "tzid", "hours"),
    [
        (SPRING, BERLIN, 23),
        (AUTUMN, BERLIN, 25),
        (date(2030, 4, 7), "Australia/Lord_Howe", 24.5),
        (date(2018, 11, 4), "America/Sao_Paulo", 23),
        (date(2018, 2, 17), "America/Sao_Paulo", 25),
        (date(2030, 11, 3), "America/Havana", 25),
        (date(2011, 12, 30), "Pacific/Apia", 0),
    ],
)
def test_day_bounds_have_the_real_length(day: date, tzid: str, hours: float) -> None:
    start, end = day_bounds(day, tzid)

    assert (end - start) / 3600 == hours


def test_week_bounds_go_from_monday_to_monday() -> None:
    start, end = week_bounds(AUTUMN, BERLIN)

    assert (local_date(start, BERLIN), local_date(end, BERLIN)) == (date(2030, 10, 21), date(2030, 10, 28))
    assert end - start == (7 * 24 + 1) * 3600


@pytest.mark.parametrize(
    "tzid", ["", "Mars/Olympus", "../../etc/passwd", "Europe", "x" * 200, "Europe/Ber\0lin", "ä/ö"]
)
def test_zone_that_does_not_exist(tzid: str) -> None:
    with pytest.raises(UnknownZone) as caught:
        zone(tzid)
    assert caught.value == UnknownZone(tzid=tzid[:64])


def test_steady_midnight_is_none_near_a_change() -> None:
    near = [date(2030, 10, day) for day in (24, 25, 26, 27, 28)]

    assert [steady_midnight(day, BERLIN) is None for day in near] == [False, False, True, True, False]
    assert steady_midnight(date(2030, 10, 24), BERLIN) == at(date(2030, 10, 23), 22)


@given(st.sampled_from(CHANGES), st.integers(-72 * 60, 72 * 60))
def test_every_instant_is_found_again_by_its_wall_time(change: tuple[str, date], minutes: int) -> None:
    tzid, day = change
    instant = at(day, 0) + minutes * 60

    assert instant in to_instants(local_date(instant, tzid), local_minute(instant, tzid), tzid)
    assert local(instant, tzid).timestamp() == instant
