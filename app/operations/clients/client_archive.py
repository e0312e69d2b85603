"""All that is kept about one client, to be handed to them (GDPR, articles 15 and 20)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.statuses import Status
from app.booking.values import Catalog
from app.integrations.ics.write import BookingEvent, Person, write_bookings
from app.operations.audit.recording import Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.clients.client_archive_parts import Facts, Parts, history_of, moment, parts_of
from app.operations.clients.client_records import find_client
from app.operations.clients.erasure import JOINED
from app.operations.context import Context
from app.operations.letters.address_letters import ADDRESS_CHANGED
from app.operations.letters.letterhead import Letterhead
from app.operations.look import look_of
from app.storage.tables import Booking, Client, OutboxMessage, Series, WaitingEntry
from app.texts import _, mark

FORMAT = "Eigenplan, what is kept about a client"
VERSION = 2
REMOVED = mark("A question asked then")


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
    context.require(Permission.DATA_REQUESTS, Target())

    def look() -> Archive:
        client = find_client(context, public_id, Permission.DATA_REQUESTS)
        query = Booking.select(Booking, Series).join(Series, JOIN.LEFT_OUTER).where(Booking.client == client.id)
        rows = list(query.order_by(Booking.start_at, Booking.id))
        entries = list(WaitingEntry.select().where(WaitingEntry.client == client.id).order_by(WaitingEntry.id))
        parts = parts_of(context.catalog, rows)
        facts = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": moment(context.now),
            "client": _client(client),
            "bookings": [_booking(context.catalog, row, parts) for row in rows],
            "waiting_list": [_waiting(context.catalog, one) for one in entries],
            "messages": _messages(client, rows, entries),
            "history": history_of(_subjects(client, rows, entries)),
        }
        record(context, Action.HANDED_OVER, Subject(Kind.CLIENT, public_id))
        return Archive(facts, write_bookings([_event(context, row, client, head) for row in rows], "PUBLISH"))

    return context.store.write(look)


def _client(row: Client) -> Facts:
    return {
        "id": row.public_id,
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "notes": row.notes,
        "time_zone": row.tzid,
        "language": row.language,
        "known_since": moment(row.created_at),
        "changed_at": moment(row.changed_at),
    }


def _booking(catalog: Catalog, row: Booking, parts: Parts) -> Facts:
    service, location = catalog.services[row.service_id], catalog.locations[row.location_id]
    labels = {question.public_id: question.label for question in service.questions}
    answers = json.loads(row.answers)
    return {
        "id": row.public_id,
        "service": service.name,
        "location": location.name,
        "start": moment(row.start_at),
        "end": moment(row.end_at),
        "status": row.status,
        "seats": row.seats,
        "time_zone": row.tzid,
        "series_rule": None if row.series_id is None else row.series.rrule,
        "comment": row.comment,
        "answers": [{"question": labels.get(key, _(REMOVED)), "answer": text} for key, text in answers.items()],
        "other_attendees": list(parts.attendees.get(row.id, ())),
        "taken": list(parts.taken.get(row.id, ())),
        "wished_changes": list(parts.wishes.get(row.id, ())),
        "approvals": list(parts.approvals.get(row.id, ())),
        "labels": list(parts.labels.get(row.id, ())),
        "checked_in_at": moment(row.checked_in_at),
        "booked_at": moment(row.created_at),
        "changed_at": moment(row.changed_at),
    }


def _waiting(catalog: Catalog, row: WaitingEntry) -> Facts:
    return {
        "id": row.public_id,
        "service": catalog.services[row.service_id].name,
        "location": catalog.locations[row.location_id].name,
        "wished_person": None if row.resource_id is None else catalog.resources[row.resource_id].name,
        "minutes": row.duration_minutes,
        "earliest": moment(row.earliest),
        "latest": moment(row.latest),
        "time_zone": row.tzid,
        "status": row.status,
        "since": moment(row.created_at),
    }


def _messages(client: Client, rows: Sequence[Booking], entries: Sequence[WaitingEntry]) -> list[Facts]:
    """Return the letters about these, in their order; those of no booking name theirs in what is encrypted."""
    known = {row.id: row.public_id for row in rows}
    others = {client.public_id, *(entry.public_id for entry in entries)}
    of_booking, kinds = OutboxMessage.booking.in_(list(known)), [ADDRESS_CHANGED, *([JOINED] if entries else [])]
    query = OutboxMessage.select().where(of_booking | OutboxMessage.kind.in_(kinds))
    found = []
    for row in query.order_by(OutboxMessage.id):
        payload = json.loads(row.payload)
        about = known.get(row.booking_id) or payload.get("waiting") or payload.get("client")
        if row.booking_id in known or about in others:
            found.append(_message(row, about, payload.get("reason", "")))
    return found


def _message(row: OutboxMessage, about: str, reason: str) -> Facts:
    return {
        "about": about,
        "kind": row.kind,
        "reason": reason,
        "written_at": moment(row.created_at),
        "sent_at": moment(row.delivered_at),
    }


def _subjects(client: Client, rows: Sequence[Booking], entries: Sequence[WaitingEntry]) -> set[tuple[Kind, str]]:
    """What the audit log may have told of that is about the client."""
    bookings = {(Kind.BOOKING, row.public_id) for row in rows}
    return bookings | {(Kind.WAITING, entry.public_id) for entry in entries} | {(Kind.CLIENT, client.public_id)}


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
