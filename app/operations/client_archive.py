"""All that is kept about one client, to be handed to them (GDPR, articles 15 and 20)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from peewee import JOIN

from app.access.permissions import Permission
from app.booking.statuses import Status
from app.booking.values import Catalog, Instant
from app.integrations.ics.write import BookingEvent, Person, write_bookings
from app.operations.audit import Subject, record
from app.operations.audit_words import Action, Kind
from app.operations.client_records import find_client
from app.operations.context import Context
from app.operations.letters import Letterhead
from app.operations.look import look_of
from app.storage.tables import Attendee, Booking, Client, OutboxMessage, Series, WaitingEntry
from app.texts import _, mark

FORMAT = "Eigenplan, what is kept about a client"
VERSION = 1
REMOVED = mark("A question asked then")
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Archive:
    """``facts`` fit into JSON, times in them as RFC 3339; ``calendar`` is an iCalendar file of the bookings."""

    facts: Mapping[str, Any]
    calendar: bytes


def collect_client(context: Context, public_id: str, head: Letterhead) -> Archive:
    """Return all that is kept about a client, in a fixed number of queries; that it was handed over is written down.

    Raises:
        NotAllowed, NotFound. Unavailable: it cannot be written down now, so nothing is given out.
    """
    context.require(Permission.DATA_REQUESTS)

    def look() -> Archive:
        client = find_client(context, public_id, Permission.DATA_REQUESTS)
        query = Booking.select(Booking, Series).join(Series, JOIN.LEFT_OUTER).where(Booking.client == client.id)
        rows = list(query.order_by(Booking.start_at, Booking.id))
        facts = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": _moment(context.now),
            "client": _client(client),
            "bookings": _bookings(context.catalog, rows),
            "waiting_list": _waiting(context.catalog, client),
            "messages": _messages(rows),
        }
        record(context, Action.HANDED_OVER, Subject(Kind.CLIENT, public_id))
        return Archive(facts, write_bookings([_event(context, row, client, head) for row in rows], "PUBLISH"))

    return context.store.write(look)


def _moment(instant: Instant | None) -> str | None:
    return None if instant is None else datetime.fromtimestamp(instant, UTC).isoformat().replace("+00:00", "Z")


def _client(row: Client) -> Facts:
    return {
        "id": row.public_id,
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "notes": row.notes,
        "time_zone": row.tzid,
        "language": row.language,
        "known_since": _moment(row.created_at),
        "changed_at": _moment(row.changed_at),
    }


def _bookings(catalog: Catalog, rows: Sequence[Booking]) -> list[Facts]:
    names: dict[int, list[str]] = {row.id: [] for row in rows}
    query = Attendee.select().where(Attendee.booking.in_(list(names)), Attendee.position > 0)
    for attendee in query.order_by(Attendee.position):
        names[attendee.booking_id].append(attendee.name)
    return [_booking(catalog, row, names[row.id]) for row in rows]


def _booking(catalog: Catalog, row: Booking, attendees: Sequence[str]) -> Facts:
    service, location = catalog.services[row.service_id], catalog.locations[row.location_id]
    labels = {question.public_id: question.label for question in service.questions}
    answers = json.loads(row.answers)
    return {
        "id": row.public_id,
        "service": service.name,
        "location": location.name,
        "start": _moment(row.start_at),
        "end": _moment(row.end_at),
        "status": row.status,
        "seats": row.seats,
        "time_zone": row.tzid,
        "series_rule": None if row.series_id is None else row.series.rrule,
        "comment": row.comment,
        "answers": [{"question": labels.get(key, _(REMOVED)), "answer": text} for key, text in answers.items()],
        "other_attendees": list(attendees),
        "booked_at": _moment(row.created_at),
        "changed_at": _moment(row.changed_at),
    }


def _waiting(catalog: Catalog, client: Client) -> list[Facts]:
    query = WaitingEntry.select().where(WaitingEntry.client == client.id).order_by(WaitingEntry.id)
    return [
        {
            "service": catalog.services[row.service_id].name,
            "location": catalog.locations[row.location_id].name,
            "earliest": _moment(row.earliest),
            "latest": _moment(row.latest),
            "status": row.status,
            "since": _moment(row.created_at),
        }
        for row in query
    ]


def _messages(rows: Sequence[Booking]) -> list[Facts]:
    known = {row.id: row.public_id for row in rows}
    query = OutboxMessage.select().where(OutboxMessage.booking.in_(list(known))).order_by(OutboxMessage.id)
    return [
        {
            "about": known[row.booking_id],
            "kind": row.kind,
            "reason": json.loads(row.payload).get("reason", ""),
            "written_at": _moment(row.created_at),
            "sent_at": _moment(row.delivered_at),
        }
        for row in query
    ]


def _event(context: Context, row: Booking, client: Client, head: Letterhead) -> BookingEvent:
    catalog = context.catalog
    return BookingEvent(
        uid=head.uid(row.public_id),
        sequence=row.sequence,
        status=Status(row.status),
        start=row.start_at,
        end=row.end_at,
        stamped_at=context.now,
        summary=catalog.services[row.service_id].name,
        location=catalog.locations[row.location_id].name_and_address,
        organizer=head.called(look_of(context).name).organizer,
        attendee=Person(client.name, client.email),
    )
