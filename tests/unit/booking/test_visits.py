"""Several services in one visit, one after the other."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.booking.intervals import overlaps
from app.booking.refusals import WrongDuration
from app.booking.rules import Wish, find_candidates, interval_of, with_buffers
from app.booking.slots import Holes
from app.booking.values import Catalog, Requirement, Service
from app.booking.visits import Part, VisitQuery, assign_visit, find_visit_starts, plan
from tests.unit.booking.cast import (
    A_ROOM,
    ADA,
    ANYBODY,
    BOB,
    CENTRE,
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
    resource,
    service,
)
from tests.unit.booking.model import assignments

FIRST = service([ANYBODY])
SECOND = replace(service([ONLY_ADA]), id=2, durations_minutes=(45, 15), slot_interval_minutes=45)
THIRD = replace(service([A_ROOM]), id=3, durations_minutes=(30,))


def visit(*services: Service, provider_id: int | None = None, any_minute: bool = False) -> VisitQuery:
    parts = tuple(Part(one.id, provider_id=provider_id if one is services[0] else None) for one in services)
    return VisitQuery(CENTRE, parts, MONDAY, MONDAY + DAY, any_minute)


def starts(*services: Service, taken: Holes | None = None, provider_id: int | None = None) -> list[int]:
    return find_visit_starts(catalog(*services), visit(*services, provider_id=provider_id), taken or {}, NOW)


def test_visit_of_one_part_is_a_slot() -> None:
    assert starts(FIRST) == clock("09:00", "09:30", "10:00", "10:30", "11:00", "11:30")


def test_visit_leaves_time_for_all_parts_off_their_grids() -> None:
    assert starts(FIRST, SECOND) == clock("09:00", "09:30", "10:00", "10:30")
    assert starts(FIRST, SECOND, THIRD) == clock("09:00", "09:30", "10:00")


def test_visit_needs_each_part_free_at_its_own_time() -> None:
    assert starts(FIRST, THIRD, taken={ROOM: [(TEN, ELEVEN)]}) == clock("09:00", "10:30", "11:00")


def test_visit_at_any_minute_for_staff() -> None:
    late = find_visit_starts(catalog(FIRST), visit(FIRST, any_minute=True), {ADA: [(NINE, NOON)]}, NOON)

    assert late[:2] == clock("09:00", "09:01")


def test_visit_keeps_the_notice_of_later_parts() -> None:
    slow = replace(THIRD, minimum_notice_minutes=3 * 1440 + 10 * 60)

    assert starts(FIRST, slow) == clock("09:30", "10:00", "10:30", "11:00")


def test_visit_with_touching_parts_by_one_person() -> None:
    assert starts(replace(FIRST, requirements=(ONLY_ADA,)), SECOND) == clock("09:00", "09:30", "10:00", "10:30")


def test_visit_with_buffers_needs_two_people() -> None:
    buffered = replace(SECOND, buffer_before_minutes=10)

    assert starts(FIRST, buffered) == clock("09:00", "09:30", "10:00", "10:30")
    assert starts(FIRST, buffered, taken={BOB: [(TEN, NOON)]}) == clock("09:00", "09:30")
    assert starts(FIRST, buffered, provider_id=ADA) == []
    assert starts(replace(FIRST, requirements=(ONLY_ADA,)), buffered) == []


def test_visit_with_buffers_and_no_resource_in_common() -> None:
    assert starts(FIRST, replace(THIRD, buffer_before_minutes=10))[:1] == clock("09:00")


def test_visit_goes_back_where_the_first_choice_is_needed_later() -> None:
    buffered = replace(SECOND, buffer_before_minutes=10)
    wishes = plan(catalog(FIRST, buffered), visit(FIRST, buffered).parts, CENTRE, NINE)

    assert assign_visit(catalog(FIRST, buffered), wishes, {}) == [(BOB,), (ADA,)]


def test_visit_keeps_the_same_person_and_then_spreads_load() -> None:
    again = replace(FIRST, id=2)
    set_up = catalog(FIRST, again)
    wishes = plan(set_up, visit(FIRST, again).parts, CENTRE, NINE)

    assert assign_visit(set_up, wishes, {}, {ADA: 3}) == [(BOB,), (BOB,)]
    assert assign_visit(set_up, [wishes[0], replace(wishes[1], provider_id=ADA)], {}, {ADA: 3}) == [(BOB,), (ADA,)]
    assert assign_visit(set_up, wishes, {ADA: [(NINE, TEN)], BOB: [(NINE, TEN)]}) is None


def test_visit_with_a_later_provider_who_is_taken_is_none() -> None:
    wishes = plan(catalog(FIRST), (Part(1), Part(1, provider_id=BOB)), CENTRE, NINE)

    assert assign_visit(catalog(FIRST), wishes, {BOB: [(NINE + 1800, TEN)]}) is None


def test_visit_that_cannot_be_is_found_out_soon() -> None:
    people = {number: replace(resource(ADA), id=number) for number in range(1, 41)}
    pools = [Requirement(place, "q", tuple(range(place * 10, place * 10 + 10))) for place in (1, 2, 3)]
    one = replace(service([ONLY_ADA, *pools]), buffer_after_minutes=5)
    set_up = replace(catalog(one), resources=people)
    query = VisitQuery(CENTRE, (Part(1),) * 4, MONDAY, MONDAY + 30 * DAY)

    assert find_visit_starts(set_up, query, {}, NOW) == []


def test_visit_plan_puts_parts_one_after_the_other() -> None:
    found = plan(catalog(FIRST, SECOND), (Part(1), Part(2, 15, ADA), Part(1)), CENTRE, NINE)

    assert [(each.start, each.duration_minutes, each.provider_id) for each in found] == [
        (NINE, 30, None),
        (NINE + 1800, 15, ADA),
        (NINE + 2700, 30, None),
    ]


def test_visit_with_a_duration_that_there_is_not() -> None:
    with pytest.raises(WrongDuration):
        plan(catalog(), (Part(1, 31),), CENTRE, NINE)


pools = st.lists(st.sampled_from([ADA, BOB, ROOM]), min_size=1, max_size=3, unique=True)


@st.composite
def chains(draw: st.DrawFn) -> list[Service]:
    found = []
    for number in range(1, draw(st.integers(2, 3)) + 1):
        needs = draw(st.lists(st.tuples(pools, st.integers(1, 2)), min_size=1, max_size=2))
        required = [
            Requirement(place, "q", tuple(ids), min(count, len(ids))) for place, (ids, count) in enumerate(needs)
        ]
        before, after = draw(st.sampled_from([0, 15, 45])), draw(st.sampled_from([0, 15, 45]))
        one = replace(service(required), id=number, buffer_before_minutes=before, buffer_after_minutes=after)
        found.append(replace(one, minimum_notice_minutes=0))
    return found


holes = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4)), max_size=2).map(
    lambda found: sorted((NINE + start * 900, NINE + (start + length) * 900) for start, length in found)
)


@given(chains(), st.fixed_dictionaries({ADA: holes, BOB: holes, ROOM: holes}), st.sampled_from([None, ADA, BOB]))
@settings(max_examples=max(settings().max_examples // 2, 10))
def test_visits_agree_with_trying_everything(services: list[Service], taken: Holes, provider: int | None) -> None:
    set_up = catalog(*services, resource(ROOM))
    query = visit(*services, provider_id=provider)

    found = find_visit_starts(set_up, query, taken, NOW)
    assert found == [start for start in range(NINE, NOON, 1800) if _is_possible(set_up, query, taken, start)]


def _is_possible(set_up: Catalog, query: VisitQuery, taken: Holes, start: int) -> bool:
    wishes = plan(set_up, query.parts, CENTRE, start)
    choices = [_choices(set_up, wish, taken) for wish in wishes]
    return any(_fits(set_up, wishes, members) for members in product(*choices))


def _choices(set_up: Catalog, wish: Wish, taken: Holes) -> list[set[int]]:
    one = set_up.services[wish.service_id]
    free = {each for members in find_candidates(set_up, one, wish, taken).values() for each in members}
    every = assignments(one.requirements, free)
    return [members for members in every if wish.provider_id is None or wish.provider_id in members]


def _fits(set_up: Catalog, wishes: list[Wish], members: tuple[set[int], ...]) -> bool:
    services = [set_up.services[wish.service_id] for wish in wishes]
    spans = [with_buffers(one, interval_of(one, wish)) for one, wish in zip(services, wishes, strict=True)]
    return not any(
        overlaps(spans[i], spans[j]) and members[i] & members[j] for j in range(len(wishes)) for i in range(j)
    )
