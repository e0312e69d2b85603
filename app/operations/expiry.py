"""What ran out: holds, requests, change requests and offers are given back before anything new is decided.

What staff can undo no more is offered to those who wait then, too.
"""

from __future__ import annotations

from peewee import Field, ModelSelect

from app.booking.statuses import Status
from app.operations import records
from app.operations.approvals.approval_timeouts import end_overdue_steps, expire_change, expire_request
from app.operations.context import Context
from app.operations.undoable import close_undoable
from app.operations.waiting import Freed, end_offer, freed_by, offer_freed
from app.storage.overdue import is_anything_overdue
from app.storage.tables import Booking, ChangeRequest


def expire(context: Context) -> int:
    """Give back what has expired by now, inside a running write transaction; return how many.

    Steps of approvals go first, as what they lead to may keep its time for longer. Everything is given back before
    anything is offered to those who wait: an offer may need two things that ran out.
    Rows that another transaction is expiring at this moment are left to it.
    """
    if not is_anything_overdue(context.now):
        return 0
    freed = end_overdue_steps(context)
    overdue = Booking.select().where(Booking.expires_at <= context.now)
    freed += [one for row in records.in_batches(overdue) for one in _expire_booking(context, row)]
    wishes = Booking.select().where(Booking.id.in_(_overdue_changes(context, ChangeRequest.booking)))
    freed += [one for row in records.in_batches(wishes) for one in _expire_change(context, row)]
    freed += close_undoable(context)
    for one in freed:
        offer_freed(context, one)
    return len(freed)


def _overdue_changes(context: Context, *columns: Field) -> ModelSelect:
    found = ChangeRequest.select(*columns)
    return found.where(ChangeRequest.status == "requested", ChangeRequest.expires_at <= context.now)


def _expire_booking(context: Context, row: Booking) -> list[Freed]:
    if row.status == Status.REQUESTED:
        return expire_request(context, row)
    freed = freed_by(row)
    records.release(context, row, Status.CANCELLED)
    end_offer(context, row, "expired")
    return [freed]


def _expire_change(context: Context, row: Booking) -> list[Freed]:
    """End the overdue change request of a locked booking, unless somebody decided about it before it was locked."""
    change = _overdue_changes(context).where(ChangeRequest.booking == row.id).first()
    return [] if change is None else expire_change(context, row, change)
