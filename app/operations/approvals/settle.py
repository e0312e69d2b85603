"""Going on after steps of a request were approved: the next ones begin, or what was asked for is carried out."""

from __future__ import annotations

from app.booking.approvals import StepStatus, due_at, last_moment
from app.booking.statuses import Status, check_transition
from app.booking.values import Instant
from app.operations import records
from app.operations.announce import announce
from app.operations.approvals.asking import limit_of
from app.operations.approvals.steps import Step, steps_of
from app.operations.audit.bookings import tell_status
from app.operations.audit.words import Action
from app.operations.changes import approve_change
from app.operations.context import Context
from app.operations.waiting import Freed, freed_by
from app.storage.approval_tables import Approval
from app.storage.tables import Allocation, Booking, ChangeRequest


def go_on(context: Context, row: Booking, change: ChangeRequest | None) -> list[Freed]:
    """Wait for what is not decided yet, begin the second steps, or carry out the request; return what that frees."""
    steps = steps_of(context, row, change)
    if any(step.waits for step in steps):
        return []
    later = [step for step in steps if step.status is StepStatus.LATER]
    if not later:
        return carry_out(context, row, change)
    _begin(context, row, change, later)
    return []


def _begin(context: Context, row: Booking, change: ChangeRequest | None, later: list[Step]) -> None:
    """Let steps wait from now on; the time that is asked for is kept as long as they may."""
    start = limit_of(row, change)
    for step in later:
        due = due_at(step.asked.step, context.now, start)
        Approval.update(status=StepStatus.WAITING, due_at=due).where(Approval.id == step.row.id).execute()
    keep_until(row, change, last_moment((step.asked.step for step in later), context.now, start))
    row.version, row.changed_at = row.version + 1, context.now
    row.save()


def keep_until(row: Booking, change: ChangeRequest | None, until: Instant) -> None:
    """Keep the time that is asked for until then; the booking's row itself is for the caller to save."""
    if change is None:
        row.expires_at, held = until, (Allocation.booking == row.id) & Allocation.change.is_null()
    else:
        change.expires_at, held = until, Allocation.change == change.id
        change.save()
    Allocation.update(expires_at=until).where(held).execute()


def carry_out(context: Context, row: Booking, change: ChangeRequest | None) -> list[Freed]:
    """Confirm a request, or move a booking to the time that was wished; return what that gives back."""
    if change is not None:
        freed = freed_by(row)
        approve_change(context, row, change)
        return [freed]
    check_transition(Status(row.status), Status.CONFIRMED)
    records.set_status(context, row, Status.CONFIRMED)
    tell_status(context, Action.APPROVED, row, Status.REQUESTED)
    announce(context, row, "approved")
    return []
