"""What takes resources in a stretch of time: active allocations and the busy times of outside calendars.

Whatever overlaps ``[start, end)`` begins before its end; how long before its start it may have begun is the question
that makes such searches slow. Here the rows of at most a day and the few longer ones have an index each: the former are
looked for from a day earlier on, the latter by their end. The rows are sorted in Python: asked for in order, SQLite
prefers an index that has the order already to the one of long rows, and reads all of the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from app.booking.slots import OpenSession
from app.booking.values import Cause, Instant, Interval, Taken
from app.storage.confidential import unseal_text
from app.storage.sessions import members_of
from app.storage.statements import among, fetch

LONG = 86_400
"""Seconds above which a row is in the index of long ones; the migrations have the same number."""

_SHORT_PART = "end_at - start_at <= 86400 AND start_at < %s AND start_at > %s AND end_at > %s"
_LONG_PART = "end_at - start_at > 86400 AND start_at < %s AND end_at > %s"
_LIVING = "active AND (expires_at IS NULL OR expires_at > %s)"


@cache
def _sources(members: str, columns: str, busy_columns: str, ignoring: bool) -> str:
    ids = f"resource_id {members}"
    other = " AND booking_id IS DISTINCT FROM %s" if ignoring else ""
    parts = [
        f"SELECT {columns} FROM allocation WHERE {ids} AND {_SHORT_PART} AND {_LIVING}{other}",
        f"SELECT {columns} FROM allocation WHERE {ids} AND {_LONG_PART} AND {_LIVING}{other}",
        f"SELECT {busy_columns} FROM busy_time WHERE {ids} AND {_SHORT_PART}",
        f"SELECT {busy_columns} FROM busy_time WHERE {ids} AND {_LONG_PART}",
    ]
    return " UNION ALL ".join(parts)


def _values(ids: Sequence[Any], start: Instant, end: Instant, now: Instant, ignore_booking: int | None) -> list[Any]:
    other = () if ignore_booking is None else (ignore_booking,)
    short, long = (*ids, end, start - LONG, start), (*ids, end, start)
    return [*short, now, *other, *long, now, *other, *short, *long]


def find_taken(
    resource_ids: Sequence[int], start: Instant, end: Instant, now: Instant, ignore_booking: int | None = None
) -> dict[int, list[Interval]]:
    """Return what overlaps ``[start, end)``, by resource and sorted; one query.

    Args:
        resource_ids: row ids; each is a key of the answer.
        start: of the stretch.
        end: of the stretch.
        now: allocations that have expired by now are left out.
        ignore_booking: row id of a booking that shall not count (the one that is moved).
    """
    found: dict[int, list[Interval]] = {one: [] for one in resource_ids}
    if not found:
        return found
    columns = "resource_id, start_at, end_at"
    members, ids = among(resource_ids)
    sql = _sources(members, columns, columns, ignore_booking is not None)
    for resource_id, since, until in fetch(sql, _values(ids, start, end, now, ignore_booking)):
        found[resource_id].append((since, until))
    for intervals in found.values():
        intervals.sort()
    return found


def find_conflicts(resource_ids: Sequence[int], start: Instant, end: Instant, now: Instant) -> list[Taken]:
    """Return the same with what is behind each interval: a booking with its status, a session, a busy time.

    ``reference`` is the public id of the booking or session, and the title of a busy time. At most three queries.
    """
    if not resource_ids:
        return []
    columns = "resource_id, start_at, end_at, booking_id, session_id, change_id, NULL AS source, NULL AS uid, NULL AS t"
    busy = "resource_id, start_at, end_at, NULL, NULL, NULL, source, uid, title"
    members, ids = among(resource_ids)
    sql = _sources(members, columns, busy, ignoring=False)
    rows = sorted(fetch(sql, _values(ids, start, end, now, None)), key=lambda row: row[:3])
    bookings = _behind(_BOOKINGS, [row[3] for row in rows])
    sessions = _behind(_GROUP_SESSIONS, [row[4] for row in rows])
    return [_conflict(row, bookings, sessions) for row in rows]


_NONE = 0
"""No row has this id."""

_BOOKINGS = "SELECT id, public_id, status, start_at, end_at FROM booking WHERE id"
_GROUP_SESSIONS = "SELECT id, public_id, 'confirmed', start_at, end_at FROM group_session WHERE id"
_Behind = Mapping[int, tuple[str, str, Instant, Instant]]


def _behind(query: str, ids: Iterable[int | None]) -> _Behind:
    """Return public id, status, start and end by row id."""
    wanted = sorted({one for one in ids if one is not None})
    if not wanted:
        return {}
    members, values = among(wanted)
    return {row[0]: row[1:] for row in fetch(f"{query} {members}", values)}


def _conflict(row: tuple[Any, ...], bookings: _Behind, sessions: _Behind) -> Taken:
    resource_id, start, end, booking_id, session_id, change_id, source, uid, title = row
    if booking_id is None and session_id is None:
        shown = unseal_text("busy_time", "title", (resource_id, source, uid, start, end), title)
        return Taken(resource_id, start, end, Cause.BUSY_TIME, "", shown)
    cause = Cause.SESSION if booking_id is None else Cause.BOOKING
    public_id, status, since, until = sessions[session_id] if booking_id is None else bookings[booking_id]
    booked = None if change_id is not None else (since, until)  # a wished new time is not the booking's own
    return Taken(resource_id, start, end, cause, status, public_id, booked)


_SESSIONS = (
    "SELECT s.id, s.start_at, s.end_at, s.capacity, "
    "(SELECT COUNT(*) FROM seat WHERE seat.session_id = s.id AND seat.booking_id <> %s) FROM group_session s "
    "WHERE s.active AND s.service_id = %s AND s.location_id = %s "
    "AND s.start_at >= %s AND s.start_at < %s ORDER BY s.start_at"
)


def find_sessions(
    service_id: int, location_id: int, start: Instant, end: Instant, now: Instant, ignore_booking: int | None = None
) -> list[OpenSession]:
    """Return the sessions of a service that start in ``[start, end)`` and not before ``now``, with the seats left.

    The seats of ``ignore_booking`` (a row id) count as free; sessions in which nobody else is are left out, as they end
    when it leaves them. Two queries, whatever the number of sessions.
    """
    found = fetch(_SESSIONS, (ignore_booking or _NONE, service_id, location_id, max(start, now), end))
    rows = [row for row in found if row[4] > 0]
    members = members_of([row[0] for row in rows])
    return [OpenSession(since, until, size - used, members[one]) for one, since, until, size, used in rows]


_OWN_SESSIONS = (
    "SELECT a.resource_id, a.start_at, a.end_at FROM allocation a "
    "WHERE a.active AND a.session_id IN (SELECT session_id FROM seat WHERE booking_id = %s) "
    "AND NOT EXISTS (SELECT 1 FROM seat WHERE seat.session_id = a.session_id AND seat.booking_id <> %s)"
)


def find_own_sessions(booking_id: int) -> list[tuple[int, Instant, Instant]]:
    """Return resource, start and end of what sessions take in which there is nobody but this booking (row id)."""
    return [(resource_id, start, end) for resource_id, start, end in fetch(_OWN_SESSIONS, (booking_id, booking_id))]
