"""Deciding about requests: approve or decline a requested booking, or a wished change of a confirmed one."""

from __future__ import annotations

from collections.abc import Callable

from app.access.permissions import Permission
from app.booking.answers import clean_text
from app.booking.refusals import InvalidTransition, StaleVersion
from app.booking.statuses import Status, check_transition
from app.operations import records
from app.operations.announce import announce
from app.operations.changes import approve_change, close_change
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.look_up import view_of
from app.operations.rights import target_of
from app.operations.views import BookingView
from app.operations.waiting import freed_by, offer_freed, wished_by
from app.storage.tables import Booking, ChangeRequest

MAX_REASON = 500


def approve(context: Context, booking: str, version: int | None = None) -> BookingView:
    """Approve a request, or the wished change of a confirmed booking; ``version``: what was looked at, if known.

    Raises:
        InvalidTransition: nothing waits for approval, or it ran out. StaleVersion: the client moved it meanwhile.
        NotAllowed, NotFound.
    """

    def work(row: Booking, change: ChangeRequest | None) -> None:
        if change is not None:
            freed = freed_by(row)
            approve_change(context, row, change)
            offer_freed(context, freed)
            return
        check_transition(Status(row.status), Status.CONFIRMED)
        records.set_status(context, row, Status.CONFIRMED)
        announce(context, row, "approved")

    return _decide(context, booking, (Permission.APPROVE, version), work)


def decline(context: Context, booking: str, reason: str = "", version: int | None = None) -> BookingView:
    """Decline a request, or the wished change of a confirmed booking, which then keeps its old time.

    Raises:
        InvalidTransition: nothing waits for approval. StaleVersion: the client moved it meanwhile.
        NotAllowed, NotFound.
    """
    reason = clean_text(reason, "reason", MAX_REASON)

    def work(row: Booking, change: ChangeRequest | None) -> None:
        freed = freed_by(row) if change is None else wished_by(row, change)
        if change is not None:
            close_change(context, change, "declined")
            row.version, row.changed_at = row.version + 1, context.now
            row.save()
            announce(context, row, "change_declined", change=change.public_id, reason=reason)
        else:
            check_transition(Status(row.status), Status.DECLINED)
            records.release(context, row, Status.DECLINED)
            announce(context, row, "declined", reason=reason)
        offer_freed(context, freed)

    return _decide(context, booking, (Permission.DECLINE, version), work)


def _decide(
    context: Context,
    booking: str,
    asked: tuple[Permission, int | None],
    work: Callable[[Booking, ChangeRequest | None], None],
) -> BookingView:
    permission, version = asked

    def decide_locked() -> None:
        expire(context)
        row = records.get_locked(booking)
        context.require(permission, target_of(row))
        change = ChangeRequest.get_or_none(ChangeRequest.booking == row.id, ChangeRequest.status == "requested")
        if change is None and row.status != Status.REQUESTED:
            raise InvalidTransition(row.status, "approved")
        if version is not None and version != row.version:
            raise StaleVersion()
        work(row, change)

    context.store.write(decide_locked)
    return view_of(context, booking)
