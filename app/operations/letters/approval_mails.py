"""Telling approvers what waits for them: the worker leaves the mails, so that no booking waits for looking them up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from app.access.grants import Target
from app.operations import records
from app.operations.approvals.approval_people import People
from app.operations.approvals.steps import Step, open_change, steps_of
from app.operations.context import Context
from app.operations.rights import approving_target
from app.storage import outbox
from app.storage.approval_tables import Approval
from app.storage.tables import Booking, User
from app.storage.undo_tables import UndoableChange

WANTED = "approval_wanted"
AT_ONCE = 100
"""How many steps one round tells about; what is more waits for the next one."""


def tell_approvers(context: Context) -> int:
    """Leave one mail for each person to whom something was newly given to decide; return how many steps were told of.

    A deputy is written to beside the one in whose place they may decide now.
    """
    return context.store.write(lambda: _tell(context))


def _tell(context: Context) -> int:
    undoable = UndoableChange.select(UndoableChange.booking)  # what may still be undone is told when it is over
    untold = Approval.select().where(Approval.due_at.is_null(False), ~Approval.told, Approval.booking.not_in(undoable))
    ids = {row.id for row in records.locked(untold.order_by(Approval.id).limit(AT_ONCE), skip=True)}
    if not ids:
        return 0
    wanted: dict[int, set[str]] = defaultdict(set)
    people = People(context.now)
    for row, target, step in _waiting(context, ids):
        for user_id in people.asked(step.asked, target):
            wanted[user_id].add(row.public_id)
    Approval.update(told=True).where(Approval.id.in_(ids)).execute()
    for user in User.select().where(User.id.in_(list(wanted))).order_by(User.id):
        payload = {"user": user.public_id, "bookings": sorted(wanted[user.id]), "at": context.now}
        outbox.add_message(WANTED, None, payload, context.now)
    return len(ids)


def _waiting(context: Context, ids: Collection[int]) -> Iterator[tuple[Booking, Target, Step]]:
    """Yield these steps with their bookings, and what the rights are asked about them."""
    asked = Approval.select(Approval.booking).where(Approval.id.in_(list(ids)))
    for row in Booking.select().where(Booking.id.in_(asked)).order_by(Booking.id):
        change = open_change(row)
        target = approving_target(row, change)
        yield from ((row, target, step) for step in steps_of(context, row, change) if step.row.id in ids)
