"""Steps that nobody decided in time: they go on to others, are accepted, or the request is declined."""

from __future__ import annotations

from peewee import Expression

from app.booking.approvals import StepStatus, due_at, timed_out
from app.booking.statuses import Status
from app.booking.values import Instant, OnTimeout
from app.operations import records
from app.operations.announce import announce
from app.operations.approvals.asking import limit_of
from app.operations.approvals.settle import go_on, keep_until
from app.operations.approvals.steps import Step, open_change, steps_of
from app.operations.audit.bookings import tell, tell_status
from app.operations.audit.recording import NO_CHANGE
from app.operations.audit.words import Action
from app.operations.changes import close_change
from app.operations.context import Context
from app.operations.waiting import Freed, freed_by, wished_by
from app.storage.approval_tables import Approval
from app.storage.tables import Booking, ChangeRequest


def end_overdue_steps(context: Context) -> list[Freed]:
    """Do what the rules say about every step whose time is over, inside a write transaction; return what that frees."""
    context = context.as_system()  # whoever comes by at that moment has no part in it
    overdue = Booking.select().where(Booking.id.in_(Approval.select(Approval.booking).where(_is_overdue(context.now))))
    return [freed for row in records.in_batches(overdue) for freed in _end(context, row)]


def _is_overdue(now: Instant) -> Expression:
    found: Expression = Approval.due_at.is_null(False) & (Approval.due_at <= now)
    return found


def _end(context: Context, row: Booking) -> list[Freed]:
    """Handle the overdue steps of a locked booking, unless somebody decided them before it was locked."""
    change = open_change(row)
    overdue = [step for step in steps_of(context, row, change) if step.waits and step.row.due_at <= context.now]
    start = limit_of(row, change)
    actions = [(step, timed_out(step.asked, context.now, start)) for step in overdue]
    for step, action in actions:
        _apply(context, step, action, start)
    if any(action is OnTimeout.DECLINE for _, action in actions):
        return expire_request(context, row) if change is None else expire_change(context, row, change)
    if any(action is OnTimeout.ESCALATE for _, action in actions):
        _keep_for_the_next_ones(row, change, steps_of(context, row, change))
    return go_on(context, row, change) if any(action is OnTimeout.ACCEPT for _, action in actions) else []


def _keep_for_the_next_ones(row: Booking, change: ChangeRequest | None, steps: list[Step]) -> None:
    """Keep what is asked for as long as its steps may wait now: the rule was another one, or nobody came by."""
    until = row.expires_at if change is None else change.expires_at
    keep_until(row, change, max(until, *(step.row.due_at for step in steps if step.waits)))
    row.save()


def _apply(context: Context, step: Step, action: OnTimeout, start: Instant) -> None:
    changes: dict[str, object] = {"due_at": None, "decided_at": context.now}
    if action is OnTimeout.ESCALATE:
        changes = {"escalated": True, "told": False, "due_at": due_at(step.asked.step, context.now, start)}
    elif action is OnTimeout.ACCEPT:
        changes["status"] = StepStatus.ACCEPTED
    else:
        changes["status"] = StepStatus.EXPIRED
    Approval.update(**changes).where(Approval.id == step.row.id).execute()


def expire_request(context: Context, row: Booking) -> list[Freed]:
    """Decline a request that nobody decided in time."""
    freed = freed_by(row)
    records.release(context, row, Status.DECLINED)
    tell_status(context.as_system(), Action.REQUEST_EXPIRED, row, Status.REQUESTED)
    announce(context, row, "expired")
    return [freed]


def expire_change(context: Context, row: Booking, change: ChangeRequest) -> list[Freed]:
    """End a wish for another time that nobody decided in time; the booking keeps its old one."""
    close_change(context, change, "expired")
    tell(context.as_system(), Action.CHANGE_EXPIRED, row, NO_CHANGE)
    announce(context, row, "change_expired", change=change.public_id)
    return [wished_by(row, change)]
