"""Interval algebra: a table of touching cases, and laws."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.booking.intervals import clip, covers, intersect, normalise, overlaps, subtract, union
from app.booking.values import Interval

intervals = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)
sets = intervals.map(normalise)


def moments(found: list[Interval]) -> set[int]:
    return {moment for start, end in found for moment in range(start, end)}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((10, 20), (20, 30), False),
        ((10, 20), (0, 10), False),
        ((10, 20), (0, 11), True),
        ((10, 20), (19, 30), True),
        ((10, 20), (10, 20), True),
        ((10, 20), (12, 13), True),
        ((10, 20), (0, 30), True),
        ((10, 20), (21, 30), False),
    ],
)
def test_overlaps_cases(one: Interval, other: Interval, expected: bool) -> None:
    assert (overlaps(one, other), overlaps(other, one)) == (expected, expected)


def test_normalise_joins_touching_and_drops_empty() -> None:
    assert normalise([(5, 7), (3, 5), (9, 9), (8, 2), (6, 8)]) == [(3, 8)]


def test_subtract_takes_overlapping_and_touching_holes() -> None:
    assert subtract([(0, 10), (20, 30)], [(2, 8), (3, 4), (8, 9), (25, 40)]) == [(0, 2), (9, 10), (20, 25)]


def test_subtract_keeps_a_hole_that_reaches_into_the_next() -> None:
    assert subtract([(0, 10), (12, 20)], [(5, 15)]) == [(0, 5), (15, 20)]


def test_clip_and_covers() -> None:
    assert clip([(0, 10), (20, 30)], 5, 20) == [(5, 10)]
    assert [covers([(0, 10)], wanted) for wanted in ((0, 10), (3, 4), (9, 11))] == [True, True, False]


@given(intervals)
def test_normalise_is_idempotent_and_keeps_all_moments(found: list[Interval]) -> None:
    normal = normalise(found)

    assert normalise(normal) == normal
    assert moments(normal) == moments(found)
    assert all(one[1] < other[0] for one, other in pairwise(normal))


@given(sets, sets)
def test_operations_agree_with_sets_of_moments(one: list[Interval], other: list[Interval]) -> None:
    assert moments(union(one, other)) == moments(one) | moments(other)
    assert moments(intersect(one, other)) == moments(one) & moments(other)
    assert moments(subtract(one, other)) == moments(one) - moments(other)


@given(sets, sets)
def test_results_are_normal(one: list[Interval], other: list[Interval]) -> None:
    for found in (union(one, other), intersect(one, other), subtract(one, other), clip(one, 5, 20)):
        assert normalise(found) == found


@given(sets, intervals)
def test_subtract_accepts_holes_that_are_only_sorted(one: list[Interval], holes: list[Interval]) -> None:
    proper = sorted(hole for hole in holes if hole[0] < hole[1])

    assert subtract(one, proper) == subtract(one, normalise(holes))
