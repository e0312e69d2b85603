"""Reading the rules of approvals into the catalog, by three queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from app.booking.values import ApprovalRule, ApprovalStep, Named, OnTimeout

Row = tuple[Any, ...]
Fetch = Callable[[str], list[Row]]
People = dict[tuple[int, str], Named]
NOBODY = Named()


def load_approvals(fetch: Fetch) -> dict[int, ApprovalRule]:
    """Return all rules by row id; ``fetch`` runs a query."""
    people = _people(fetch)
    steps: dict[int, list[ApprovalStep]] = defaultdict(list)
    for row in fetch(
        "SELECT rule_id, id, number, minutes, on_timeout, by_anybody, active FROM approval_step ORDER BY id"
    ):
        steps[row[0]].append(_step(row[1:], people))
    rows = fetch("SELECT id, service_id, resource_id, workflow_id, allows_own, active FROM approval_rule ORDER BY id")
    return {
        row_id: ApprovalRule(
            row_id,
            tuple(sorted(steps[row_id], key=_number)),
            service_id,
            resource_id,
            workflow_id,
            bool(allows_own),
            bool(active),
        )
        for row_id, service_id, resource_id, workflow_id, allows_own, active in rows
    }


def _number(step: ApprovalStep) -> int:
    return step.number


def _step(row: Row, people: People) -> ApprovalStep:
    row_id, number, minutes, on_timeout, by_anybody, active = row
    approvers = None if by_anybody else people.get((row_id, "approver"), NOBODY)
    return ApprovalStep(
        number, minutes, OnTimeout(on_timeout), approvers, people.get((row_id, "next")), active=bool(active)
    )


def _people(fetch: Fetch) -> People:
    users: dict[tuple[int, str], set[int]] = defaultdict(set)
    groups: dict[tuple[int, str], set[int]] = defaultdict(set)
    for step_id, purpose, user_id, group_id in fetch("SELECT step_id, purpose, user_id, group_id FROM approval_person"):
        key = (step_id, purpose)
        users[key] |= {user_id} - {None}
        groups[key] |= {group_id} - {None}
    return {key: Named(frozenset(users[key]), frozenset(groups[key])) for key in users}
