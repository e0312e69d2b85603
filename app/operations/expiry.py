"""What ran out: holds, requests, change requests and offers are given back before anything new is decided."""

from __future__ import annotations

from app.booking.statuses import Status
from app.operations import records
from app.operations.announce import announce
from app.operations.changes import close_change
from app.operations.context import Context
from app.operations.waiting import end_offer, freed_by, offer_freed, wished_by
from app.storage.overdue import is_anything_overdue
from app.storage.tables import Booking, ChangeRequest

AT_ONCE = 100


def expire(context: Context) -> int:
    """Give back what has expired by now, inside a running write transaction; return how many.

    Rows that another transaction is expiring at this moment are left to it.
    """
    if not is_anything_overdue(context.now):
        return 0
    overdue = Booking.select().where(Booking.expires_at <= context.now)
    changes = ChangeRequest.select().where(ChangeRequest.status == "requested", ChangeRequest.expires_at <= context.now)
    rows = list(records.locked(overdue.order_by(Booking.id).limit(AT_ONCE), skip=True))
    for row in rows:
        _expire_booking(context, row)
    wishes = list(records.locked(changes.order_by(ChangeRequest.id).limit(AT_ONCE), skip=True))
    for change in wishes:
        _expire_change(context, change)
    return len(rows) + len(wishes)


def _expire_booking(context: Context, row: Booking) -> None:
    freed = freed_by(row)
    was_request = row.status == Status.REQUESTED
    records.release(context, row, Status.DECLINED if was_request else Status.CANCELLED)
    if was_request:
        announce(context, row, "expired")
    else:
        end_offer(context, row, "expired")
    offer_freed(context, freed)


def _expire_change(context: Context, change: ChangeRequest) -> None:
    row = change.booking
    freed = wished_by(row, change)
    close_change(context, change, "expired")
    announce(context, row, "change_expired", change=change.public_id)
    offer_freed(context, freed)
