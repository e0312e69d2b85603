"""Common times of several: what is found, in which order and why, and who stands in the way where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.booking.common_times import (
    QUARTER,
    CommonTime,
    For,
    Hindrance,
    Missing,
    NearMiss,
    Reason,
    find_common,
    find_near_misses,
    rank,
    spread,
)
from app.booking.common_words import say_missing, say_reason
from app.booking.extras import exchanged
from app.booking.slots import SlotQuery
from app.booking.values import Catalog, Interval, Requirement, Resource, TimeOff
from tests.unit.booking.calendars import World, worlds
from tests.unit.booking.cast import (
    A_ROOM,
    ADA,
    ANYBODY,
    BOB,
    DAY,
    ELEVEN,
    MONDAY,
    NINE,
    NOON,
    NOW,
    ONLY_ADA,
    ROOM,
    TEN,
    catalog,
    clock,
    every_day,
    location,
    monday,
    resource,
    service,
)
from tests.unit.booking.model import TICK, Model

FEWER = settings(max_examples=max(settings().max_examples // 8, 10))
STAFF = monday(any_minute=True)
ALL_DAY = location(weekly=every_day(8, 18))


def common(known: Catalog, taken: dict[int, list[Interval]]) -> list[int]:
    return find_common(known, STAFF, taken, NOW)


def ranked(known: Catalog, taken: dict[int, list[Interval]], *starts: str) -> list[CommonTime]:
    return rank(known, STAFF, taken, clock(*starts))


def kinds(found: CommonTime) -> list[For]:
    return [one.kind for one in found.reasons]


def test_staff_are_offered_quarter_hours_and_what_joins_other_bookings() -> None:
    both = catalog(service((ONLY_ADA, A_ROOM)))
    taken = {ADA: [(NINE, NINE + 20 * 60)], ROOM: [(TEN + 25 * 60, NOON)]}

    assert common(both, taken) == clock("09:20", "09:30", "09:45", "09:55")


def test_half_minutes_of_outside_calendars_are_rounded_into_what_is_free() -> None:
    assert common(catalog(), {ADA: [(NINE, ELEVEN + 1741), (NOON - 40, NOON)]}) == []
    assert common(catalog(), {ADA: [(NINE, ELEVEN + 1701), (NOON + 1, NOON + 9)]}) == clock("11:29", "11:30")
    assert common(catalog(), {ADA: [(NINE, ELEVEN + 1800)]}) == clock("11:30")


def test_clients_are_offered_the_grid_of_the_service() -> None:
    found = find_common(catalog(service((ONLY_ADA, A_ROOM))), monday(), {ADA: [(NINE, TEN + 60)]}, NOW)
    assert found == clock("10:30", "11:00", "11:30")


def test_nothing_is_found_before_now() -> None:
    assert find_common(catalog(), STAFF, {}, ELEVEN + 1) == clock("11:01", "11:15", "11:30")
    assert find_common(catalog(), STAFF, {}, MONDAY + DAY) == []


@pytest.mark.parametrize(
    ("start", "taken", "expected"),
    [
        ("09:00", {}, [Reason(For.SOONEST)]),
        ("08:15", {}, [Reason(For.SAME_DAY), Reason(For.EDGE, ("Ada", "Room"))]),
        ("12:00", {}, [Reason(For.SAME_DAY), Reason(For.WITHIN)]),
        ("12:00", {ADA: [(ELEVEN, NOON)]}, [Reason(For.SAME_DAY), Reason(For.JOINED, ("Ada",)), Reason(For.WITHIN)]),
        ("12:00", {ROOM: [(NOON + 1800, NOON + 3600)]},
         [Reason(For.SAME_DAY), Reason(For.JOINED, ("Room",)), Reason(For.WITHIN)]),
        ("12:00", {ADA: [(ELEVEN, NOON - 1740)], ROOM: [(NOON + 3540, NOON + 3660)]},
         [Reason(For.SAME_DAY), Reason(For.SHORT_GAP, ("Ada", "Room")), Reason(For.WITHIN)]),
        ("12:00", {ADA: [(ELEVEN, NOON - 1800)]}, [Reason(For.SAME_DAY), Reason(For.WITHIN)]),
    ],
)  # fmt: skip
def test_reasons_of_a_time(start: str, taken: dict[int, list[Interval]], expected: list[Reason]) -> None:
    known = catalog(ALL_DAY, service((ONLY_ADA, A_ROOM)))
    first = "09:00" if start == "09:00" else "08:00"
    found = {one.start: list(one.reasons) for one in ranked(known, taken, first, start)}
    if start == "09:00":
        expected = [*expected, Reason(For.WITHIN)]
    assert found[clock(start)[0]] == expected


def test_buffers_count_as_taken() -> None:
    known = catalog(ALL_DAY, service((ONLY_ADA,), buffer_before_minutes=15, buffer_after_minutes=30))
    [found] = ranked(known, {ADA: [(ELEVEN, NOON - 900), (NOON + 3600, NOON + 7200)]}, "12:00")
    assert found.reasons == (Reason(For.SOONEST), Reason(For.JOINED, ("Ada",)), Reason(For.WITHIN))


def test_of_a_pool_nobody_is_named() -> None:
    [found] = ranked(catalog(ALL_DAY, service((ANYBODY,))), {ADA: [(ELEVEN, NOON)]}, "12:00")
    assert found.reasons == (Reason(For.SOONEST),)


def test_better_times_come_first_and_of_equal_ones_the_soonest() -> None:
    known = catalog(ALL_DAY, service((ONLY_ADA, A_ROOM)))
    taken = {ADA: [(NOON, NOON + 1800)]}
    found = ranked(known, taken, "08:00", "09:00", "09:15", "11:15", "12:30")
    later = rank(known, STAFF, taken, [NINE, NINE + DAY, NINE + 2 * DAY])

    assert [one.start for one in found] == clock("12:30", "09:00", "09:15", "08:00", "11:15")
    assert [(one.start, one.points, kinds(one)[0]) for one in later] == [
        (NINE, 2, For.SOONEST),
        (NINE + DAY, -3, For.LATER),
        (NINE + 2 * DAY, -7, For.LATER),
    ]
    assert rank(known, STAFF, taken, []) == []


def test_times_that_are_shown_lie_apart() -> None:
    found = [CommonTime(start) for start in clock("10:00", "10:15", "10:30", "09:45", "12:00")]
    assert [one.start for one in spread(found, 2, 1800)] == clock("10:00", "10:30")
    assert [one.start for one in spread(found, 9, 1800)] == clock("10:00", "10:30", "12:00")


def test_who_stands_in_the_way_is_named_with_the_reason() -> None:
    off = resource(BOB, weekly=every_day(6, 7))
    away = resource(ROOM, time_off=(TimeOff(MONDAY, MONDAY + DAY, "repair"),))
    busy = {ADA: [(NINE, NOON)]}
    only_bob = replace(ONLY_ADA, id=3, name="Bob", resource_ids=(BOB,))

    def names(*needs: Requirement, things: Sequence[Resource] = ()) -> list[NearMiss]:
        known = catalog(service(needs), *things)
        return find_near_misses(known, STAFF, busy, NOW, most=2)

    first, second = clock("09:00", "09:15")
    ada, room = Missing("Ada", Hindrance.TAKEN), Missing("Rooms", Hindrance.AWAY)
    bob, doctors = Missing("Bob", Hindrance.OFF), Missing("Doctors", Hindrance.NONE_FREE)
    assert names(ONLY_ADA, A_ROOM) == [NearMiss(first, (ada,)), NearMiss(second, (ada,))]
    assert names(A_ROOM, only_bob, ONLY_ADA, things=(away,)) == [
        NearMiss(first, (room, ada)),
        NearMiss(second, (room, ada)),
    ]
    assert names(A_ROOM, only_bob, things=(off,))[0].missing == (bob,)
    assert names(ANYBODY, A_ROOM, things=(off,))[0].missing == (doctors,)
    assert names(ONLY_ADA) == []
    assert names(ONLY_ADA, only_bob, A_ROOM, things=(away, off)) == []


def test_only_those_who_may_be_looked_at_are_spoken_of() -> None:
    known, busy = catalog(service((ONLY_ADA, A_ROOM))), {ADA: [(NINE, NOON)], ROOM: [(NINE, TEN)]}
    assert find_near_misses(known, STAFF, busy, NOW, told=(ROOM,)) == []
    assert {one.missing[0].name for one in find_near_misses(known, STAFF, busy, NOW, told=(ADA,))} == {"Ada"}
    joined = [one for one in rank(known, STAFF, busy, [NOON], told=(ROOM,))[0].reasons if one.names]
    assert [name for one in joined for name in one.names if name != "Room"] == []
    assert "Ada" in [name for one in rank(known, STAFF, busy, [NOON])[0].reasons for name in one.names]


def test_each_who_is_left_out_has_a_time_before_any_has_two() -> None:
    taken = {ADA: [(NINE, TEN)], ROOM: [(TEN, NOON)]}
    found = find_near_misses(catalog(service((ONLY_ADA, A_ROOM))), STAFF, taken, NOW, most=3)
    assert [(one.start, one.missing[0].name) for one in found] == [
        (NINE, "Ada"),
        (NINE + QUARTER, "Ada"),
        (TEN, "Rooms"),
    ]


def test_reasons_and_hindrances_in_words() -> None:
    said = [say_reason(Reason(kind, ("Ada", "Bob"))) for kind in For if kind is not For.LATER]
    assert said == [
        "the earliest time that suits everyone",
        "on the first day that suits everyone",
        "right before or after another appointment of Ada and Bob",
        "an hour or more from the beginning and end of everybody's hours",
        "leaves a gap of less than half an hour for Ada and Bob",
        "at the beginning or end of the hours of Ada and Bob",
    ]
    assert say_reason(Reason(For.LATER, days=1)) == "1 day after the earliest time"
    assert [say_missing(Missing("Ada", one)) for one in Hindrance] == [
        "Ada is taken",
        "Ada is away",
        "Ada has no hours then",
        "of Ada nothing is free",
    ]


@FEWER
@given(worlds(), st.integers(1, 3))
def test_common_times_and_near_misses_agree_with_the_model(world: World, most: int) -> None:
    query = replace(world.query, any_minute=True, start=max(world.query.start, world.now))
    found = find_common(world.catalog, query, world.taken, world.now)
    model = Model(world.catalog, query, world.taken, world.now).slots()
    missed = find_near_misses(world.catalog, replace(query, provider_id=None), world.taken, world.now, most)

    assert sorted(set(found)) == found
    assert [one for one in found if one % QUARTER == 0] == [one for one in model if one % QUARTER == 0]
    assert sorted(one.start for one in rank(world.catalog, query, world.taken, found)) == found
    assert [one for one in missed if not one.start % TICK and one.start not in without(world, query, one)] == []


def without(world: World, query: SlotQuery, missed: NearMiss) -> list[int]:
    """When all can come but those who are left out, as the model sees it."""
    wanted, left_out = world.catalog.services[1], {each.name for each in missed.missing}
    rest = tuple(each for each in wanted.requirements if each.name not in left_out)
    lesser = exchanged(world.catalog, replace(wanted, requirements=rest))
    return Model(lesser, replace(query, provider_id=None), world.taken, world.now).slots()
