"""Writes invented bookings with their clients, attendees, allocations, seats and mails."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.booking.intake import is_asked
from app.booking.statuses import ACTIVE, Status
from app.booking.values import Instant, Interval, Location, Question, QuestionKind, Service
from app.demo import clients
from app.demo.board import with_buffers
from app.demo.generator import Invented, Made
from app.demo.group import BERLIN, LONDON
from app.demo.rows import insert, insert_records, stamped
from app.storage.clients import tags_of
from app.storage.crypto_tables import ClientIndex
from app.storage.public_ids import new_public_id
from app.storage.rights_tables import Role, RoleGrant
from app.storage.store import Store
from app.storage.tables import Allocation, Attendee, Booking, Client, GroupSession, OutboxMessage, Seat

BOOKINGS_PER_CLIENT = 9
TRIES = 5
MAIL_DAYS = 14 * 86_400
COMMENTS = (
    "Please leave a note with the front desk if it gets later.",
    "I come with a walking frame.",
    "My daughter comes along.",
    "The pain is back in the left shoulder.",
    "I may be five minutes late.",
    "Please call before you change anything.",
)
DATES = ("2025-11-18", "2026-03-09", "2026-06-24")
TEXTS = (
    "Back pain since last week",
    "Follow-up after surgery",
    "Check of the new medicine",
    "Headaches",
    "Knee",
    "Results",
)
LONG_TEXTS = (
    "None",
    "Ramipril 5 mg in the morning",
    "Ibuprofen when needed\nVitamin D",
    "Metformin 500 mg, twice a day",
)
_MAILS = {
    Status.CONFIRMED: "confirmed",
    Status.REQUESTED: "requested",
    Status.CANCELLED: "cancelled",
    Status.DECLINED: "declined",
}


@dataclass
class Crowd:
    """The clients of each location by row number: old ones come again, new ones appear in the course of time."""

    dice: random.Random
    names: dict[int, str] = field(default_factory=dict)
    zones: dict[int, str] = field(default_factory=dict)
    by_zone: dict[str, list[int]] = field(default_factory=dict)
    until: dict[int, Instant] = field(default_factory=dict)

    def pick(self, tzid: str, progress: float, time: Interval) -> int:
        """Return somebody who is nowhere else then; some come far more often than others."""
        people = self.by_zone[tzid]
        known = max(1, int(len(people) * (0.3 + 0.7 * progress)))
        for _ in range(TRIES):
            chosen = people[int(min(self.dice.random(), self.dice.random()) * known)]
            if self.until.get(chosen, 0) <= time[0]:
                break
        self.until[chosen] = time[1]
        return chosen


def write_all(store: Store, invented: Invented, now: Instant, dice: random.Random) -> None:
    """Write everything, inside a running transaction."""
    bookings = sorted(invented.bookings, key=lambda made: made.start)
    if not bookings:
        return
    catalog = store.catalog()
    crowd = _crowd(store, len(bookings), min(made.fate.created_at for made in bookings), dice)
    sessions = _write_sessions(store, invented)
    desk = (
        RoleGrant.select(RoleGrant.user)
        .join(Role)
        .where(Role.public_id == "front_desk", RoleGrant.user.is_null(False))
        .limit(1)
        .scalar()
    )
    rows = []
    for number, made in enumerate(bookings):
        location = catalog.locations[made.location_id]
        client = crowd.pick(location.tzid, number / len(bookings), (made.start, made.end))
        rows.append(_booking(made, location, client, sessions, dice))
        rows[-1]["created_by"] = desk if dice.random() < 0.4 or made.service.visibility == "staff" else None
    ids = insert_records(store, Booking, rows)
    _write_attendees(store, bookings, rows, ids, crowd)
    _write_allocations(store, bookings, ids)
    _write_seats(store, bookings, ids, sessions)
    _write_mails(store, bookings, rows, ids, now)


def _crowd(store: Store, bookings: int, since: Instant, dice: random.Random) -> Crowd:
    """Return the clients there are, after adding those who are missing for so many bookings."""
    crowd = Crowd(dice)
    for tzid, share in ((BERLIN, 0.65), (LONDON, 0.35)):
        before = Client.select(Client.id, Client.public_id, Client.name).where(Client.tzid == tzid).order_by(Client.id)
        known = [(row.id, row.name) for row in before]
        if not known:
            people = clients.invent(max(1, int(bookings * share / BOOKINGS_PER_CLIENT)), tzid, dice)
            rows = [_client(person, since) for person in people]
            known = list(zip(insert_records(store, Client, rows), (person.name for person in people), strict=True))
            _write_index(store, zip(known, people, strict=True))
        crowd.by_zone[tzid] = [row_id for row_id, _ in known]
        crowd.names |= dict(known)
    return crowd


def _client(person: clients.Person, since: Instant) -> dict[str, Any]:
    values = {"name": person.name, "email": person.email, "phone": person.phone, "tzid": person.tzid}
    return {"public_id": new_public_id(), "notes": "", **values, **stamped(since)}


def _write_index(store: Store, found: Iterable[tuple[tuple[int, str], clients.Person]]) -> None:
    rows = [
        {"kind": kind, "tag": tag, "client": row_id}
        for (row_id, _), person in found
        for kind, tag in tags_of(person.name, person.email, person.phone)
    ]
    insert(store, ClientIndex, rows)


def _write_sessions(store: Store, invented: Invented) -> list[int]:
    rows = [
        {
            "public_id": new_public_id(),
            "service": meeting.service.id,
            "location": meeting.location_id,
            "start_at": meeting.start,
            "end_at": meeting.end,
            "capacity": meeting.service.capacity,
            "active": meeting.seats > 0,
            **stamped(meeting.start - 30 * 86_400),
        }
        for meeting in invented.meetings
    ]
    ids = insert_records(store, GroupSession, rows)
    owned = [
        _allocation(resource_id, with_buffers(meeting.service, meeting.start, meeting.end), session=row_id)
        for row_id, meeting in zip(ids, invented.meetings, strict=True)
        for resource_id in meeting.resource_ids
        if meeting.seats
    ]
    insert(store, Allocation, owned)
    return ids


def _allocation(resource_id: int, interval: Interval, **owner: int | None) -> dict[str, Any]:
    values: dict[str, Any] = {"resource": resource_id, "start_at": interval[0], "end_at": interval[1], "active": True}
    return values | {"booking": None, "session": None, "expires_at": None} | owner


def _booking(
    made: Made, location: Location, client: int, sessions: Sequence[int], dice: random.Random
) -> dict[str, Any]:
    fate = made.fate
    return {
        "public_id": new_public_id(),
        "service": made.service.id,
        "location": location.id,
        "client": client,
        "start_at": made.start,
        "end_at": made.end,
        "status": fate.status.value,
        "expires_at": fate.expires_at,
        "seats": made.seats,
        "session": None if made.meeting is None else sessions[made.meeting],
        "comment": dice.choice(COMMENTS) if dice.random() < 0.06 else "",
        "answers": json.dumps(_answers(made.service, dice), ensure_ascii=False),
        "tzid": location.tzid,
        "sequence": 1 if fate.status in (Status.CANCELLED, Status.DECLINED) else 0,
        **stamped(fate.created_at, fate.changed_at),
    }


def _answers(service: Service, dice: random.Random) -> dict[str, str]:
    answers: dict[str, str] = {}
    for one in service.questions:
        if is_asked(one, answers) and (one.required or dice.random() < 0.5):
            answers[one.public_id] = _answer(one, dice)
    return answers


def _answer(question: Question, dice: random.Random) -> str:
    if question.kind is QuestionKind.YES_NO:
        return dice.choice(("yes", "no", "no"))
    if question.kind is QuestionKind.CHOICE:
        return dice.choice(question.choices)
    if question.kind is QuestionKind.DATE:
        return dice.choice(DATES)
    return dice.choice(LONG_TEXTS if question.kind is QuestionKind.LONG_TEXT else TEXTS)


def _write_attendees(
    store: Store, bookings: Sequence[Made], rows: Sequence[dict[str, Any]], ids: Sequence[int], crowd: Crowd
) -> None:
    people = []
    for row_id, row, made in zip(ids, rows, bookings, strict=True):
        name = crowd.names[row["client"]]
        people.append({"booking": row_id, "position": 0, "client": row["client"], "name": name})
        for position in range(1, made.seats):
            companion = f"{crowd.dice.choice(clients.GIVEN)} {name.rpartition(' ')[2]}"
            people.append({"booking": row_id, "position": position, "client": None, "name": companion})
    insert(store, Attendee, people)


def _write_allocations(store: Store, bookings: Sequence[Made], ids: Sequence[int]) -> None:
    rows = [
        _allocation(resource_id, with_buffers(made.service, made.start, made.end), booking=row_id)
        | {"expires_at": made.fate.expires_at, "active": made.fate.status in ACTIVE}
        for row_id, made in zip(ids, bookings, strict=True)
        for resource_id in made.resource_ids
    ]
    insert(store, Allocation, rows)


def _write_seats(store: Store, bookings: Sequence[Made], ids: Sequence[int], sessions: Sequence[int]) -> None:
    used: dict[int, int] = defaultdict(int)
    rows = []
    for row_id, made in zip(ids, bookings, strict=True):
        if made.meeting is None or made.fate.status not in ACTIVE:
            continue
        for _ in range(made.seats):
            used[made.meeting] += 1
            rows.append({"session": sessions[made.meeting], "number": used[made.meeting], "booking": row_id})
    insert(store, Seat, rows)


def _write_mails(
    store: Store, bookings: Sequence[Made], rows: Sequence[dict[str, Any]], ids: Sequence[int], now: Instant
) -> None:
    """The mails of the last two weeks, delivered already."""
    mails = [
        _mail(kind, row_id, row, made.fate.changed_at)
        for row_id, row, made in zip(ids, rows, bookings, strict=True)
        if (kind := _MAILS.get(made.fate.status)) and made.fate.changed_at > now - MAIL_DAYS
    ]
    insert(store, OutboxMessage, sorted(mails, key=lambda mail: int(mail["created_at"])))


def _mail(kind: str, row_id: int, row: dict[str, Any], at: Instant) -> dict[str, Any]:
    return {
        "public_id": new_public_id(),
        "kind": kind,
        "booking": row_id,
        "payload": json.dumps({"booking": row["public_id"], "sequence": row["sequence"]}),
        "created_at": at,
        "not_before": at,
        "attempts": 1,
        "status": "delivered",
        "last_error": "",
        "delivered_at": at + 2,
    }
