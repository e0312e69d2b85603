"""What belongs to a client's bookings, for the archive of all that is kept about them: by row id of the booking.

Each of these costs a fixed number of queries, whatever the number of bookings.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.access.actors import ActorKind
from app.booking.values import Catalog, Instant
from app.operations.audit.words import Kind
from app.storage.approval_tables import Approval
from app.storage.audit_tables import AuditEntry
from app.storage.extra_tables import ExtraResource
from app.storage.labels import labels_of
from app.storage.tables import Allocation, Attendee, Booking, ChangeRequest

Facts = dict[str, Any]
_OWN_ADDRESS = (ActorKind.VISITOR, ActorKind.CLIENT)


@dataclass(frozen=True, slots=True)
class Parts:
    """Facts by row id of the booking; one that has none of a kind is not in there."""

    attendees: Mapping[int, Sequence[str]]
    taken: Mapping[int, Sequence[Facts]]
    wishes: Mapping[int, Sequence[Facts]]
    approvals: Mapping[int, Sequence[Facts]]
    labels: Mapping[int, Sequence[str]]


def moment(instant: Instant | None) -> str | None:
    """Return an instant as RFC 3339 says it, in UTC."""
    return None if instant is None else datetime.fromtimestamp(instant, UTC).isoformat().replace("+00:00", "Z")


def parts_of(catalog: Catalog, rows: Sequence[Booking]) -> Parts:
    """Return what belongs to these bookings, inside a transaction."""
    ids = [row.id for row in rows]
    return Parts(_attendees(ids), _taken(catalog, rows), _wishes(catalog, ids), _approvals(ids), _labels(catalog, ids))


def _labels(catalog: Catalog, ids: Collection[int]) -> Mapping[int, list[str]]:
    names = {one.id: one.name for one in catalog.labels.values()}
    return {key: [names[one] for one in own if one in names] for key, own in labels_of(ids).items()}


def _attendees(ids: Collection[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = Attendee.select().where(Attendee.booking.in_(ids), Attendee.position > 0)
    for one in query.order_by(Attendee.position):
        found[one.booking_id].append(one.name)
    return found


def _taken(catalog: Catalog, rows: Sequence[Booking]) -> Mapping[int, list[Facts]]:
    """Who gave it, and what it took besides: of what was cancelled, too, and of a group the group's."""
    ids, sessions = [row.id for row in rows], {row.session_id for row in rows} - {None}
    owner = Allocation.booking.in_(ids) | Allocation.session.in_(sessions or [0])
    by_owner: dict[tuple[int | None, int | None], set[int]] = defaultdict(set)
    for one in Allocation.select().where(owner, Allocation.change.is_null()):
        by_owner[(one.booking_id, one.session_id)].add(one.resource_id)
    extras = ExtraResource.select().where(ExtraResource.booking.in_(ids))
    besides = {(one.booking_id, one.resource_id) for one in extras}
    found: dict[int, list[Facts]] = {}
    for row in rows:
        taken = by_owner[(row.id, None) if row.session_id is None else (None, row.session_id)]
        found[row.id] = [{**one, "is_extra": (row.id, key) in besides} for key, one in _named(catalog, taken)]
    return found


def _named(catalog: Catalog, resource_ids: Iterable[int]) -> list[tuple[int, Facts]]:
    resources = sorted((catalog.resources[one] for one in resource_ids), key=lambda one: (one.kind.value, one.id))
    return [(one.id, {"kind": one.kind.value, "name": one.name}) for one in resources]


def _wishes(catalog: Catalog, ids: Collection[int]) -> Mapping[int, list[Facts]]:
    found: dict[int, list[Facts]] = defaultdict(list)
    for one in ChangeRequest.select().where(ChangeRequest.booking.in_(ids)).order_by(ChangeRequest.id):
        facts = {
            "start": moment(one.start_at),
            "end": moment(one.end_at),
            "taking": [facts for _key, facts in _named(catalog, json.loads(one.resource_ids))],
            "status": one.status,
            "wished_at": moment(one.created_at),
        }
        found[one.booking_id].append(facts)
    return found


def _approvals(ids: Collection[int]) -> Mapping[int, list[Facts]]:
    """Steps of approvals: what became of them and when; who of staff decided is theirs, not the client's."""
    found: dict[int, list[Facts]] = defaultdict(list)
    for one in Approval.select().where(Approval.booking.in_(ids)).order_by(Approval.id):
        facts = {
            "step": one.number,
            "of_wished_change": one.change_id is not None,
            "status": one.status,
            "decided_at": moment(one.decided_at),
        }
        found[one.booking_id].append(facts)
    return found


def history_of(subjects: Collection[tuple[Kind, str]]) -> list[Facts]:
    """Return what the audit log has about these, the oldest first; network addresses only where the client's."""
    ids = [public_id for _kind, public_id in subjects]
    told = AuditEntry.select().where(AuditEntry.object.in_(ids)).order_by(AuditEntry.id)
    return [
        {
            "at": moment(one.at),
            "action": one.action,
            "about": one.object,
            "by": one.actor,
            "network_address": one.address if one.actor in _OWN_ADDRESS else "",
        }
        for one in told
        if (one.kind, one.object) in subjects
    ]
