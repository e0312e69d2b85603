"""Limits, statuses and their transitions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.booking.limits import Counts, check_limits, find_reached, has_limits
from app.booking.refusals import InvalidTransition, LimitReached
from app.booking.statuses import ACTIVE, TRANSITIONS, Status, check_movable, check_transition
from tests.unit.booking.cast import service

LIFE = {
    "held": "requested confirmed cancelled",
    "requested": "confirmed declined cancelled",
    "confirmed": "cancelled completed no_show",
    "declined": "",
    "cancelled": "",
    "completed": "no_show confirmed",
    "no_show": "completed confirmed",
}
"""What may become of a booking of each status, written down a second time."""


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(), []),
        (Counts(2, 4, 0), []),
        (Counts(3, 4, 0), [LimitReached("day", 3)]),
        (Counts(9, 5, 1), [LimitReached("day", 3), LimitReached("week", 5), LimitReached("client", 1)]),
    ],
)
def test_limits_reached(counts: Counts, expected: list[LimitReached]) -> None:
    limited = service(limit_per_day=3, limit_per_week=5, limit_per_client=1)

    assert find_reached(limited, counts) == expected


def test_limits_of_none_are_never_reached() -> None:
    check_limits(service(), Counts(999, 999, 999))


def test_limits_raise_the_first() -> None:
    with pytest.raises(LimitReached) as caught:
        check_limits(service(limit_per_week=0, limit_per_client=1), Counts(client=7))
    assert caught.value == LimitReached("week", 0)


@pytest.mark.parametrize("name", ["limit_per_day", "limit_per_week", "limit_per_client"])
def test_has_limits_with_any(name: str) -> None:
    limited = replace(service(), **{name: 1})  # type: ignore[arg-type]  # the name is one of its fields

    assert (has_limits(service()), has_limits(limited)) == (False, True)


@pytest.mark.parametrize("old", Status)
@pytest.mark.parametrize("new", Status)
def test_transitions_are_those_of_a_booking_life(old: Status, new: Status) -> None:
    if new.value in LIFE[old.value].split():
        check_transition(old, new)
        return
    with pytest.raises(InvalidTransition) as caught:
        check_transition(old, new)
    assert caught.value == InvalidTransition(old.value, new.value)


def test_transitions_end_with_declined_and_cancelled() -> None:
    assert {status for status in Status if not TRANSITIONS[status]} == {Status.DECLINED, Status.CANCELLED}
    assert set(Status) - {Status.DECLINED, Status.CANCELLED} == ACTIVE


@pytest.mark.parametrize("status", Status)
def test_movable_statuses(status: Status) -> None:
    if status in (Status.REQUESTED, Status.CONFIRMED):
        check_movable(status)
        return
    with pytest.raises(InvalidTransition) as caught:
        check_movable(status)
    assert caught.value == InvalidTransition(status.value, "moved")
