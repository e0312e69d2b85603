"""Messages that an operation leaves for the worker, in its own transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.booking.values import Instant
from app.storage.confidential import seal_text
from app.storage.invariants import OUTBOX_COMPLETE_FROM
from app.storage.public_ids import new_public_id
from app.storage.statements import fetch, insert_rows, run

_SET_COMPLETE = (
    "INSERT INTO setting (key, value) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value "
    "WHERE CAST(excluded.value AS BIGINT) > CAST(setting.value AS BIGINT)"
)


def add_message(
    kind: str,
    booking_row_id: int | None,
    payload: Mapping[str, Any],
    now: Instant,
    not_before: Instant | None = None,
) -> str:
    """Leave a message and return its delivery id.

    Args:
        kind: what happened, such as ``confirmed``.
        booking_row_id: which booking it is about, if one.
        payload: facts for the letter; has to fit into JSON.
        now: the present time.
        not_before: when to deliver it; at once when None.
    """
    delivery_id = new_public_id()
    row = {
        "public_id": delivery_id,
        "kind": kind,
        "booking_id": booking_row_id,
        "payload": json.dumps(dict(payload), ensure_ascii=False),
        "created_at": now,
        "not_before": now if not_before is None else not_before,
    }
    insert_rows("outbox_message", [row])
    return delivery_id


def record(row_id: int, delivery_id: str, attempt: int, changes: Mapping[str, str | Instant]) -> None:
    """Write what became of a worker's attempt, unless another one has begun or the message waits no more.

    ``last_error`` is encrypted: servers quote addresses in what they say.
    """
    sealed = {"claimed_until": None, **changes}
    if "last_error" in changes:
        sealed["last_error"] = seal_text("outbox_message", "last_error", (delivery_id,), str(changes["last_error"]))
    words = ", ".join(f"{name} = %s" for name in sealed)
    sql = f"UPDATE outbox_message SET {words} WHERE id = %s AND attempts = %s AND status = 'waiting'"
    run(sql, (*sealed.values(), row_id, attempt))


def newest_message(booking_row_id: int) -> int:
    """Return the row id of the newest message about a booking, 0 where there is none."""
    found: int = fetch("SELECT COALESCE(MAX(id), 0) FROM outbox_message WHERE booking_id = %s", (booking_row_id,))[0][0]
    return found


def hold_back(booking_row_id: int, after: int, until: Instant) -> list[str]:
    """Let no message about a booking that is newer than ``after`` leave before ``until``; return their delivery ids.

    For messages that the running transaction has left: nobody else knows of them yet.
    """
    newer = "FROM outbox_message WHERE booking_id = %s AND id > %s"
    found = [delivery_id for (delivery_id,) in fetch(f"SELECT public_id {newer} ORDER BY id", (booking_row_id, after))]
    sql = "UPDATE outbox_message SET not_before = %s WHERE booking_id = %s AND id > %s"
    run(sql, (until, booking_row_id, after))
    return found


def take_back(delivery_ids: Sequence[str]) -> bool:
    """Forget messages that nobody has begun to deliver; say whether that is all of them."""
    sql = "DELETE FROM outbox_message WHERE public_id = %s AND status = 'waiting' AND attempts = 0"
    return sum(int(run(sql, (one,)).rowcount) for one in delivery_ids) == len(delivery_ids)


def mark_complete_from(moment: Instant) -> None:
    """Note that only bookings made from this moment on have all their messages here: older ones were purged.

    Also for bookings that were brought in from elsewhere, whose clients were told by other means.
    """
    run(_SET_COMPLETE, (OUTBOX_COMPLETE_FROM, str(moment)))


def purge(before: Instant) -> int:
    """Forget messages that were delivered before this time, and return how many."""
    mark_complete_from(before)
    sql = "DELETE FROM outbox_message WHERE status = 'delivered' AND delivered_at < %s"
    return int(run(sql, (before,)).rowcount)
