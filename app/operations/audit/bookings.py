"""What the audit log is told about a booking: times, places and statuses, never who comes or what they said.

Whatever is told here, workflow rules are told, too.
"""

from __future__ import annotations

from collections.abc import Collection

from app.booking.statuses import Status
from app.operations.audit.recording import Change, Facts, Subject, difference, record
from app.operations.audit.words import MASKED, Action, Kind
from app.operations.context import Context
from app.operations.placing import Place
from app.operations.workflow import happened
from app.storage.tables import Booking, ChangeRequest

NO_ANSWERS = "{}"


def tell_booked(context: Context, row: Booking, resource_ids: Collection[int], reason: str = "") -> None:
    """Record that a booking was made; ``reason``: why rules were overridden."""
    service, location = context.catalog.services[row.service_id], context.catalog.locations[row.location_id]
    made = {
        "status": row.status,
        "service": service.public_id,
        "location": location.public_id,
        **when_and_what(context, row, resource_ids),
    }
    made |= {"at_door": True} if row.at_door else {"client": MASKED}  # at a door nobody is known
    if row.seats > 1:
        made["seats"] = row.seats
    given = {"comment": bool(row.comment), "answers": row.answers != NO_ANSWERS}
    made |= {name: MASKED for name, is_given in given.items() if is_given}
    tell(context, Action.BOOKED, row, Change(after=made), reason)


def when_and_what(context: Context, row: Booking | ChangeRequest, resource_ids: Collection[int]) -> dict[str, object]:
    """Return start, end and what is taken; the last by public ids."""
    resources = context.catalog.resources
    return {
        "start": row.start_at,
        "end": row.end_at,
        "resources": [resources[one].public_id for one in sorted(resource_ids)],
    }


def tell_moved(context: Context, row: Booking, before: Facts, place: Place, reason: str = "") -> None:
    """Record that a booking has another time or takes something else; ``before``: of ``when_and_what``."""
    after = when_and_what(context, row, place.resource_ids)
    tell(context, Action.MOVED, row, difference(before, after), reason)


def tell_status(context: Context, action: Action, row: Booking, before: str | Status, *, typed: str = "") -> None:
    """Record that a booking has another status; what was ``typed`` for the client is masked."""
    after = {"status": row.status} | ({"reason": MASKED} if typed else {})
    tell(context, action, row, Change({"status": str(before)}, after))


def tell(context: Context, action: Action, row: Booking, change: Change, reason: str = "") -> None:
    """Record something about a booking, and let the rules act that wait for it."""
    record(context, action, Subject(Kind.BOOKING, row.public_id), change, reason)
    happened(context, action, row, str(change.before.get("status", "")))
