"""That a workflow rule asks for approval: kept as a rule of approvals that belongs to it.

It says who decides, so whoever changes it has to manage users, too; and nothing that waits is ever let go by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.access.grants import Target
from app.booking.approvals import OPEN
from app.booking.refusals import InvalidInput
from app.booking.workflow_values import Conditions, Trigger
from app.operations.context import Context
from app.operations.setup import approvals
from app.operations.setup.approvals import StepDraft
from app.storage.approval_tables import Approval, ApprovalPerson, ApprovalRule, ApprovalStep
from app.storage.public_ids import new_public_id
from app.storage.workflow_tables import WorkflowRule
from app.texts import _

PERMISSION = approvals.PERMISSION
STEP = 1
"""A rule asks by one step, whose fields are those of the first step of a rule of approvals."""


@dataclass(frozen=True, slots=True)
class Asks:
    """Who has to approve what a rule acts on; ``allows_own``: people may approve what they asked for themselves."""

    step: StepDraft = field(default_factory=StepDraft)
    allows_own: bool = False


def check_asks(trigger: str, conditions: Conditions, asks: Asks | None) -> None:
    """Refuse what cannot be asked for; inside a read.

    Raises:
        InvalidInput: with the field that has to be mended. NotFound: whom it names is gone.
    """
    if asks is None:
        return
    if trigger != Trigger.BOOKED:
        problem = _("Approval can be asked for only when a booking is made; please choose that above.")
        raise InvalidInput("asks_approval", problem)
    if conditions.statuses:
        problem = _("What has to be approved has no status yet; please take the ticks at the statuses away.")
        raise InvalidInput("statuses", problem)
    if conditions.asks_labels:
        problem = _("What has to be approved has no labels yet; please take the ticks at the labels away.")
        raise InvalidInput("labels", problem)
    approvals.check_step(STEP, asks.step)


def require_asking(context: Context, before: Asks | None, after: Asks | None) -> None:
    """Go on only where no approval is concerned, or the actor may say who approves.

    Raises:
        NotAllowed.
    """
    if before is not None or after is not None:
        context.require(PERMISSION, Target())


def write_asks(context: Context, rule: int, asks: Asks | None) -> None:
    """Keep what a rule (by row id) asks for; without, nothing new falls under it, and what waits goes on."""
    row = ApprovalRule.get_or_none(ApprovalRule.workflow == rule)
    if asks is None:
        if row is not None:
            _update(context, row.id, active=False)
        return
    if row is None:
        stamps = {"public_id": new_public_id(), "created_at": context.now, "changed_at": context.now}
        row = ApprovalRule.create(workflow=rule, **stamps)
    _update(context, row.id, active=True, allows_own=asks.allows_own)
    approvals.write_steps(row.id, (asks.step,))


def let_go(context: Context, rule: int) -> None:
    """Part what a rule asked for from the rule, which is removed: requests that wait are decided as before."""
    row = ApprovalRule.get_or_none(ApprovalRule.workflow == rule)
    if row is not None:
        _update(context, row.id, active=False, workflow=None)


def names_group(group: int) -> bool:
    """Say whether a step names a group (by row id) that may still be decided: of a rule, or of a request that waits."""
    about = ApprovalRule.service.is_null(False) | ApprovalRule.resource.is_null(False)
    waiting = Approval.select(Approval.rule).where(Approval.status.in_(OPEN), Approval.rule.is_null(False))
    counts = about | ApprovalRule.workflow.is_null(False) | ApprovalRule.id.in_(waiting)
    query = ApprovalPerson.select().join(ApprovalStep).join(ApprovalRule).where(ApprovalPerson.group == group, counts)
    return bool(query.exists())


def _update(context: Context, approval_rule: int, **values: object) -> None:
    ApprovalRule.update(changed_at=context.now, **values).where(ApprovalRule.id == approval_rule).execute()


def stored_asks(rules: list[int]) -> dict[int, Asks]:
    """Return what rules ask for, by their row ids; a fixed number of queries."""
    rows = list(ApprovalRule.select().where(ApprovalRule.workflow.in_(rules), ApprovalRule.active))
    steps = approvals.stored_steps([row.id for row in rows])
    return {row.workflow_id: Asks(steps[row.id][0], row.allows_own) for row in rows}


def asks_of(row: WorkflowRule) -> Asks | None:
    """Return what one rule asks for."""
    return stored_asks([row.id]).get(row.id)
