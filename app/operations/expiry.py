"""What ran out: holds, requests, change requests and offers are given back before anything new is decided."""

from __future__ import annotations

from collections.abc import Iterator

from peewee import Field, ModelSelect

from app.booking.statuses import Status
from app.operations import records
from app.operations.announce import announce
from app.operations.changes import close_change
from app.operations.context import Context
from app.operations.waiting import Freed, end_offer, freed_by, offer_freed, wished_by
from app.storage.overdue import is_anything_overdue
from app.storage.tables import Booking, ChangeRequest

AT_ONCE = 100


def expire(context: Context) -> int:
    """Give back what has expired by now, inside a running write transaction; return how many.

    Everything is given back before anything is offered to those who wait: an offer may need two things that ran out.
    Rows that another transaction is expiring at this moment are left to it.
    """
    if not is_anything_overdue(context.now):
        return 0
    overdue = Booking.select().where(Booking.expires_at <= context.now)
    freed = [_expire_booking(context, row) for row in _in_batches(overdue)]
    wishes = Booking.select().where(Booking.id.in_(_overdue_changes(context, ChangeRequest.booking)))
    freed += [one for row in _in_batches(wishes) for one in _expire_change(context, row)]
    for one in freed:
        offer_freed(context, one)
    return len(freed)


def _in_batches(overdue: ModelSelect) -> Iterator[Booking]:
    """Yield all overdue rows, locked: whoever handles one makes it overdue no more, so the next batch has others."""
    batch = None
    while batch is None or len(batch) == AT_ONCE:
        batch = list(records.locked(overdue.order_by(Booking.id).limit(AT_ONCE), skip=True))
        yield from batch


def _overdue_changes(context: Context, *columns: Field) -> ModelSelect:
    found = ChangeRequest.select(*columns)
    return found.where(ChangeRequest.status == "requested", ChangeRequest.expires_at <= context.now)


def _expire_booking(context: Context, row: Booking) -> Freed:
    freed = freed_by(row)
    was_request = row.status == Status.REQUESTED
    records.release(context, row, Status.DECLINED if was_request else Status.CANCELLED)
    if was_request:
        announce(context, row, "expired")
    else:
        end_offer(context, row, "expired")
    return freed


def _expire_change(context: Context, row: Booking) -> list[Freed]:
    """End the overdue change request of a locked booking, unless somebody decided about it before it was locked."""
    change = _overdue_changes(context).where(ChangeRequest.booking == row.id).first()
    if change is None:
        return []
    close_change(context, change, "expired")
    announce(context, row, "change_expired", change=change.public_id)
    return [wished_by(row, change)]
