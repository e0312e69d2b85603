"""The cast of the staff pages: one place, two people, a room, a device; services with all that a form can ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from app.access.actors import SYSTEM, VISITOR
from app.booking.values import Instant
from app.operations.book import book
from app.operations.context import Context
from app.operations.requests import BookingRequest, ClientDetails
from app.storage.public_ids import new_public_id
from app.storage.store import Store
from app.storage.tables import Booking
from tests.cast import HOUR, MONDAY, Cast, Need

TEN = MONDAY + 10 * HOUR
DAY = "2030-01-07"
QUESTION = {
    "public_id": "first-visit",
    "label": "Is this your first visit?",
    "kind": "yes_no",
    "required": True,
    "choices": [],
}


def practice(store: Store, tzid: str = "UTC", hours: tuple[int, int] | None = (8 * 60, 18 * 60)) -> Cast:
    """Make the cast: Ada and Ben, Room 1, Laser; Consultation, Class (5 seats), Intake (asks), Approval."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre", tzid, hours)
        people = cast.resources(["Ada", "Ben"])
        room = cast.resource("Room 1", "room", "Centre")
        cast.resource("Laser", "device")
        cast.service("Consultation", [Need(people)], ["Centre"], durations=[30, 60], buffer_after_minutes=15)
        cast.service("Class", [Need([room])], ["Centre"], capacity=5)
        cast.service("Intake", [Need(people)], ["Centre"], questions=json.dumps([QUESTION]))
        cast.service("Approval", [Need(people)], ["Centre"], needs_approval=True)
        store.bump_catalog()

    store.write(fill)
    return cast


def booked(cast: Cast, start: Instant = TEN, service: str = "Consultation", **details: object) -> str:
    """Book for a client at the centre, as the system does; return the booking's public id."""
    name = str(details.pop("name", "Nora Client"))
    email = f"{name.lower().replace(' ', '.')}@example.org"
    return booked_at(cast, start, service, "Centre", (name, email), **details)


def booked_at(cast: Cast, start: Instant, service: str, place: str, client: tuple[str, str], **details: object) -> str:
    """Book at one of several places for a client (name, email address), as the system does; return the public id."""
    as_visitor = details.pop("as_visitor", False)
    who = ClientDetails(*client, tzid="UTC")
    request = BookingRequest(cast.ids[service], cast.ids[place], start, who, **details)  # type: ignore[arg-type]  # any of its fields
    return book(Context(cast.store, VISITOR if as_visitor else SYSTEM, cast.now), request).public_id


def form(cast: Cast, service: str = "Consultation", **changes: str) -> dict[str, str]:
    """The fields of a filled-in booking form."""
    fields = {
        "location": cast.ids["Centre"],
        "service": cast.ids[service],
        "date": DAY,
        "time": "10:00",
        "name": "Nora Client",
        "email": "nora@example.org",
        "key": new_public_id(),
        "do": "book",
    }
    return {**fields, **changes}


def starts(store: Store) -> list[Instant]:
    """The starts of all bookings that were not given up, in order."""
    rows = Booking.select().where(Booking.status.not_in(["cancelled", "declined"])).order_by(Booking.start_at)
    return store.read(lambda: [row.start_at for row in rows])


def status_of(store: Store, public_id: str) -> str:
    """The status of a booking, as it is stored."""
    return store.read(lambda: str(Booking.get(Booking.public_id == public_id).status))


def words(html: str) -> str:
    """The text of a page, without tags, spaces made single."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).replace("&#39;", "'").replace("&amp;", "&").split())


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """Collect the statements that the database is sent meanwhile."""
    sent: list[str] = []
    database = store.database
    execute = database.execute_sql

    def note(sql: str, *more: object, **named: object) -> object:
        sent.append(sql)
        return execute(sql, *more, **named)

    database.execute_sql = note
    try:
        yield sent
    finally:
        database.execute_sql = execute
