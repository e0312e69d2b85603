"""Group sessions and their seats; the primary key on (session, number) is what refuses a seat twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.booking.refusals import SessionFull
from app.booking.values import Instant, Service
from app.storage.base import database_proxy
from app.storage.public_ids import new_public_id
from app.storage.statements import among, fetch, run
from app.storage.tables import Allocation, GroupSession, Seat

_OPEN = (
    "SELECT s.id, s.capacity - (SELECT COUNT(*) FROM seat WHERE seat.session_id = s.id) FROM group_session s "
    "WHERE s.active AND s.service_id = %s AND s.location_id = %s AND s.start_at = %s AND s.end_at = %s"
)
_LOCK_SERVICE = (
    "SELECT 1 FROM service WHERE id = (SELECT service_id FROM group_session WHERE id = %s) FOR NO KEY UPDATE"
)
_MEMBERS = "SELECT session_id, resource_id FROM allocation WHERE session_id"


@dataclass(frozen=True, slots=True)
class OpenSeats:
    """A session that has begun to fill, how many seats it has left, and whose it is."""

    id: int
    seats_left: int
    resource_ids: tuple[int, ...]


def find_open_seats(service_id: int, location_id: int, start: Instant, end: Instant) -> list[OpenSeats]:
    """Return the active sessions at exactly this time, the fullest first; the service must be locked by the caller.

    There are several where a pool has several providers: the first was full, or somebody else was wished.
    """
    rows = fetch(_OPEN, (service_id, location_id, start, end))
    members = members_of([row[0] for row in rows])
    found = [OpenSeats(session_id, left, members[session_id]) for session_id, left in rows]
    return sorted(found, key=lambda one: (one.seats_left, one.id))


def members_of(session_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the resources of sessions by row id, in one query."""
    found: dict[int, list[int]] = {one: [] for one in session_ids}
    if found:
        members, values = among(list(found))
        for session_id, resource_id in fetch(f"{_MEMBERS} {members}", values):
            found[session_id].append(resource_id)
    return {session_id: tuple(sorted(members)) for session_id, members in found.items()}


def add_session(service: Service, location_id: int, start: Instant, end: Instant, now: Instant) -> int:
    """Open a session and return its row id; the caller takes its resources."""
    row = GroupSession.create(
        public_id=new_public_id(),
        service=service.id,
        location=location_id,
        start_at=start,
        end_at=end,
        capacity=service.capacity,
        created_at=now,
        changed_at=now,
    )
    return int(row.id)


def take_seats(session_id: int, booking_id: int, count: int, change_id: int | None = None) -> None:
    """Take the lowest free seat numbers.

    Raises:
        SessionFull: fewer than ``count`` are left.
    """
    session = GroupSession.get_by_id(session_id)
    used = {number for (number,) in Seat.select(Seat.number).where(Seat.session == session_id).tuples()}
    free = [number for number in range(1, session.capacity + 1) if number not in used]
    if len(free) < count:
        raise SessionFull(seats_left=len(free))
    rows = [
        {"session": session_id, "number": number, "booking": booking_id, "change": change_id} for number in free[:count]
    ]
    Seat.insert_many(rows).execute()


def give_back_change_seats(change_id: int, now: Instant) -> None:
    """Give back the seats that a change request held."""
    held = Seat.select(Seat.session).where(Seat.change == change_id).tuples()
    session_ids = {session_id for (session_id,) in held}
    Seat.delete().where(Seat.change == change_id).execute()
    for session_id in session_ids:
        close_if_empty(session_id, now)


def close_if_empty(session_id: int, now: Instant) -> None:
    """End a session whose last seat was given back, and free its resources; whose it was stays known.

    Who joins a session holds the lock of its service, and so does who asks here whether the last has left: of two who
    leave at once the second sees that the first has gone, and nobody joins a session that is just ending.
    """
    if database_proxy.for_update:
        run(_LOCK_SERVICE, (session_id,))
    if Seat.select().where(Seat.session == session_id).exists():
        return
    Allocation.update(active=False).where(Allocation.session == session_id).execute()
    GroupSession.update(active=False, changed_at=now).where(GroupSession.id == session_id).execute()
