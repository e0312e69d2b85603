"""The memory of sign-ins that failed; one for all processes."""

from __future__ import annotations

from collections.abc import Sequence

from app.booking.values import Instant
from app.storage.statements import fetch, insert_row, run

_COUNT = "SELECT COUNT(*) FROM sign_in_try WHERE who = %s AND tried_at > %s"


def count(who: str, after: Instant) -> int:
    """Return how many tries of somebody there are since."""
    return int(fetch(_COUNT, (who, after))[0][0])


def add(who: str, now: Instant) -> int:
    """Remember a try and return its row id."""
    return insert_row("sign_in_try", {"who": who, "tried_at": now})


def forget(who: str, row_ids: Sequence[int]) -> None:
    """Forget all tries of somebody, and these rows."""
    run("DELETE FROM sign_in_try WHERE who = %s", (who,))
    for row_id in row_ids:
        run("DELETE FROM sign_in_try WHERE id = %s", (row_id,))


def purge(until: Instant) -> None:
    """Forget what is as old as this or older."""
    run("DELETE FROM sign_in_try WHERE tried_at <= %s", (until,))
