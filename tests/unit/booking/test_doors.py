"""How a room stands, who may check in, what may be booked at a door, and codes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.booking.doors import (
    CODE_ALPHABET,
    GAP_SECONDS,
    DoorState,
    Standing,
    can_be_booked_at,
    code_of,
    is_shown_still,
    may_check_in,
    place_at,
    releasable,
    shown_code,
    standing,
    typed_code,
    whole_minute,
)
from app.booking.values import (
    MINUTE,
    ApprovalRule,
    ApprovalStep,
    Catalog,
    Interval,
    Question,
    QuestionKind,
    Requirement,
    Resource,
    ResourceKind,
    Service,
)
from app.booking.workflow_values import Trigger, WorkflowRule

FREE, TAKEN, CLOSED = DoorState
ROOM = Resource(1, "room", "Room", ResourceKind.ROOM, "UTC", location_id=7)
USE = Service(3, "use", "Use of the room", (15, 30), (Requirement(1, "Room", (1,)),), (7,))


@pytest.mark.parametrize(
    ("taken", "opened", "expected"),
    [
        ([], [(0, 200)], Standing(FREE)),
        ([], [(0, 80)], Standing(FREE, 80)),
        ([(70, 90)], [(0, 80)], Standing(FREE, 70)),
        ([(50, 60)], [(0, 80)], Standing(TAKEN, 60)),
        ([(40, 50)], [(0, 80)], Standing(FREE, 80)),
        ([(60, 70), (40, 60)], [(0, 80)], Standing(TAKEN, 70)),
        ([(40, 150)], [(0, 80)], Standing(TAKEN)),
        ([(40, 60)], [], Standing(TAKEN, 60)),
        ([], [(0, 50), (70, 80)], Standing(CLOSED, 70)),
        ([], [(0, 50)], Standing(CLOSED)),
    ],
)
def test_standing_says_until_when_it_stays_so(
    taken: list[Interval], opened: list[Interval], expected: Standing
) -> None:
    assert standing(taken, opened, 50, 100) == expected


@pytest.mark.parametrize(("now", "expected"), [(39, False), (40, True), (59, True), (60, False)])
def test_check_in_begins_early_and_ends_with_the_booking(now: int, expected: bool) -> None:
    assert may_check_in((50, 60), now, 10) == expected


def test_minute_that_runs_begins_at_its_first_second() -> None:
    assert [whole_minute(one) for one in (0, 59, 60, 61)] == [0, 0, MINUTE, MINUTE]


@pytest.mark.parametrize(
    ("place", "locations", "expected"), [(7, (7, 8), 7), (7, (8,), None), (None, (8,), 8), (None, (7, 8), None)]
)
def test_service_is_given_where_the_room_is(
    place: int | None, locations: tuple[int, ...], expected: int | None
) -> None:
    assert place_at(replace(ROOM, location_id=place), replace(USE, location_ids=locations)) == expected


NAME = Question("name", "Your name", QuestionKind.TEXT)
RULE = ApprovalRule(1, (ApprovalStep(1, 60),), resource_id=1)


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (USE, True),
        (replace(USE, questions=(NAME,)), True),
        (replace(USE, questions=(replace(NAME, required=True),)), False),
        (replace(USE, requirements=(*USE.requirements, Requirement(2, "Ada", (2,)))), False),
        (replace(USE, requirements=(Requirement(1, "Rooms", (1, 2)),)), False),
        (replace(USE, requirements=()), False),
        (replace(USE, capacity=2), False),
        (replace(USE, limit_per_client=1), False),
        (replace(USE, needs_approval=True), False),
        (replace(USE, active=False), False),
        (replace(USE, location_ids=(8,)), False),
    ],
)
def test_only_what_asks_nothing_of_anybody_is_booked_at_a_door(service: Service, expected: bool) -> None:
    assert can_be_booked_at(Catalog(1), ROOM, service) == expected


def test_nothing_is_booked_at_the_door_of_a_room_that_is_off_or_has_to_be_approved() -> None:
    assert can_be_booked_at(Catalog(1), replace(ROOM, active=False), USE) is False
    assert can_be_booked_at(Catalog(1, approvals={1: RULE}), ROOM, USE) is False
    asks, asking = replace(RULE, resource_id=None, workflow_id=3), WorkflowRule(3, "w", "Look first", Trigger.BOOKED)
    assert can_be_booked_at(Catalog(1, approvals={1: asks}, workflow=(asking,)), ROOM, USE) is False


def test_code_is_six_characters_that_nobody_mistakes() -> None:
    codes = [code_of(bytes([number]) * 32) for number in range(256)]
    assert ({len(one) for one in codes}, len(set(codes))) == ({6}, 256)
    assert set("".join(codes)) <= set(CODE_ALPHABET)
    assert (set("01OIL") & set(CODE_ALPHABET), len(set(CODE_ALPHABET))) == (set(), 31)


@pytest.mark.parametrize("typed", ["ABC-DEF", "abcdef", " a b c d e f ", "abc–def"])
def test_code_may_be_typed_as_it_is_shown_or_in_small_letters(typed: str) -> None:
    assert (typed_code(typed), shown_code(typed_code(typed))) == ("ABCDEF", "ABC-DEF")


def test_page_counts_as_shown_for_some_minutes_after_it_was_fetched() -> None:
    assert [is_shown_still(100, 100 + later) for later in (0, GAP_SECONDS, GAP_SECONDS + 1)] == [True, True, False]


@pytest.mark.parametrize(
    ("shown", "now", "expected"),
    [
        ((0, 0), 10_000, (0, GAP_SECONDS - 600)),
        ((1000, 9990), 10_000, (1000, 9400)),
        ((1000, 8000), 10_000, (1000, 8000 + GAP_SECONDS - 600)),
        ((9990, 9990), 10_000, (9990, 9400)),
    ],
)
def test_releasable_is_what_the_page_was_shown_for(shown: Interval, now: int, expected: Interval) -> None:
    assert releasable(shown, 10, now) == expected
