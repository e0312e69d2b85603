"""What has to be true in a database at any moment, as queries that find the exceptions and a sentence for each.

A query's columns are the values of its sentence, in order. Everything is written in the words that both databases know.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.booking.statuses import ACTIVE, Status

OUTBOX_COMPLETE_FROM = "outbox_complete_from"
"""The setting that says from which creation on every booking has its first message here (older ones were purged)."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """``sentence`` has a ``{}`` for each column of ``query``, which finds the rows that break it."""

    sentence: str
    query: str


def _list(*values: str) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


_ACTIVE = _list(*(status.value for status in ACTIVE))
_ENDED = _list(*(status.value for status in Status if status not in ACTIVE))
_WAITS = _list(Status.HELD.value, Status.REQUESTED.value)
_STATUSES = {
    "booking": _list(*(status.value for status in Status)),
    "change_request": _list("requested", "approved", "declined", "cancelled", "expired"),
    "waiting_entry": _list("waiting", "offered", "booked", "declined", "left", "expired"),
}
_FIRST = _list("requested", "confirmed")
_FIRST_OF_SERIES = _list("series_booked", "series_requested")
_RECORDED_FROM = (
    "COALESCE((SELECT CAST(value AS BIGINT) FROM setting WHERE key = 'outbox_complete_from'), -9000000000000)"
)

TIMES = (
    # Where two overlap, two neighbours do: the next to start after the first starts before the second, too.
    Invariant(
        "Allocation {} of resource {} begins before allocation {} of the same resource has ended.",
        "SELECT id, resource_id, before_id FROM (SELECT id, resource_id, start_at, LAG(id) OVER w AS before_id, "
        "LAG(end_at) OVER w AS before_end FROM allocation WHERE active "
        "WINDOW w AS (PARTITION BY resource_id ORDER BY start_at, end_at)) AS one WHERE before_end > start_at",
    ),
    *(
        Invariant(f"{name} {{}} does not end after it starts.", f"SELECT id FROM {table} WHERE start_at >= end_at")
        for table, name in (
            ("allocation", "Allocation"),
            ("booking", "Booking row"),
            ("group_session", "Group session row"),
            ("change_request", "Change request row"),
            ("busy_time", "Busy time"),
            ("time_off", "Time off row"),
        )
    ),
)

_OWN = (
    "SELECT booking_id, MAX(start_at) AS start_at, MIN(end_at) AS end_at "
    "FROM allocation WHERE active AND booking_id IS NOT NULL AND change_id IS NULL GROUP BY booking_id"
)
_NEEDS = "SELECT service_id, SUM(count) AS count FROM service_requirement GROUP BY service_id"
_EXTRAS = "(SELECT COUNT(*) FROM extra_resource e WHERE e.booking_id = b.id)"
BOOKINGS = (
    # A service that was edited after a booking was made may have asked for another number of resources then. Counted
    # after the join: joined to rows counted before, PostgreSQL compares all with all until it has analysed the tables.
    Invariant(
        "Booking {} is {} and has {} of the {} resources that it needs.",
        f"SELECT b.public_id, b.status, COUNT(DISTINCT a.resource_id), needs.count + {_EXTRAS} FROM booking b "
        f"JOIN service s ON s.id = b.service_id JOIN ({_NEEDS}) needs ON needs.service_id = s.id "
        "LEFT JOIN allocation a ON a.booking_id = b.id AND a.active AND a.change_id IS NULL "
        f"WHERE b.status IN ({_ACTIVE}) AND b.session_id IS NULL "
        "GROUP BY b.id, b.public_id, b.status, b.created_at, s.changed_at, needs.count "
        "HAVING COUNT(a.id) = 0 OR (b.created_at >= s.changed_at "
        f"AND (COUNT(a.id) <> needs.count + {_EXTRAS} OR COUNT(DISTINCT a.resource_id) <> needs.count + {_EXTRAS}))",
    ),
    Invariant(
        "Booking {} is {} and does not take resource {}, with which it was made.",
        "SELECT b.public_id, b.status, e.resource_id FROM extra_resource e JOIN booking b ON b.id = e.booking_id "
        f"WHERE b.status IN ({_ACTIVE}) AND NOT EXISTS (SELECT 1 FROM allocation a "
        "WHERE a.booking_id = b.id AND a.resource_id = e.resource_id AND a.active AND a.change_id IS NULL)",
    ),
    Invariant(
        "Booking {} lasts longer than what it has taken of its resources.",
        f"SELECT b.public_id FROM booking b JOIN ({_OWN}) own ON own.booking_id = b.id "
        "WHERE b.start_at < own.start_at OR b.end_at > own.end_at",
    ),
    Invariant(
        "Booking {} is {} and still has an allocation of resource {}.",
        "SELECT b.public_id, b.status, a.resource_id FROM allocation a JOIN booking b ON b.id = a.booking_id "
        f"WHERE a.active AND b.status IN ({_ENDED})",
    ),
    Invariant(
        "Booking {} is {} and still has seat {} of session {}.",
        "SELECT b.public_id, b.status, s.number, s.session_id FROM seat s JOIN booking b ON b.id = s.booking_id "
        f"WHERE b.status IN ({_ENDED})",
    ),
    Invariant(
        "Booking {} is {} and has no time at which that expires.",
        f"SELECT public_id, status FROM booking WHERE status IN ({_WAITS}) AND expires_at IS NULL",
    ),
    Invariant(
        "Booking {} is {} and would expire all the same.",
        f"SELECT public_id, status FROM booking WHERE expires_at IS NOT NULL AND status NOT IN ({_WAITS})",
    ),
    Invariant(
        "Booking {} is {} and was never confirmed by its client.",
        f"SELECT public_id, status FROM booking WHERE unconfirmed AND status NOT IN ({_list('held', 'cancelled')})",
    ),
    Invariant(
        "Allocation {} expires at another time than its booking {}.",
        "SELECT a.id, b.public_id FROM allocation a JOIN booking b ON b.id = a.booking_id "
        "WHERE a.change_id IS NULL AND a.expires_at IS DISTINCT FROM b.expires_at",
    ),
    Invariant(
        "Allocation {} expires at another time than its change request {}.",
        "SELECT a.id, c.public_id FROM allocation a JOIN change_request c ON c.id = a.change_id "
        "WHERE a.expires_at IS DISTINCT FROM c.expires_at",
    ),
    Invariant(
        "Change request {} is {} and still has allocation {}.",
        "SELECT c.public_id, c.status, a.id FROM allocation a JOIN change_request c ON c.id = a.change_id "
        "WHERE c.status <> 'requested'",
    ),
    Invariant(
        "Change request {} waits for approval, but its booking {} is {}.",
        "SELECT c.public_id, b.public_id, b.status FROM change_request c JOIN booking b ON b.id = c.booking_id "
        f"WHERE c.status = 'requested' AND b.status NOT IN ({_list('confirmed')})",
    ),
    Invariant(
        "Booking {} has {} change requests that wait for approval.",
        "SELECT b.public_id, COUNT(*) FROM change_request c JOIN booking b ON b.id = c.booking_id "
        "WHERE c.status = 'requested' GROUP BY b.public_id HAVING COUNT(*) > 1",
    ),
    Invariant(
        "Waiting entry {} was offered booking {}, which is {}.",
        "SELECT w.public_id, b.public_id, b.status FROM waiting_entry w JOIN booking b ON b.id = w.offered_booking_id "
        f"WHERE w.status = 'offered' AND b.status <> '{Status.HELD.value}'",
    ),
)

_SEATS = (
    "SELECT booking_id, session_id, COUNT(*) AS count FROM seat WHERE change_id IS NULL GROUP BY booking_id, session_id"
)
SESSIONS = (
    Invariant(
        "Booking {} is {} and has {} of its {} seats.",
        "SELECT b.public_id, b.status, COALESCE(s.count, 0), b.seats FROM booking b "
        f"LEFT JOIN ({_SEATS}) s ON s.booking_id = b.id AND s.session_id = b.session_id "
        f"WHERE b.session_id IS NOT NULL AND b.status IN ({_ACTIVE}) AND COALESCE(s.count, 0) <> b.seats",
    ),
    Invariant(
        "Booking {} has seats in session {}, which is not its own.",
        "SELECT b.public_id, s.session_id FROM seat s JOIN booking b ON b.id = s.booking_id "
        "WHERE s.change_id IS NULL AND b.session_id IS DISTINCT FROM s.session_id",
    ),
    Invariant(
        "Group session {} has {} seats taken and a capacity of {}.",
        "SELECT g.public_id, COUNT(*), g.capacity FROM seat s JOIN group_session g ON g.id = s.session_id "
        "GROUP BY g.id, g.public_id, g.capacity HAVING COUNT(*) > g.capacity",
    ),
    Invariant(
        "Group session {} has nobody in it and is open all the same.",
        "SELECT public_id FROM group_session g WHERE active "
        "AND NOT EXISTS (SELECT 1 FROM seat s WHERE s.session_id = g.id)",
    ),
    Invariant(
        "Group session {} has ended and seats are taken in it.",
        "SELECT public_id FROM group_session g WHERE NOT active "
        "AND EXISTS (SELECT 1 FROM seat s WHERE s.session_id = g.id)",
    ),
    Invariant(
        "Group session {} has ended and still has an allocation of resource {}.",
        "SELECT g.public_id, a.resource_id FROM allocation a JOIN group_session g ON g.id = a.session_id "
        "WHERE a.active AND NOT g.active",
    ),
    Invariant(
        "Group session {} has {} of the {} resources that it needs.",
        "SELECT g.public_id, COUNT(a.id), needs.count FROM group_session g JOIN service s ON s.id = g.service_id "
        f"JOIN ({_NEEDS}) needs ON needs.service_id = s.id "
        "LEFT JOIN allocation a ON a.session_id = g.id AND a.active WHERE g.active "
        "GROUP BY g.id, g.public_id, needs.count, g.created_at, s.changed_at "
        "HAVING COUNT(a.id) = 0 OR (g.created_at >= s.changed_at AND COUNT(a.id) <> needs.count)",
    ),
)

_TOLD = (
    "SELECT b.public_id, b.status, b.series_id, b.visit, b.created_at, b.occurrence_at, "
    f"(SELECT COUNT(*) FROM outbox_message o WHERE o.booking_id = b.id AND o.kind IN ({_FIRST})) AS told "
    "FROM booking b WHERE NOT b.at_door"  # nobody is known to whom it could be told
)
OUTBOX = (
    # A held slot is announced when somebody confirms it; one that was given back never was. A series is one message,
    # and so is a visit; of a series that was anonymised the occurrences are left.
    Invariant(
        "Booking {} is {} and has {} first messages in the outbox instead of 1.",
        f"SELECT public_id, status, told FROM ({_TOLD}) AS one "
        "WHERE status IN ('requested', 'confirmed', 'completed', 'no_show', 'declined') "
        "AND told <> 1 AND (series_id IS NULL AND occurrence_at IS NULL OR told > 1) AND visit IS NULL "
        f"AND created_at >= {_RECORDED_FROM}",
    ),
    Invariant(
        "Booking {} is {} and has {} first messages in the outbox instead of at most 1.",
        f"SELECT public_id, status, told FROM ({_TOLD}) AS one WHERE status = 'cancelled' AND told > 1",
    ),
    Invariant(
        "Booking {} is only held and has {} first messages in the outbox already.",
        f"SELECT public_id, told FROM ({_TOLD}) AS one WHERE status = 'held' AND told > 0",
    ),
    Invariant(
        "Series {} has {} first messages in the outbox instead of 1.",
        "SELECT s.public_id, COUNT(o.id) FROM series s LEFT JOIN booking b ON b.series_id = s.id "
        f"LEFT JOIN outbox_message o ON o.booking_id = b.id AND o.kind IN ({_FIRST_OF_SERIES}) "
        f"WHERE s.created_at >= {_RECORDED_FROM} GROUP BY s.public_id HAVING COUNT(o.id) <> 1",
    ),
    Invariant(
        "Visit {} has {} first messages in the outbox instead of 1.",
        "SELECT b.visit, COUNT(o.id) FROM booking b "
        "LEFT JOIN outbox_message o ON o.booking_id = b.id AND o.kind = 'visit_booked' "
        "WHERE b.visit IS NOT NULL AND NOT EXISTS "  # what its client has to confirm first is told afterwards
        "(SELECT 1 FROM booking u WHERE u.visit = b.visit AND u.unconfirmed) "
        f"AND b.created_at >= {_RECORDED_FROM} GROUP BY b.visit HAVING COUNT(o.id) <> 1",
    ),
    Invariant(
        "Booking {} is a part of visit {} and has {} first messages of its own in the outbox.",
        f"SELECT public_id, visit, told FROM ({_TOLD}) AS one WHERE visit IS NOT NULL AND told > 0",
    ),
    Invariant(
        "The delivery id {} is used by {} outbox messages.",
        "SELECT public_id, COUNT(*) FROM outbox_message GROUP BY public_id HAVING COUNT(*) > 1",
    ),
)

_OPEN_STEPS = "SELECT booking_id, change_id, status FROM approval WHERE status IN ('waiting', 'later')"
APPROVALS = (
    Invariant(
        "A step of an approval waits for booking {}, which is {}.",
        f"SELECT b.public_id, b.status FROM ({_OPEN_STEPS}) a JOIN booking b ON b.id = a.booking_id "
        f"WHERE a.change_id IS NULL AND b.status <> '{Status.REQUESTED.value}'",
    ),
    Invariant(
        "A step of an approval waits for change request {}, which is {}.",
        f"SELECT c.public_id, c.status FROM ({_OPEN_STEPS}) a JOIN change_request c ON c.id = a.change_id "
        "WHERE c.status <> 'requested'",
    ),
    Invariant(
        "Booking {} has {} steps of an approval to come, and none that waits.",
        f"SELECT b.public_id, COUNT(*) FROM ({_OPEN_STEPS}) a JOIN booking b ON b.id = a.booking_id "
        "GROUP BY b.public_id HAVING COUNT(CASE WHEN a.status = 'waiting' THEN 1 END) = 0",
    ),
)

STATUSES = tuple(
    Invariant(
        f"{table.replace('_', ' ').capitalize()} {{}} has the unknown status {{}}.",
        f"SELECT public_id, status FROM {table} WHERE status NOT IN ({known})",
    )
    for table, known in _STATUSES.items()
)

CLIENTS = (
    Invariant(
        "Client {} cannot be found by their email address.",
        "SELECT public_id FROM client c WHERE email <> '' AND NOT EXISTS "
        "(SELECT 1 FROM client_index i WHERE i.client_id = c.id AND i.kind = 'mail')",
    ),
)

AUDIT = (
    Invariant(
        "Batch {} of the audit log does not continue the batch before it.",
        "SELECT b.number FROM audit_batch b LEFT JOIN audit_batch p ON p.number = b.number - 1 "
        "WHERE b.number > 1 AND (p.number IS NULL OR p.digest <> b.previous)",
    ),
    Invariant(
        "Batch {} of the audit log has {} entries instead of {}.",
        "SELECT b.number, COALESCE(c.count, 0), b.entries FROM audit_batch b LEFT JOIN "
        "(SELECT batch, COUNT(*) AS count FROM audit_entry WHERE batch IS NOT NULL GROUP BY batch) c "
        "ON c.batch = b.number WHERE COALESCE(c.count, 0) <> b.entries",
    ),
    Invariant(
        "Entry {} of the audit log is sealed in batch {}, which is missing.",
        "SELECT e.id, e.batch FROM audit_entry e WHERE e.batch IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM audit_batch b WHERE b.number = e.batch)",
    ),
)
"""What is seen without reading each entry; ``audit verify`` compares all of them with their seals."""

INVARIANTS = (*TIMES, *BOOKINGS, *SESSIONS, *OUTBOX, *APPROVALS, *STATUSES, *CLIENTS, *AUDIT)
