"""How a booking stands with all that it takes, read before a change and written again when that is undone.

Always inside the write transaction of the change or of its undoing, with the booking's row locked.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from app.booking.values import Instant
from app.storage import allocations, sessions
from app.storage.statements import fetch, run
from app.storage.tables import Allocation, Booking, GroupSession

_ALLOCATIONS = (
    "SELECT resource_id, start_at, end_at, change_id, expires_at FROM allocation WHERE active AND booking_id = %s "
    "ORDER BY id"
)
_SEATS = (
    "SELECT session_id, change_id, COUNT(*) FROM seat WHERE booking_id = %s GROUP BY session_id, change_id "
    "ORDER BY session_id"
)
_OPEN_STEPS = (
    "SELECT id, status, due_at FROM approval WHERE booking_id = %s "
    "AND status IN ('later', 'waiting', 'approved', 'accepted') ORDER BY id"
)
_LAST_STEP = "SELECT COALESCE(MAX(id), 0) FROM approval WHERE booking_id = %s"
_WISH = "SELECT id, expires_at FROM change_request WHERE booking_id = %s AND status = 'requested'"

Taken = tuple[int, Instant, Instant, int | None, Instant | None]
"""Row id of the resource, start, end, row id of the change that holds it, until when it does."""


@dataclass(frozen=True, slots=True)
class BookingState:
    """All that a move or a cancellation changes of a booking.

    ``seats``: row ids of session and change, and how many. ``steps``: row id, status and due time of those that count.
    ``last_step``: newer steps came with the change. ``wish``: row id of the change request that waits.
    """

    status: str
    start: Instant
    end: Instant
    expires_at: Instant | None
    session_id: int | None
    allocations: tuple[Taken, ...]
    seats: tuple[tuple[int, int | None, int], ...]
    steps: tuple[tuple[int, str, Instant | None], ...]
    last_step: int
    wish: int | None
    wish_expires_at: Instant | None
    checked_in_at: Instant | None

    @property
    def resource_ids(self) -> tuple[int, ...]:
        """Row ids of the resources of its own that it took at its time; those of a session are the session's."""
        return tuple(sorted({resource for resource, _, _, change, _ in self.allocations if change is None}))

    def is_over(self, now: Instant) -> bool:
        """Whether what was asked for would have run out by now."""
        return any(one is not None and one <= now for one in (self.expires_at, self.wish_expires_at))


def read_state(row: Booking) -> BookingState:
    """Return how a booking stands; four queries."""
    [(last_step,)] = fetch(_LAST_STEP, (row.id,))
    wish, wish_expires_at = next(iter(fetch(_WISH, (row.id,))), (None, None))
    return BookingState(
        row.status,
        row.start_at,
        row.end_at,
        row.expires_at,
        row.session_id,
        tuple(tuple(one) for one in fetch(_ALLOCATIONS, (row.id,))),
        tuple(tuple(one) for one in fetch(_SEATS, (row.id,))),
        tuple(tuple(one) for one in fetch(_OPEN_STEPS, (row.id,))),
        last_step,
        wish,
        wish_expires_at,
        row.checked_in_at,
    )


def dump_state(state: BookingState) -> str:
    """Return a state as it is stored."""
    return json.dumps(asdict(state))


def load_state(text: str) -> BookingState:
    """Return a state that was stored."""
    stored: dict[str, Any] = json.loads(text)
    for name in ("allocations", "seats", "steps"):
        stored[name] = tuple(tuple(one) for one in stored[name])
    return BookingState(**stored)


def has_decided_since(row: Booking, state: BookingState) -> bool:
    """Say whether somebody has decided a step that came with the change."""
    sql = "SELECT 1 FROM approval WHERE booking_id = %s AND id > %s AND decided_at IS NOT NULL"
    return bool(fetch(sql, (row.id, state.last_step)))


def restore(row: Booking, state: BookingState, now: Instant) -> None:
    """Write a state again: what was taken, the steps of approvals, the wish, and the row itself.

    What the change itself wished for has to be closed before. Version and sequence count on, as somebody may have seen
    the booking as it was meanwhile.

    Raises:
        PeeweeException: the guard's refusal; ``Store.write`` turns it into ``JustTaken``.
        SessionFull: the seats are somebody else's by now.
    """
    left = row.session_id
    allocations.release(row.id)
    _take(row, state)
    _sit(row, state, now)
    if left is not None:
        sessions.close_if_empty(left, now)
    run("DELETE FROM approval WHERE booking_id = %s AND id > %s", (row.id, state.last_step))
    for step, status, due_at in state.steps:
        run("UPDATE approval SET status = %s, due_at = %s WHERE id = %s", (status, due_at, step))
    if state.wish is not None:
        run("UPDATE change_request SET status = 'requested', changed_at = %s WHERE id = %s", (now, state.wish))
    row.status, row.start_at, row.end_at = state.status, state.start, state.end
    row.expires_at, row.session, row.checked_in_at = state.expires_at, state.session_id, state.checked_in_at
    row.version, row.sequence, row.changed_at = row.version + 1, row.sequence + 1, now
    row.save()


def _take(row: Booking, state: BookingState) -> None:
    held: dict[tuple[int | None, Instant | None], list[tuple[int, Instant, Instant]]] = defaultdict(list)
    for resource, start, end, change, expires_at in state.allocations:
        held[change, expires_at].append((resource, start, end))
    for (change, expires_at), wished in held.items():
        allocations.take(wished, booking_id=row.id, change_id=change, expires_at=expires_at)


def _sit(row: Booking, state: BookingState, now: Instant) -> None:
    """Take the seats; a session that ended when they were given back begins again, if its resources are free."""
    for session_id, change, count in state.seats:
        ended = (GroupSession.id == session_id) & ~GroupSession.active
        if GroupSession.update(active=True, changed_at=now).where(ended).execute():
            Allocation.update(active=True).where(Allocation.session == session_id).execute()
        sessions.take_seats(session_id, row.id, count, change)
