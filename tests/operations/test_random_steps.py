"""Random steps of everybody, one after the other: whatever happens, every promise of the database holds after each."""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from app.booking.refusals import Refusal
from app.storage.check import check_database
from app.storage.store import Store
from tests.operations.random_steps import STEPS
from tests.operations.random_world import Row, World, digest, furnish, snapshot

pytestmark = pytest.mark.gate

FULL = os.environ.get("EIGENPLAN_TEST_TIER") == "full"
SEEDS = range(8) if FULL else range(3)
STEPS_A_SEED = 250 if FULL else 90


@pytest.mark.parametrize("seed", SEEDS)
def test_random_steps_keep_every_promise(store: Store, seed: int) -> None:
    print(f"seed {seed}")
    world = World(furnish(store), random.Random(seed))
    for _ in range(STEPS_A_SEED):
        one_step(world)
        assert check_database(store) == [], world.log[-5:]


def one_step(world: World) -> None:
    """Do one step; a refusal has to change nothing, an action nothing but what it is about."""
    step = world.chance.choices(list(STEPS), list(STEPS.values()))[0]
    before, whole = snapshot(world.store), digest()
    try:
        touched = step(world)
    except Refusal as refusal:
        world.log.append(f"{step.__name__}: {refusal}")
        assert step.__name__ == "book_what_is_not_offered" or digest() == whole, world.log[-5:]
        touched = set()
    else:
        world.log.append(f"{step.__name__}: {touched}")
    after = snapshot(world.store)
    assert not changed(before, after) - touched - run_out(before, world.now), world.log[-5:]


def changed(before: dict[str, Row], after: dict[str, Row]) -> set[str]:
    """The bookings that are not what they were; none is ever gone."""
    return {one for one in before if before[one] != after[one]}


def run_out(bookings: dict[str, Row], now: int) -> set[str]:
    """The bookings that were to expire by now."""
    return {one for one, row in bookings.items() if isinstance(row[-1], int) and row[-1] <= now}


def test_random_steps_at_once_leave_a_database_that_is_right(store: Store) -> None:
    cast, people = furnish(store), 3
    worlds = [World(cast, random.Random(seed), keys=seed * 100_000) for seed in range(people)]
    with ThreadPoolExecutor(people) as pool:
        done = list(pool.map(many_steps, worlds))
    assert min(done) > 0
    assert check_database(store) == []


def many_steps(world: World) -> int:
    """Do steps while others do theirs, and return how many came to their end.

    What a step expects may be untrue by the time it looks, for somebody else was there: it is not looked at here.
    """
    done = 0
    for _ in range(STEPS_A_SEED // 2):
        step = world.chance.choices(list(STEPS), list(STEPS.values()))[0]
        with suppress(Refusal, AssertionError):
            step(world)
            done += 1
    world.store.close()
    return done
