"""Telling the audit log what somebody does, in the transaction that does it: both happen, or neither.

What clients and bookings say of people is masked before it gets here; names of staff and of the set-up are not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.access.actors import COMMAND_LINE
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.storage import audit

Facts = Mapping[str, Any]
COMMAND = "command"
MAX_ADDRESS = 45


@dataclass(frozen=True, slots=True)
class Subject:
    """What something was done to: its kind, and its public id where it has one."""

    kind: Kind
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What changed, as it was and as it became; what stayed the same is in neither."""

    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)


NO_CHANGE = Change()


def record(context: Context, action: Action, subject: Subject, change: Change = NO_CHANGE, reason: str = "") -> None:
    """Add one entry to the audit log, within the running transaction."""
    actor = context.actor
    kind = COMMAND if actor is COMMAND_LINE else actor.kind.value
    who = (context.now, kind, actor.user_id, context.address[:MAX_ADDRESS])
    what = (action.value, subject.kind.value, subject.reference)
    audit.add_entry((*who, *what, dump(change.before), dump(change.after), reason))


def difference(before: Facts, after: Facts) -> Change:
    """Return what two states of the same thing do not share; of facts that have parts only the parts."""
    was: dict[str, Any] = {}
    became: dict[str, Any] = {}
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            part = difference(old, new)
            old, new = part.before or None, part.after or None
        if old != new:
            was |= {} if old is None else {name: old}
            became |= {} if new is None else {name: new}
    return Change(was, became)


def dump(facts: Facts) -> str:
    """Return facts as they are stored: the same facts are the same text."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if facts else "{}"
