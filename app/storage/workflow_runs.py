"""What workflow rules have done, so that each acts once on one occasion, and pages can say how often."""

from __future__ import annotations

from app.booking.values import Instant
from app.storage.statements import fetch, run

_NOTE = (
    "INSERT INTO workflow_run (rule_id, booking_id, occasion, acted_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
)
_COUNT = "SELECT rule_id, COUNT(*) FROM workflow_run WHERE acted_at >= %s GROUP BY rule_id"


def note_run(rule_id: int, booking_id: int, occasion: str, now: Instant) -> bool:
    """Note that a rule acts now; return False where it has on this occasion. Within a write transaction."""
    return int(run(_NOTE, (rule_id, booking_id, occasion, now)).rowcount) == 1


def forget_undone(booking_id: int, version: int) -> None:
    """Forget what rules did about the change that gave a booking this version, as it is taken back."""
    run("DELETE FROM workflow_run WHERE booking_id = %s AND occasion LIKE %s", (booking_id, f"%.{version}"))


def count_runs(since: Instant) -> dict[int, int]:
    """Return how often each rule has acted since then, by its row id; rules that have not are left out."""
    return dict(fetch(_COUNT, (since,)))


def purge(before: Instant) -> int:
    """Forget what was done before this time, and return how much."""
    return int(run("DELETE FROM workflow_run WHERE acted_at < %s", (before,)).rowcount)
