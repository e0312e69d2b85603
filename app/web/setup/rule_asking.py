"""The part of the form of rules that says who is asked for approval; its fields are those of a step of an approval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.access.grants import Target
from app.operations.context import Context
from app.operations.saving import Saved
from app.operations.setup import approval_warnings, approvals
from app.operations.setup.workflow import RuleDraft
from app.operations.setup.workflow_asking import PERMISSION, STEP, Asks
from app.texts import _
from app.web.setup.approvals import read_step, step_fields, step_options
from app.web.setup.reading import Typed

ASKS, OWN = "asks_approval", "allows_own"


def read_asks(typed: Typed) -> Asks | None:
    """Return who is asked as it was typed; None: nobody.

    Raises:
        InvalidInput: how long it waits is no number.
    """
    return Asks(read_step(typed, STEP), typed.flag(OWN)) if typed.flag(ASKS) else None


def asks_fields(asks: Asks | None) -> Iterator[tuple[str, str]]:
    """Yield the fields of the form that show who is asked."""
    shown = asks or Asks()
    yield from step_fields(STEP, shown.step)
    if asks is not None:
        yield ASKS, "1"
    if shown.allows_own:
        yield OWN, "1"


def asks_options(context: Context, rules: Sequence[Saved[RuleDraft]]) -> dict[str, Any]:
    """Return what the form offers, and what rules wait for in vain; only to those who may say who approves."""
    if not context.may(PERMISSION, Target()):
        return {"may_ask": False, "warnings": {}}
    asking = [
        Saved(one.public_id, one.version, approvals.RuleDraft("", (one.draft.asks.step,)))
        for one in rules
        if one.draft.asks is not None
    ]
    return {"may_ask": True, **step_options(context), "warnings": approval_warnings.find_warnings(context, asking)}


def people_names(context: Context) -> Mapping[str, str]:
    """Return the names of all who can be asked, by reference; none to those who may not know them."""
    return approvals.list_people(context) if context.may(PERMISSION, Target()) else {}


def say_asks(asks: Asks, names: Mapping[str, str]) -> str:
    """Return who is asked, as a part of the sentence of a rule."""
    if asks.step.approvers is None:
        return _("ask anybody who may approve it for approval")
    named = [names[one] for one in asks.step.approvers if one in names]
    return _("ask {names} for approval", names=", ".join(named) or _("those who are named for it"))
