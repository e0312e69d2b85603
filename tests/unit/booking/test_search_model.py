"""The slot search against the obvious model, over random calendars on days when clocks change."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.booking.refusals import Refusal
from app.booking.rules import Wish, check_time, find_assignment, find_refusals
from app.booking.slots import OpenSession, SlotQuery, find_free_intervals, find_slots
from tests.unit.booking.calendars import World, worlds
from tests.unit.booking.model import TICK, Model, assignments

FEWER = settings(max_examples=max(settings().max_examples // 4, 10))


def model_of(world: World, sessions: tuple[OpenSession, ...] = ()) -> Model:
    return Model(world.catalog, world.query, world.taken, world.now, sessions)


def wish_at(query: SlotQuery, start: int) -> Wish:
    return Wish(query.service_id, query.location_id, start, query.duration_minutes, query.provider_id, query.seats)


@given(worlds())
def test_slots_agree_with_the_model(world: World) -> None:
    found = find_slots(world.catalog, world.query, world.taken, world.now)

    assert found == model_of(world).slots()


@FEWER
@given(worlds())
def test_slots_at_any_minute_agree_with_the_model(world: World) -> None:
    query = replace(world.query, any_minute=True)
    found = find_slots(world.catalog, query, world.taken, world.now)

    assert [start for start in found if start % TICK == 0] == model_of(replace(world, query=query)).slots()


@FEWER
@given(worlds())
def test_free_intervals_agree_with_the_model(world: World) -> None:
    found = find_free_intervals(world.catalog, world.query, world.taken, world.now)
    every_tick = [start for low, high in found for start in range(-(-low // TICK) * TICK, high, TICK)]

    model = model_of(world)
    model.has_grid = False
    assert every_tick == model.slots()


@FEWER
@given(worlds(capacity=3), st.integers(0, 20), st.integers(0, 3))
def test_slots_with_a_group_session_agree_with_the_model(world: World, place: int, seats_left: int) -> None:
    start = world.query.start + place * 1800
    sessions = (OpenSession(start, start + 1800, seats_left),)
    found = find_slots(world.catalog, world.query, world.taken, world.now, sessions)

    assert found == model_of(world, sessions).slots()


@FEWER
@given(worlds())
def test_check_time_agrees_with_the_search(world: World) -> None:
    offered = set(find_slots(world.catalog, world.query, world.taken, world.now))
    ticks = list(range(world.query.start, min(world.query.end, world.query.start + 6 * 3600), TICK))
    accepted = {start for start in ticks if _is_accepted(world, wish_at(world.query, start))}

    assert accepted == {start for start in offered if start in ticks}


def _is_accepted(world: World, wish: Wish) -> bool:
    try:
        check_time(world.catalog, wish, world.taken, world.now)
    except Refusal:
        return False
    return True


@FEWER
@given(worlds())
def test_assignment_exists_for_every_slot_and_has_the_provider(world: World) -> None:
    for start in find_slots(world.catalog, world.query, world.taken, world.now)[:5]:
        wish = wish_at(world.query, start)
        chosen = set(find_assignment(world.catalog, wish, world.taken, load={}))
        model = model_of(world)
        requirements = model.service.requirements
        free = {one for each in requirements for one in each.resource_ids if model.can_take(one, start)}

        assert chosen in list(assignments(requirements, free))
        assert wish.provider_id is None or wish.provider_id in chosen


@FEWER
@given(worlds(), st.integers(0, 100))
def test_refusals_are_given_exactly_where_no_slot_is(world: World, place: int) -> None:
    start = world.query.start + place * TICK
    query = replace(world.query, start=start, end=start + 1)
    is_free = bool(find_slots(world.catalog, query, world.taken, world.now))

    refusals = find_refusals(world.catalog, wish_at(query, start), world.taken, world.now)
    assert bool(refusals) is not is_free
