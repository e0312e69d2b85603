"""Which workflow rules act on what happens, as a table, and when timed ones do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.booking.workflow import acts_on, asks_no_more, could_act, is_timed, least_busy, moment_of
from app.booking.workflow_values import Assignable, Conditions, Happening, Receivers, Trigger, WorkflowRule

HOUR = 3600
RULE = WorkflowRule(1, "r1", "Tell the desk", Trigger.CANCELLED)
CANCELLED = Happening(
    frozenset({Trigger.CANCELLED}),
    service="physio",
    location="north",
    status="cancelled",
    lead_minutes=600,
    resources=frozenset({"ben", "blue"}),
    answers={"wheelchair": "yes", "needs": "Ramp; Lift"},
    labels=frozenset({"urgent", "alone"}),
)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (Conditions(), True),
        (Conditions(services=("physio", "massage")), True),
        (Conditions(services=("massage",)), False),
        (Conditions(locations=("north",)), True),
        (Conditions(locations=("south",)), False),
        (Conditions(resources=("cleo", "blue")), True),
        (Conditions(resources=("cleo",)), False),
        (Conditions(statuses=("cancelled",)), True),
        (Conditions(statuses=("confirmed",)), False),
        (Conditions(question="wheelchair", answers=("yes",)), True),
        (Conditions(question="wheelchair", answers=("no",)), False),
        (Conditions(question="needs", answers=("lift", "Hoist")), True),
        (Conditions(question="needs", answers=("Hoist",)), False),
        (Conditions(question="unasked", answers=("yes",)), False),
        (Conditions(less_than_minutes=601), True),
        (Conditions(less_than_minutes=600), False),
        (Conditions(more_than_minutes=599), True),
        (Conditions(more_than_minutes=600), False),
        (Conditions(services=("physio",), locations=("south",)), False),
        (Conditions(labels=("late", "urgent")), True),
        (Conditions(labels=("late",)), False),
        (Conditions(without_labels=("late",)), True),
        (Conditions(without_labels=("late", "alone")), False),
        (Conditions(labels=("urgent",), without_labels=("alone",)), False),
    ],
)
def test_rule_acts_where_all_its_conditions_hold(conditions: Conditions, expected: bool) -> None:
    assert acts_on(replace(RULE, conditions=conditions), CANCELLED) is expected


def test_rule_that_is_off_or_waits_for_something_else_does_nothing() -> None:
    others = [replace(RULE, active=False), replace(RULE, trigger=Trigger.MOVED)]
    assert [acts_on(one, CANCELLED) for one in others] == [False, False]


@pytest.mark.parametrize(
    ("trigger", "statuses", "expected"),
    [
        (Trigger.BEFORE_START, (), ["confirmed"]),
        (Trigger.BEFORE_START, ("requested",), ["requested"]),
        (Trigger.AFTER_END, (), ["confirmed", "completed"]),
    ],
)
def test_timed_rule_acts_on_settled_bookings_unless_it_says_otherwise(
    trigger: Trigger, statuses: tuple[str, ...], expected: list[str]
) -> None:
    rule = replace(RULE, trigger=trigger, conditions=Conditions(statuses=statuses))
    found = ["held", "requested", "confirmed", "declined", "cancelled", "completed", "no_show"]
    happenings = [replace(CANCELLED, triggers=frozenset({trigger}), status=one) for one in found]
    assert [one.status for one in happenings if acts_on(rule, one)] == expected


def test_timed_rules_act_so_long_before_the_start_or_after_the_end() -> None:
    before = replace(RULE, trigger=Trigger.BEFORE_START, minutes=90)
    after = replace(RULE, trigger=Trigger.AFTER_END, minutes=120)
    found = [moment_of(one, 10 * HOUR, 11 * HOUR) for one in (before, after)]
    assert (found, [is_timed(one) for one in (before, after, RULE, replace(before, active=False))]) == (
        [8 * HOUR + HOUR // 2, 13 * HOUR],
        [True, True, False, False],
    )


def test_only_the_client_is_told_where_nobody_else_is() -> None:
    found = [Receivers(client=True), Receivers(client=True, providers=True), Receivers()]
    assert [one.only_client for one in found] == [True, False, False]


@pytest.mark.parametrize(
    ("conditions", "location", "expected"),
    [
        (Conditions(), "", (True, True)),
        (Conditions(services=("physio",)), "", (True, True)),
        (Conditions(services=("massage",)), "", (False, True)),
        (Conditions(locations=("north",)), "", (True, False)),
        (Conditions(locations=("north",)), "north", (True, True)),
        (Conditions(locations=("north",)), "south", (False, True)),
        (Conditions(less_than_minutes=60), "north", (True, False)),
        (Conditions(question="wheelchair", answers=("yes",)), "north", (True, False)),
    ],
)
def test_what_a_rule_will_do_is_foreseen_as_far_as_it_is_known(
    conditions: Conditions, location: str, expected: tuple[bool, bool]
) -> None:
    rule = replace(RULE, conditions=conditions)
    assert (could_act(rule, Trigger.CANCELLED, "physio", location), asks_no_more(rule, location)) == expected
    assert could_act(replace(rule, active=False), Trigger.CANCELLED, "physio", location) is False
    assert could_act(rule, Trigger.MOVED, "physio", location) is False


def test_labels_have_to_be_known_only_where_a_rule_asks_for_them() -> None:
    found = [Conditions(), Conditions(labels=("urgent",)), Conditions(without_labels=("late",))]
    assert [one.asks_labels for one in found] == [False, True, True]


def test_who_looks_after_the_fewest_is_taken_and_of_several_the_oldest_account() -> None:
    found = [Assignable(7, 2), Assignable(9, 1), Assignable(8, 1)]
    assert [least_busy(found), least_busy(found[:1]), least_busy([])] == [8, 7, None]
