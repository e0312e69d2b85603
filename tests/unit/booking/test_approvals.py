"""Who may decide a step, until when it waits, and what follows when nobody does: the rules by tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.booking.approvals import (
    Asked,
    Foreseen,
    Hindrance,
    Member,
    asking_rules,
    decided_before,
    due_at,
    foresee,
    hindrance,
    is_given,
    last_moment,
    rules_for,
    rules_set_off,
    timed_out,
)
from app.booking.values import ApprovalRule, ApprovalStep, Catalog, Named, OnTimeout, Requirement, Service
from app.booking.workflow_values import Conditions, Happening, Trigger, WorkflowRule

NOW, HOUR = 1_000_000, 3600
ANN, BOB, GROUP = 1, 2, 9
STEP = ApprovalStep(1, 60, approvers=Named(frozenset({ANN}), frozenset({GROUP})))
RULE = ApprovalRule(1, (STEP,), service_id=5)
ASKED = Asked(RULE, STEP)
ANNS, BOBS = Member(ANN), Member(BOB)
ADMIN = Member(3, is_administrator=True)


def after(step: ApprovalStep, **values: object) -> Asked:
    return replace(ASKED, step=step, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "member", "given"),
    [
        (ASKED, ANNS, True),
        (ASKED, BOBS, False),
        (ASKED, Member(BOB, frozenset({GROUP})), True),
        (ASKED, Member(BOB, frozenset({8})), False),
        (ASKED, ADMIN, False),
        (after(ApprovalStep(1, 60)), BOBS, True),
        (after(ApprovalStep(1, 60, approvers=Named())), ANNS, False),
        (replace(ASKED, is_escalated=True), ADMIN, True),
        (replace(ASKED, is_escalated=True), ANNS, True),
        (replace(ASKED, is_escalated=True), BOBS, False),
        (after(replace(STEP, next_ones=Named(frozenset({BOB}))), is_escalated=True), BOBS, True),
        (after(replace(STEP, next_ones=Named(frozenset({BOB}))), is_escalated=True), ADMIN, False),
        (after(replace(STEP, next_ones=Named(frozenset({BOB})))), BOBS, False),
    ],
)
def test_step_is_given_to_those_it_names(asked: Asked, member: Member, given: bool) -> None:
    assert is_given(asked, member) is given


OWN = replace(ASKED, asked_by=frozenset({ANN}))
DECIDED = replace(ASKED, others=frozenset({ANN}))


@pytest.mark.parametrize(
    ("asked", "member", "deputy", "reason"),
    [
        (ASKED, ANNS, None, None),
        (ASKED, BOBS, None, Hindrance.NOT_GIVEN),
        (OWN, ANNS, None, Hindrance.OWN_REQUEST),
        (replace(OWN, rule=replace(RULE, allows_own=True)), ANNS, None, None),
        (replace(OWN, rule=None), ANNS, None, Hindrance.OWN_REQUEST),
        (OWN, ANNS, BOB, Hindrance.OWN_REQUEST),
        (replace(ASKED, asked_by=frozenset({BOB})), ANNS, BOB, Hindrance.OWN_REQUEST),
        (ASKED, ANNS, BOB, None),
        (DECIDED, ANNS, None, Hindrance.OTHER_STEP),
        (DECIDED, ANNS, BOB, Hindrance.OTHER_STEP),
        (replace(ASKED, others=frozenset({BOB})), ANNS, BOB, Hindrance.OTHER_STEP),
        (replace(DECIDED, rule=replace(RULE, allows_own=True)), ANNS, None, Hindrance.OTHER_STEP),
    ],
)
def test_hindrance_is_the_first_rule_that_says_no(
    asked: Asked, member: Member, deputy: int | None, reason: Hindrance | None
) -> None:
    assert hindrance(asked, member, deputy) is reason


@pytest.mark.parametrize(
    ("wished", "present", "limit"),
    [
        (3 * HOUR, HOUR, HOUR),
        (HOUR, 3 * HOUR, HOUR),
        (3 * HOUR, 0, 3 * HOUR),
        (-HOUR, 3 * HOUR, 3 * HOUR),
        (-HOUR, -2 * HOUR, -HOUR),
    ],
)
def test_wish_is_decided_before_what_is_first_to_begin(wished: int, present: int, limit: int) -> None:
    assert decided_before(NOW, NOW + wished, NOW + present) == NOW + limit


def of(number: int, minutes: int, on_timeout: str = "decline") -> ApprovalStep:
    return ApprovalStep(number, minutes, OnTimeout(on_timeout))


@pytest.mark.parametrize(
    ("steps", "start", "latest"),
    [
        ([of(1, 60)], 99 * HOUR, HOUR),
        ([of(1, 60), of(1, 120)], 99 * HOUR, 2 * HOUR),
        ([of(1, 60), of(2, 120)], 99 * HOUR, 3 * HOUR),
        ([of(1, 60, "escalate")], 99 * HOUR, 2 * HOUR),
        ([of(1, 60, "escalate"), of(2, 30)], 99 * HOUR, 5 * HOUR // 2),
        ([of(1, 60)], HOUR // 2, HOUR // 2),
        ([of(1, 60, "accept")], 99 * HOUR, 99 * HOUR),
        ([of(1, 60)], 0, HOUR),
        ([of(1, 60, "accept")], -HOUR, HOUR),
    ],
)
def test_request_ends_when_all_steps_have_run_out_or_its_time_begins(
    steps: list[ApprovalStep], start: int, latest: int
) -> None:
    assert last_moment(steps, NOW, NOW + start) == NOW + latest


@pytest.mark.parametrize(("start", "due"), [(5 * HOUR, HOUR), (HOUR, HOUR), (HOUR // 2, HOUR // 2), (0, HOUR)])
def test_step_is_due_no_later_than_its_time_begins(start: int, due: int) -> None:
    assert due_at(of(1, 60), NOW, NOW + start) == NOW + due


@pytest.mark.parametrize(
    ("on_timeout", "is_escalated", "start", "action"),
    [
        ("decline", False, 1, "decline"),
        ("accept", False, 1, "accept"),
        ("escalate", False, 1, "escalate"),
        ("escalate", True, 1, "decline"),
        ("accept", False, 0, "decline"),
        ("escalate", False, 0, "decline"),
        ("accept", False, -1, "decline"),
    ],
)
def test_step_whose_time_is_over_does_as_its_rule_says(
    on_timeout: str, is_escalated: bool, start: int, action: str
) -> None:
    assert timed_out(after(of(1, 60, on_timeout), is_escalated=is_escalated), NOW, NOW + start).value == action


def test_rules_are_those_of_the_service_and_of_all_that_is_taken() -> None:
    rules = {
        1: RULE,
        2: ApprovalRule(2, (STEP,), resource_id=7),
        3: ApprovalRule(3, (STEP,), resource_id=8),
        4: ApprovalRule(4, (STEP,), resource_id=7, active=False),
        5: ApprovalRule(5, (STEP,), service_id=6),
    }
    catalog = Catalog(1, approvals=rules)
    assert [rule.id for rule in rules_for(catalog, 5, (7, 9))] == [1, 2]
    assert rules_for(catalog, 4, ()) == ()


@pytest.mark.parametrize(
    ("needs_approval", "count", "ruled", "provider", "foreseen"),
    [
        (False, 1, {}, None, Foreseen.NEVER),
        (True, 1, {}, None, Foreseen.ALWAYS),
        (False, 1, {"service_id": 5}, None, Foreseen.ALWAYS),
        (False, 1, {"service_id": 6}, None, Foreseen.NEVER),
        (False, 1, {"resource_id": 7}, None, Foreseen.PERHAPS),
        (False, 2, {"resource_id": 7}, None, Foreseen.ALWAYS),
        (False, 1, {"resource_id": 7}, 7, Foreseen.ALWAYS),
        (False, 1, {"resource_id": 7, "active": False}, 7, Foreseen.NEVER),
        (False, 1, {"resource_id": 9}, None, Foreseen.NEVER),
    ],
)
def test_approval_is_foreseen_from_what_may_be_taken(
    needs_approval: bool, count: int, ruled: dict[str, Any], provider: int | None, foreseen: Foreseen
) -> None:
    service = Service(
        5, "s", "Talk", (30,), (Requirement(1, "Rooms", (7, 8), count),), (1,), needs_approval=needs_approval
    )
    rules = {1: ApprovalRule(1, (STEP,), **ruled)} if ruled else {}
    assert foresee(Catalog(1, approvals=rules), service, provider) is foreseen


BOOKED = WorkflowRule(4, "w", "Look first", Trigger.BOOKED)
ASKS = ApprovalRule(1, (STEP,), workflow_id=4)


@pytest.mark.parametrize(
    ("conditions", "location", "foreseen"),
    [
        (Conditions(), "", Foreseen.ALWAYS),
        (Conditions(services=("s",)), "", Foreseen.ALWAYS),
        (Conditions(services=("other",)), "", Foreseen.NEVER),
        (Conditions(locations=("north",)), "", Foreseen.PERHAPS),
        (Conditions(locations=("north",)), "north", Foreseen.ALWAYS),
        (Conditions(locations=("north",)), "south", Foreseen.NEVER),
        (Conditions(less_than_minutes=60), "north", Foreseen.PERHAPS),
    ],
)
def test_approval_that_a_workflow_rule_asks_for_is_foreseen(
    conditions: Conditions, location: str, foreseen: Foreseen
) -> None:
    service = Service(5, "s", "Talk", (30,), (Requirement(1, "Rooms", (7, 8)),), (1,))
    catalog = Catalog(1, approvals={1: ASKS}, workflow=(replace(BOOKED, conditions=conditions),))
    assert foresee(catalog, service, None, location) is foreseen
    assert foresee(replace(catalog, approvals={}), service, None, location) is Foreseen.NEVER
    assert foresee(catalog, replace(service, needs_approval=True), None, location) is Foreseen.ALWAYS


def test_workflow_rules_that_act_add_what_they_ask_for() -> None:
    happening = Happening(frozenset({Trigger.BOOKED}), "s", "north", "", 30)
    late = replace(BOOKED, id=6, conditions=Conditions(more_than_minutes=60))
    rules = {
        1: ASKS,
        2: ApprovalRule(2, (STEP,), workflow_id=6),
        3: ApprovalRule(3, (STEP,), workflow_id=4, active=False),
        4: RULE,
    }
    catalog = Catalog(1, approvals=rules, workflow=(BOOKED, late, replace(BOOKED, id=7)))
    assert [rule.id for rule in rules_set_off(catalog, happening)] == [1]
    assert [rule.id for rule in asking_rules(catalog)] == [4, 6]
