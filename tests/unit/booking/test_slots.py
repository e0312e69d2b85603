"""The rules of slot search, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.booking.hours import Shift
from app.booking.refusals import WrongDuration
from app.booking.slots import (
    Need,
    OpenSession,
    SlotQuery,
    allowed_starts,
    concerned_resources,
    find_free_intervals,
    find_slots,
)
from app.booking.values import Catalog, DateOverride, Requirement, TimeOff, WallInterval
from tests.unit.booking.cast import (
    A_ROOM,
    ADA,
    ANYBODY,
    BOB,
    CENTRE,
    DAY,
    ELEVEN,
    HOUR,
    NINE,
    NOON,
    NORTH,
    NOW,
    ROOM,
    TEN,
    at,
    catalog,
    clock,
    every_day,
    location,
    monday,
    resource,
    service,
)

ALL = clock("09:00", "09:30", "10:00", "10:30", "11:00", "11:30")
SPRING, AUTUMN = date(2030, 3, 31), date(2030, 10, 27)


def slots(set_up: Catalog, taken: dict[int, list[tuple[int, int]]] | None = None, **values: object) -> list[int]:
    return find_slots(set_up, replace(monday(), **values), taken or {}, NOW)  # type: ignore[arg-type]


SERVICES: dict[str, tuple[dict[str, Any], list[int]]] = {
    "every half hour": ({}, ALL),
    "every twenty minutes": ({"slot_interval_minutes": 40}, clock("09:00", "09:40", "10:20", "11:00")),
    "longer": ({"durations_minutes": (120,)}, clock("09:00", "09:30", "10:00")),
    "longer than open": ({"durations_minutes": (240,)}, []),
    "no resources": ({"requirements": ()}, ALL),
    "switched off": ({"active": False}, []),
    "elsewhere": ({"location_ids": (NORTH,)}, []),
    "window ends": ({"booking_window_days": 3}, []),
    "buffers may leave the hours": ({"buffer_before_minutes": 30, "buffer_after_minutes": 30}, ALL),
}


@pytest.mark.parametrize("name", SERVICES)
def test_slots_of_services(name: str) -> None:
    values, expected = SERVICES[name]

    assert slots(catalog(service(**values))) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0, 0, ("09:00", "09:30", "10:30", "11:00", "11:30")),
        (10, 0, ("09:00", "09:30", "11:00", "11:30")),
        (0, 10, ("09:00", "10:30", "11:00", "11:30")),
        (30, 30, ("09:00", "11:00", "11:30")),
    ],
)
def test_slots_keep_buffers_from_what_is_taken(before: int, after: int, expected: tuple[str, ...]) -> None:
    set_up = catalog(service(buffer_before_minutes=before, buffer_after_minutes=after))

    assert slots(set_up, {ADA: [(TEN, TEN + 1800)]}) == clock(*expected)


def test_slots_stay_on_the_grid_after_odd_bookings() -> None:
    assert slots(catalog(), {ADA: [(NINE, NINE + 2100)]}) == clock("10:00", "10:30", "11:00", "11:30")


def test_slots_bear_overlapping_busy_times() -> None:
    taken = {ADA: [(NINE - HOUR, TEN), (NINE, NINE + 60), (TEN - 60, ELEVEN), (ELEVEN, ELEVEN + 60)]}

    assert slots(catalog(), taken) == clock("11:30")


@pytest.mark.parametrize(("minutes", "expected"), [(None, ALL), (30, ALL), (150, clock("09:00", "09:30"))])
def test_slots_of_several_durations(minutes: int | None, expected: list[int]) -> None:
    assert slots(catalog(service(durations_minutes=(30, 150))), duration_minutes=minutes) == expected


def test_slots_of_a_duration_that_there_is_not() -> None:
    with pytest.raises(WrongDuration) as caught:
        slots(catalog(), duration_minutes=31)
    assert caught.value == WrongDuration(allowed=(30,))


@pytest.mark.parametrize(
    ("notice", "now", "first"),
    [(0, NINE - 1, "09:00"), (0, NINE, "09:30"), (30, NINE - 1800, "09:00"), (30, NINE - 1799, "09:30")],
)
def test_slots_after_minimum_notice(notice: int, now: int, first: str) -> None:
    found = find_slots(catalog(service(minimum_notice_minutes=notice)), monday(), {}, now)

    assert found[:1] == clock(first)


def test_slots_end_exactly_with_the_window() -> None:
    found = find_slots(catalog(service(booking_window_days=1)), monday(), {}, TEN - DAY)

    assert found == clock("09:00", "09:30", "10:00")


def test_slots_at_any_minute_ignore_notice_and_window() -> None:
    set_up = catalog(service(minimum_notice_minutes=6000, booking_window_days=1, durations_minutes=(178,)))

    assert find_slots(set_up, monday(any_minute=True), {}, NOON + 90 * DAY) == clock("09:00", "09:01", "09:02")


def test_slots_on_any_grid_keep_notice_and_window() -> None:
    set_up = catalog(service(minimum_notice_minutes=2, durations_minutes=(177,)))

    assert find_slots(set_up, monday(any_grid=True), {}, NINE) == clock("09:02", "09:03")


def test_slots_of_several_people_are_joined() -> None:
    set_up = catalog(service([ANYBODY]), resource(BOB, weekly=every_day(9.25, 10.25)))

    assert slots(set_up, {ADA: [(NINE, ELEVEN)]}) == clock("09:15", "09:45", "11:00", "11:30")


def test_slots_of_the_chosen_provider_only() -> None:
    set_up = catalog(service([ANYBODY]))

    assert slots(set_up, {BOB: [(TEN, NOON)]}, provider_id=BOB) == clock("09:00", "09:30")


def test_concerned_resources_are_one_only_where_one_is_enough() -> None:
    two = replace(ANYBODY, count=2)
    found = [concerned_resources(service(needs), BOB) for needs in ([ANYBODY], [two], [ANYBODY, A_ROOM])]

    assert found == [{BOB}, {ADA, BOB}, {ADA, BOB, ROOM}]


def test_slots_of_somebody_who_does_not_give_the_service() -> None:
    assert slots(catalog(), provider_id=BOB) == []


def test_slots_need_person_and_room_at_once() -> None:
    set_up = catalog(service([ANYBODY, A_ROOM]))
    taken = {ADA: [(NINE, TEN)], BOB: [(NINE, NINE + 1800)], ROOM: [(TEN, ELEVEN)]}

    assert slots(set_up, taken) == clock("09:30", "11:00", "11:30")


def test_slots_with_overlapping_pools_are_matched() -> None:
    set_up = catalog(service([ANYBODY, replace(A_ROOM, resource_ids=(ADA,))]))

    assert slots(set_up, {BOB: [(TEN, NOON)]}) == clock("09:00", "09:30")
    assert slots(set_up, provider_id=ADA) == ALL


def test_slots_with_two_of_a_pool() -> None:
    two = Requirement(1, "Doctors", (ADA, BOB, ROOM), 2)

    assert slots(catalog(service([two])), {ADA: [(NINE, TEN)], BOB: [(NINE, ELEVEN)]}) == clock(
        "10:00", "10:30", "11:00", "11:30"
    )


def test_slots_leave_out_time_off() -> None:
    away = resource(ADA, time_off=(TimeOff(ELEVEN, NOON, "away"), TimeOff(NINE, TEN, "away")))

    assert slots(catalog(away)) == clock("10:00", "10:30")


SESSION = OpenSession(TEN, TEN + 1800, 3, (ADA,))


@pytest.mark.parametrize(
    ("session", "values", "joins"),
    [
        (SESSION, {}, True),
        (SESSION, {"seats": 3}, True),
        (SESSION, {"seats": 4}, False),
        (SESSION, {"provider_id": ADA}, True),
        (SESSION, {"provider_id": BOB}, False),
        (replace(SESSION, resource_ids=()), {"provider_id": BOB}, True),
        (replace(SESSION, end=TEN + 3600), {}, False),
        (SESSION, {"end": TEN}, False),
    ],
)
def test_slots_join_open_sessions(session: OpenSession, values: dict[str, int], joins: bool) -> None:
    set_up = catalog(service([ANYBODY], capacity=5))
    taken = {ADA: [(NINE, NOON)], BOB: [(NINE, NOON)]}
    found = find_slots(set_up, replace(monday(), **values), taken, NOW, [session])  # type: ignore[arg-type]

    assert found == ([TEN] if joins else [])


def test_slots_for_more_seats_than_there_are() -> None:
    assert slots(catalog(service(capacity=5)), seats=6) == []
    assert slots(catalog(service(capacity=5)), seats=5) == ALL


def _berlin(day: date, start: int, end: int, **values: int) -> list[int]:
    special = (DateOverride(day, (WallInterval(start * 60, end * 60),)),)
    set_up = catalog(location(tzid="Europe/Berlin", overrides=special), service(**values))  # type: ignore[arg-type]
    query = SlotQuery(1, CENTRE, at(day, 0), at(day, 6))
    return find_slots(set_up, query, {}, at(day, 0) - 3 * DAY)


def test_slots_skip_the_missing_hour() -> None:
    assert _berlin(SPRING, 1, 4, slot_interval_minutes=60) == [at(SPRING, 0), at(SPRING, 1)]


def test_slots_have_both_doubled_hours() -> None:
    assert _berlin(AUTUMN, 2, 4, slot_interval_minutes=60) == [at(AUTUMN, 0), at(AUTUMN, 1), at(AUTUMN, 2)]


def test_slots_last_real_minutes_over_a_change() -> None:
    assert _berlin(SPRING, 1, 4, durations_minutes=(120,)) == [at(SPRING, 0)]  # type: ignore[arg-type]


def test_free_intervals_of_nobody_and_of_one() -> None:
    bounds = [(NINE, NOON - 1800 + 1)]

    assert find_free_intervals(catalog(service([])), monday(), {}, NOW) == bounds
    assert find_free_intervals(catalog(service([ANYBODY])), monday(provider_id=ADA), {}, NOW) == bounds
    assert find_free_intervals(catalog(service(active=False)), monday(), {}, NOW) == []


def test_starts_of_one_resource() -> None:
    need, shifts = Need(20, 5, 5, 15), [Shift(0, 50, 100), Shift(50, 100, 100)]

    assert allowed_starts(shifts, [(30, 40)], need) == [(0, 6), (45, 81)]
