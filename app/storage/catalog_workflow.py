"""Reading workflow rules into the catalog, by one query, and the texts that hold most of a rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from app.booking.workflow_values import Assigning, Conditions, Labelling, Receivers, Trigger, WorkflowRule

Fetch = Callable[[str], list[tuple[Any, ...]]]


def load_workflow(fetch: Fetch) -> tuple[WorkflowRule, ...]:
    """Return all rules, in the order in which they were made; ``fetch`` runs a query."""
    rows = fetch(
        "SELECT id, public_id, name, trigger_kind, minutes, conditions, receivers, labels, subject, text, active, "
        "assigns FROM workflow_rule ORDER BY id"
    )
    return tuple(_rule(*row) for row in rows)


def _rule(
    row_id: int,
    public_id: str,
    name: str,
    trigger: str,
    minutes: int,
    conditions: str,
    receivers: str,
    labels: str,
    *rest: Any,
) -> WorkflowRule:
    subject, text, active, assigns = rest
    return WorkflowRule(
        row_id,
        public_id,
        name,
        Trigger(trigger),
        minutes,
        read_conditions(conditions),
        read_receivers(receivers),
        read_labelling(labels),
        subject,
        text,
        bool(active),
        read_assigning(assigns),
    )


def read_conditions(stored: str) -> Conditions:
    """Return the conditions of a rule as they are stored."""
    return Conditions(**_with_tuples(json.loads(stored)))


def read_receivers(stored: str) -> Receivers:
    """Return the receivers of a rule as they are stored."""
    return Receivers(**_with_tuples(json.loads(stored)))


def read_labelling(stored: str) -> Labelling:
    """Return which labels a rule gives and takes away, as they are stored."""
    return Labelling(**_with_tuples(json.loads(stored)))


def read_assigning(stored: str) -> Assigning:
    """Return whom a rule makes responsible, as it is stored."""
    return Assigning(**json.loads(stored))


def _with_tuples(held: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in held.items()}


def dump_part(part: Conditions | Receivers | Labelling | Assigning) -> str:
    """Return a part of a rule as it is stored; what is empty is left out."""
    held = {name: value for name, value in asdict(part).items() if value not in ((), "", None, False)}
    return json.dumps(held, ensure_ascii=False, sort_keys=True)
