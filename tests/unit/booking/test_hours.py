"""Hours of locations and resources: overrides, closures, past midnight, other zones, clock changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.booking import hours
from app.booking.hours import DAY, Shift, availability, closures_on, opening, own_hours, with_weekly_hours, working
from app.booking.values import Catalog, Closure, DateOverride, TimeOff, WallInterval, WeeklyHours
from tests.unit.booking.cast import (
    ADA,
    CENTRE,
    HOUR,
    MONDAY,
    NORTH,
    TEN,
    at,
    catalog,
    every_day,
    location,
    resource,
)

THE_DAY = date(2030, 1, 7)
AUTUMN, SPRING = date(2030, 10, 27), date(2030, 3, 31)


def wall(start: int, end: int) -> WallInterval:
    return WallInterval(start * 60, end * 60)


def open_hours(set_up: Catalog, day: int = MONDAY) -> list[tuple[float, float]]:
    """When the centre opens, in hours from midnight."""
    shifts = [shift for shift in opening(set_up, CENTRE, day, day + DAY) if shift.end > day]
    return [((shift.start - day) / HOUR, (shift.end - day) / HOUR) for shift in shifts]


def work_hours(set_up: Catalog, place: int = CENTRE, day: int = MONDAY) -> list[tuple[float, float]]:
    """When Ada can be had, in hours from midnight."""
    found = availability(set_up, ADA, place, day, day + DAY)
    return [((start - day) / HOUR, (end - day) / HOUR) for start, end in found]


OPENING: dict[str, tuple[dict[str, Any], list[tuple[float, float]]]] = {
    "weekly": ({}, [(9, 12)]),
    "always": ({"weekly": ()}, [(0, 24)]),
    "no hours that weekday": ({"weekly": (WeeklyHours(1, wall(9, 12)),)}, []),
    "two shifts that touch": ({"weekly": every_day(9, 12) + every_day(12, 15)}, [(9, 12), (12, 15)]),
    "two that overlap": ({"weekly": every_day(9, 12) + every_day(11, 15)}, [(9, 12), (12, 15)]),
    "one inside another": ({"weekly": every_day(9, 12) + every_day(10, 11)}, [(9, 12)]),
    "past midnight": ({"weekly": every_day(22, 26)}, [(-2, 2), (22, 26)]),
    "override": ({"overrides": (DateOverride(THE_DAY, (wall(14, 16),)),)}, [(14, 16)]),
    "closed by override": ({"overrides": (DateOverride(THE_DAY),)}, []),
    "single extra day": (
        {"weekly": (WeeklyHours(1, wall(9, 12)),), "overrides": (DateOverride(THE_DAY, (wall(10, 11),)),)},
        [(10, 11)],
    ),
    "holiday": ({"closures": (Closure(THE_DAY, THE_DAY, "Holiday"),)}, []),
    "holiday cuts the night": (
        {"weekly": every_day(22, 26), "closures": (Closure(THE_DAY, THE_DAY, "Holiday"),)},
        [],
    ),
    "other zone": ({"tzid": "Asia/Kathmandu"}, [(3.25, 6.25)]),
}


@pytest.mark.parametrize("name", OPENING)
def test_opening_cases(name: str) -> None:
    values, expected = OPENING[name]

    assert open_hours(catalog(location(**values))) == expected


ADAS_HOURS: dict[str, tuple[dict[str, Any], list[tuple[float, float]]]] = {
    "follows the location": ({}, [(9, 12)]),
    "own hours cut by the location": ({"weekly": every_day(8, 10)}, [(9, 10)]),
    "own zone": ({"weekly": every_day(8, 10), "tzid": "America/New_York"}, []),
    "own zone within": ({"weekly": every_day(11, 13), "tzid": "Europe/Berlin"}, [(10, 12)]),
    "only elsewhere": ({"weekly": every_day(9, 12, NORTH)}, []),
    "here in the morning": ({"weekly": every_day(9, 10, CENTRE) + every_day(10, 12, NORTH)}, [(9, 10)]),
    "override for another place": ({"overrides": (DateOverride(THE_DAY, (wall(9, 10),), NORTH),)}, [(9, 12)]),
    "override alone": ({"overrides": (DateOverride(THE_DAY, (wall(9, 10),)),)}, [(9, 10)]),
    "two overrides of one day": (
        {"overrides": (DateOverride(THE_DAY, (wall(9, 10),)), DateOverride(THE_DAY, (wall(11, 12),), CENTRE))},
        [(9, 10), (11, 12)],
    ),
    "belongs elsewhere": ({"location_id": NORTH}, []),
    "belongs here": ({"location_id": CENTRE}, [(9, 12)]),
    "switched off": ({"active": False}, []),
    "time off": ({"time_off": (TimeOff(TEN, TEN + 1800, "dentist"),)}, [(9, 10), (10.5, 12)]),
}


@pytest.mark.parametrize("name", ADAS_HOURS)
def test_resource_cases(name: str) -> None:
    values, expected = ADAS_HOURS[name]

    assert work_hours(catalog(resource(ADA, **values))) == expected


def test_location_switched_off_has_nobody() -> None:
    assert work_hours(catalog(location(active=False))) == []


def test_reach_goes_on_where_shifts_touch() -> None:
    shifts = opening(catalog(location(weekly=every_day(9, 12) + every_day(12, 15))), CENTRE, MONDAY, MONDAY + DAY)

    assert [shift for shift in shifts if shift.start >= MONDAY] == [
        Shift(MONDAY + 9 * HOUR, MONDAY + 12 * HOUR, MONDAY + 15 * HOUR),
        Shift(MONDAY + 12 * HOUR, MONDAY + 15 * HOUR, MONDAY + 15 * HOUR),
    ]


@pytest.mark.parametrize(
    ("day", "start", "end", "length"),
    [(SPRING, 1, 4, 2), (AUTUMN, 1, 4, 4), (AUTUMN, 1, 2, 1), (AUTUMN, 2, 3, 2), (SPRING, 2, 3, 0)],
)
def test_opening_on_clock_change_days(day: date, start: int, end: int, length: int) -> None:
    place = location(tzid="Europe/Berlin", overrides=(DateOverride(day, (wall(start, end),)),))
    shifts = opening(catalog(place), CENTRE, at(day, 0), at(day, 6))

    assert sum(shift.end - shift.start for shift in shifts if shift.start > at(day, 0) - 6 * HOUR) == length * HOUR


def test_closures_on_includes_first_and_last_day() -> None:
    closure = Closure(date(2030, 1, 7), date(2030, 1, 9), "Works")
    place = location(closures=(closure,))

    assert [len(closures_on(place, date(2030, 1, day))) for day in (6, 7, 9, 10)] == [0, 1, 1, 0]


def test_own_hours_ignore_the_location() -> None:
    alone = own_hours(resource(ADA, weekly=every_day(6, 8)), location(), MONDAY, MONDAY + DAY)

    assert alone == [(MONDAY + 6 * HOUR, MONDAY + 8 * HOUR)]
    assert own_hours(resource(ADA), location(), MONDAY, MONDAY + DAY) is None


def test_memo_answers_the_same_and_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hours, "_MEMO_SIZE", 3)
    set_up = catalog()
    first = working(set_up, ADA, CENTRE, MONDAY, MONDAY + DAY)

    assert working(set_up, ADA, CENTRE, MONDAY, MONDAY + DAY) == first
    for number in range(20):
        assert work_hours(set_up, day=MONDAY + number * 40 * DAY) == [(9, 12)]
    assert len(set_up.memo) <= 4


def test_catalog_with_other_weekly_hours_forgets_the_old_ones_and_leaves_its_source_alone() -> None:
    set_up = catalog(location(weekly=every_day(8, 18)))
    before = open_hours(set_up)
    tried = with_weekly_hours(set_up, set_up.locations[CENTRE], [WeeklyHours(0, wall(9, 12))])
    alone = with_weekly_hours(tried, tried.resources[ADA], [WeeklyHours(0, wall(11, 14))])
    works = availability(alone, ADA, CENTRE, MONDAY, MONDAY + DAY)
    assert (open_hours(tried), works) == ([(9, 12)], [(MONDAY + 11 * HOUR, MONDAY + 12 * HOUR)])
    assert open_hours(set_up) == before == [(8, 18)]
