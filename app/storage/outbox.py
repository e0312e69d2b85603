"""Messages that an operation leaves for the worker, in its own transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.booking.values import Instant
from app.storage.public_ids import new_public_id
from app.storage.statements import insert_sql, run

_COLUMNS = ("public_id", "kind", "booking_id", "payload", "created_at", "not_before")
_INSERT = insert_sql("outbox_message", _COLUMNS, 1)


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
    text = json.dumps(dict(payload), ensure_ascii=False)
    run(_INSERT, (delivery_id, kind, booking_row_id, text, now, now if not_before is None else not_before))
    return delivery_id
