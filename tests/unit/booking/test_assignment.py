"""Assignments against trying all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.booking.assignment import assign
from app.booking.together import possible_together, sharing_groups
from app.booking.values import Requirement
from tests.unit.booking.model import assignments

people = st.sets(st.integers(1, 6), max_size=5)
requirement_lists = st.lists(st.tuples(people, st.integers(1, 2)), min_size=1, max_size=4).map(
    lambda found: [Requirement(i, f"q{i}", tuple(sorted(ids)), count) for i, (ids, count) in enumerate(found, 1)]
)


def all_free(requirements: Sequence[Requirement]) -> dict[int, tuple[int, ...]]:
    return {each.id: each.resource_ids for each in requirements}


def taken_by(chosen: Mapping[int, Sequence[int]] | None) -> list[int] | None:
    return None if chosen is None else sorted(one for members in chosen.values() for one in members)


CASES = {
    "nothing needed": ([], [], {}, []),
    "first by id": ([Requirement(1, "a", (2, 1))], [], {}, [1]),
    "least load": ([Requirement(1, "a", (1, 2))], [], {1: 3, 2: 1}, [2]),
    "wished before load": ([Requirement(1, "a", (1, 2))], [1], {1: 3}, [1]),
    "wished first of two": ([Requirement(1, "a", (1, 2, 3))], [3, 2], {}, [3]),
    "overlapping pools": ([Requirement(1, "a", (1, 2)), Requirement(2, "b", (1,))], [], {}, [1, 2]),
    "wished twice": ([Requirement(1, "a", (1,)), Requirement(2, "b", (1, 2, 3))], [1, 1, 3], {}, [1, 3]),
    "wished in the second pool": ([Requirement(1, "a", (1, 2)), Requirement(2, "b", (1,))], [1], {}, [1, 2]),
    "two of three": ([Requirement(1, "a", (1, 2, 3), 2)], [3], {}, [1, 3]),
    "chain of exchanges": (
        [Requirement(1, "a", (1, 2)), Requirement(2, "b", (2, 3)), Requirement(3, "c", (1,))],
        [],
        {},
        [1, 2, 3],
    ),
    "one too few": ([Requirement(1, "a", (1,)), Requirement(2, "b", (1,))], [], {}, None),
    "empty pool": ([Requirement(1, "a", ())], [], {}, None),
}


@pytest.mark.parametrize("name", CASES)
def test_assign_by_preference(name: str) -> None:
    requirements, prefer, load, expected = CASES[name]

    assert taken_by(assign(requirements, all_free(requirements), prefer, load)) == expected


def test_assign_says_who_is_for_what() -> None:
    requirements = [Requirement(1, "a", (1, 2)), Requirement(2, "b", (1,))]

    assert assign(requirements, all_free(requirements)) == {1: (2,), 2: (1,)}


@given(
    requirement_lists, st.lists(st.integers(1, 6), max_size=3), st.dictionaries(st.integers(1, 6), st.integers(0, 3))
)
def test_assignment_is_the_best_of_all(
    requirements: list[Requirement], prefer: list[int], load: dict[int, int]
) -> None:
    wished = {one: prefer.index(one) for one in prefer}  # the first place of a repeated wish
    order = sorted(range(1, 7), key=lambda one: (wished.get(one, 9), load.get(one, 0), one))
    every = list(assignments(requirements, set(range(1, 7))))
    best = min((sorted(order.index(one) for one in each) for each in every), default=None)

    found = taken_by(assign(requirements, all_free(requirements), prefer, load))
    assert (None if found is None else sorted(order.index(one) for one in found)) == best


@settings(max_examples=max(settings().max_examples // 2, 10))
@given(requirement_lists, st.data())
def test_possible_together_agrees_with_trying_all(requirements: list[Requirement], data: st.DataObject) -> None:
    moments = range(8)
    free = {one: data.draw(st.sets(st.sampled_from(moments))) for one in range(1, 7)}
    allowed = {one: _runs(free[one]) for one in free}

    found = possible_together(requirements, allowed)
    expected = [at for at in moments if any(assignments(requirements, {one for one in free if at in free[one]}))]
    assert [at for at in moments if any(low <= at < high for low, high in found)] == expected


def _runs(moments: set[int]) -> list[tuple[int, int]]:
    starts = sorted(at for at in moments if at - 1 not in moments)
    ends = sorted(at + 1 for at in moments if at + 1 not in moments)
    return list(zip(starts, ends, strict=True))


def test_many_requirements_with_one_pool_are_matched() -> None:
    requirements = [Requirement(number, "q", tuple(range(20))) for number in range(9)]
    allowed = {one: [(0, 10 + one)] for one in range(20)}

    assert possible_together(requirements, allowed) == [(0, 21)]


def test_sharing_groups_join_through_a_third() -> None:
    one, two, bridge, alone = (
        Requirement(1, "a", (1,)),
        Requirement(2, "b", (2,)),
        Requirement(3, "c", (1, 2)),
        Requirement(4, "d", (3,)),
    )

    assert sharing_groups([one, two, alone, bridge]) == [[alone], [one, two, bridge]]
