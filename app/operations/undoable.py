"""The seconds after a move or cancellation by staff in which they may take it back: nobody is told of it before.

What was given back is free for everybody at once; only the offer to those who wait for it comes later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.access.actors import ActorKind
from app.booking.statuses import Status
from app.booking.values import Instant
from app.operations import records
from app.operations.approvals.steps import open_change
from app.operations.context import Context
from app.operations.waiting import Freed, offer_freed
from app.storage import outbox
from app.storage.booking_states import BookingState, dump_state, read_state
from app.storage.public_ids import new_public_id
from app.storage.tables import Booking
from app.storage.undo_tables import UndoableChange

SHOWN_SECONDS = 5
"""How long pages offer to undo."""

GRACE_SECONDS = 3
"""How much later that may still arrive here, over a slow network."""

CANCELLED, WISHED, MOVED = "cancelled", "wished", "moved"


@dataclass(frozen=True, slots=True)
class Before:
    """What has to be known of a booking before it is changed, to take that back; ``newest``: its last message."""

    state: BookingState
    newest: int


@dataclass(frozen=True, slots=True)
class Undoable:
    """A change that may be taken back: its public id, the booking's, what it was, and until when pages say so."""

    change: str
    booking: str
    kind: str
    until: Instant


def look_before(context: Context, rows: Sequence[Booking]) -> Before | None:
    """Return what is needed to undo the change that comes now; None where it cannot be undone.

    It can be where somebody signed in changes one booking; a series as a whole and mere holds cannot.
    """
    actor = context.actor
    if actor.kind is not ActorKind.USER or actor.user_id is None or len(rows) != 1 or rows[0].status == Status.HELD:
        return None
    return Before(read_state(rows[0]), outbox.newest_message(rows[0].id))


def let_go(context: Context, row: Booking, before: Before | None, freed: Iterable[Freed]) -> None:
    """Offer what a change gave back to those who wait: at once, or when it cannot be undone any more.

    In that case its messages wait as long, too.
    """
    if before is None:
        for one in freed:
            offer_freed(context, one)
        return
    until = context.now + SHOWN_SECONDS + GRACE_SECONDS
    UndoableChange.create(
        public_id=new_public_id(),
        booking=row.id,
        user=context.actor.user_id,
        kind=_kind_of(row),
        version=row.version,
        state=dump_state(before.state),
        freed=json.dumps([asdict(one) for one in freed]),
        messages=json.dumps(outbox.hold_back(row.id, before.newest, until)),
        until_at=until,
    )


def _kind_of(row: Booking) -> str:
    """Return what has just been done: a move ends what was wished before, so an open wish is its own."""
    if row.status == Status.CANCELLED:
        return CANCELLED
    return MOVED if open_change(row) is None else WISHED


def close_undoable(context: Context) -> list[Freed]:
    """End what cannot be undone any more, inside a write transaction; return what is to be offered now.

    Rows that somebody undoes at this moment are left to them.
    """
    over = UndoableChange.select().where(UndoableChange.until_at <= context.now).order_by(UndoableChange.id)
    rows = list(records.locked(over, skip=True))
    for row in rows:
        row.delete_instance()
    return [freed for row in rows for freed in _freed(row.freed)]


def _freed(text: str) -> list[Freed]:
    stored: list[dict[str, Any]] = json.loads(text)
    return [Freed(**{**one, "resource_ids": tuple(one["resource_ids"])}) for one in stored]


def find_undoable(context: Context, booking: str | None = None) -> Undoable | None:
    """Return the newest change of the actor that pages offer to undo, of this booking if one is named; one query."""
    if context.actor.user_id is None:
        return None
    query = (
        UndoableChange.select(UndoableChange, Booking)
        .join(Booking)
        .where(UndoableChange.user == context.actor.user_id, UndoableChange.until_at > context.now + GRACE_SECONDS)
        .where(UndoableChange.version == Booking.version)
        .order_by(UndoableChange.id.desc())
    )
    if booking is not None:
        query = query.where(Booking.public_id == booking)
    row = context.store.read(query.first)
    if row is None:
        return None
    return Undoable(row.public_id, row.booking.public_id, row.kind, row.until_at - GRACE_SECONDS)
