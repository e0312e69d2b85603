"""Bookings whose taken time falls into time off, and the group sessions that begin when they do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from peewee import JOIN, fn

from app.booking.slots import OpenSession
from app.booking.values import Instant, Interval
from app.storage.sessions import members_of
from app.storage.tables import Allocation, Booking, GroupSession, Seat, TimeOff

LONGEST = 3 * 86_400
"""Nothing takes a resource for longer at once, buffers included: what reaches into a time began this long before it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a time off (public id) is in the way of: a booking or a group session, by row id."""

    time_off: str
    booking_id: int | None
    session_id: int | None


Own = Mapping[int, Set[tuple[int, Instant, Instant]]]
"""By booking row id the resource, start and end of what it would give back."""


def find_hits(time_off: Collection[str], now: Instant) -> list[Hit]:
    """Return what the time off with these public ids is in the way of and has not ended; one query."""
    if not time_off:
        return []
    query = TimeOff.select(TimeOff.public_id, Allocation.booking, Allocation.session).join(
        Allocation,
        on=(
            (Allocation.resource == TimeOff.resource)
            & (Allocation.start_at < TimeOff.end_at)
            & (Allocation.start_at > TimeOff.start_at - LONGEST)
            & (Allocation.end_at > TimeOff.start_at)
        ),
    )
    living = Allocation.expires_at.is_null() | (Allocation.expires_at > now)
    asked = query.where(
        TimeOff.public_id.in_(list(time_off)), Allocation.active, Allocation.change.is_null(), Allocation.end_at > now
    )
    return [Hit(*row) for row in asked.where(living).tuples()]


def find_own(rows: Sequence[Booking]) -> Own:
    """Return what these bookings take; of a group session only where nobody else is in it. Two queries."""
    sessions = {row.session_id: row.id for row in rows if row.session_id is not None}
    seats: dict[int, set[int]] = defaultdict(set)
    taken = Seat.select(Seat.session, Seat.booking).where(Seat.session.in_(list(sessions)))
    for session_id, booking_id in taken.tuples():
        seats[session_id].add(booking_id)
    alone = {one: booking for one, booking in sessions.items() if seats[one] == {booking}}
    own: dict[int, set[tuple[int, Instant, Instant]]] = {row.id: set() for row in rows}
    query = Allocation.select(
        Allocation.booking, Allocation.session, Allocation.resource, Allocation.start_at, Allocation.end_at
    ).where(Allocation.active, Allocation.booking.in_([row.id for row in rows]) | Allocation.session.in_(list(alone)))
    for booking_id, session_id, resource_id, start, end in query.tuples():
        own[booking_id or alone[session_id]].add((resource_id, start, end))
    return own


def find_sessions_at(starts: Iterable[Instant]) -> dict[tuple[int, int], list[OpenSession]]:
    """Return the group sessions that begin at these instants, by service and location (row ids); two queries."""
    query = (
        GroupSession.select(
            GroupSession.id,
            GroupSession.service,
            GroupSession.location,
            GroupSession.start_at,
            GroupSession.end_at,
            GroupSession.capacity,
            fn.COUNT(Seat.number),
        )
        .join(Seat, JOIN.LEFT_OUTER, on=(Seat.session == GroupSession.id))
        .where(GroupSession.active, GroupSession.start_at.in_(sorted(set(starts))))
        .group_by(GroupSession.id)
    )
    rows = list(query.tuples())
    members = members_of([row[0] for row in rows])
    found: dict[tuple[int, int], list[OpenSession]] = defaultdict(list)
    for row_id, service_id, location_id, start, end, size, used in rows:
        found[service_id, location_id].append(OpenSession(start, end, size - used, members[row_id]))
    return found


def near(holes: Sequence[Interval], start: Instant, end: Instant) -> list[Interval]:
    """Return those of sorted intervals that overlap ``[start, end)``."""
    return [one for one in holes if one[0] < end and one[1] > start]
