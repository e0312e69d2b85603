"""Taking back a move or a cancellation, a few seconds after it: everything is as it was, and nobody was told."""

from __future__ import annotations

import json

from app.access.permissions import Permission
from app.booking.refusals import CannotUndo, JustTaken, SessionFull
from app.operations import records
from app.operations.approvals.steps import open_change
from app.operations.audit.bookings import tell, when_and_what
from app.operations.audit.recording import Facts, difference
from app.operations.audit.words import Action
from app.operations.changes import close_change
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.look_up import view_of
from app.operations.rights import target_of
from app.operations.undoable import CANCELLED, WISHED
from app.operations.views import BookingView
from app.storage import outbox, workflow_runs
from app.storage.booking_states import BookingState, has_decided_since, load_state, restore
from app.storage.tables import Booking, ChangeRequest
from app.storage.undo_tables import UndoableChange

_RIGHTS = {CANCELLED: Permission.CANCEL}


def undo(context: Context, booking: str, change: str) -> BookingView:
    """Take back what the actor has just done to a booking; ``change``: the public id of ``Undoable``.

    The database alone decides whether what it took is still free: limits and hours are not asked about again.

    Raises:
        CannotUndo: too late, somebody took the time or the seats, it was changed since, or somebody else did it.
        NotAllowed: the right to do it was taken away. NotFound: no such booking.
    """

    def work() -> None:
        expire(context)  # what cannot be undone any more is gone after that
        row = records.get_locked(booking)
        found = _find(row, change)
        if found is None:
            _require_any(context, row)
            raise CannotUndo("late")
        state = load_state(found.state)
        _check(context, row, found, state)
        _undo(context, row, found, state)

    try:
        context.store.write(work)
    except (JustTaken, SessionFull) as refusal:
        raise CannotUndo("taken") from refusal
    return view_of(context, booking)


def _find(row: Booking, change: str) -> UndoableChange | None:
    query = UndoableChange.select().where(UndoableChange.public_id == change, UndoableChange.booking == row.id)
    found: UndoableChange | None = records.locked(query).first()
    return found


def _require_any(context: Context, row: Booking) -> None:
    """Go on only for those who could have changed the booking at all."""
    target = target_of(row)
    if not context.may(Permission.CANCEL, target):
        context.require(Permission.MOVE, target)


def _check(context: Context, row: Booking, found: UndoableChange, state: BookingState) -> None:
    """Go on only where the actor did it, may do it still, and nothing has happened since."""
    permission = _RIGHTS.get(found.kind, Permission.MOVE)
    context.require(permission, target_of(row))
    if state.resource_ids:
        context.require(permission, target_of(row, state.resource_ids))
    if found.user_id != context.actor.user_id:
        raise CannotUndo("other")
    is_asking = open_change(row) is not None
    if row.version != found.version or is_asking != (found.kind == WISHED) or has_decided_since(row, state):
        raise CannotUndo("changed")
    if state.is_over(context.now):
        raise CannotUndo("late")


def _undo(context: Context, row: Booking, found: UndoableChange, state: BookingState) -> None:
    if not outbox.take_back(json.loads(found.messages)):
        raise CannotUndo("late")
    found.delete_instance()
    workflow_runs.forget_undone(row.id, found.version)
    wished = open_change(row)
    before = _facts(context, row, wished)
    context.store.lock_rows(row.service_id if state.session_id or row.session_id else None, state.resource_ids)
    if wished is not None:
        close_change(context, wished, "cancelled")
    restore(row, state, context.now)
    tell(context, Action.UNDONE, row, difference(before, _facts(context, row, None)))


def _facts(context: Context, row: Booking, wished: ChangeRequest | None) -> Facts:
    """Return how a booking stands, for the audit log; ``wished``: the time that it asks for instead of its own."""
    shown = row if wished is None else wished
    taken = records.resource_ids(row) if wished is None else json.loads(wished.resource_ids)
    return {"status": row.status, **when_and_what(context, shown, taken)}
