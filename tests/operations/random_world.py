"""A small installation in which nearly everything is possible, and what random steps in it look at."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.access.actors import SYSTEM, VISITOR, client_of
from app.access.permissions import ReadyMade
from app.booking.values import Instant
from app.operations.context import Context
from app.operations.requests import ClientDetails
from app.operations.slots import find_slots
from app.storage.all_tables import ALL_TABLES
from app.storage.store import Store
from app.storage.tables import Booking
from tests.cast import HOUR, MONDAY, Cast, Need, user

DAY = 86_400
FIRST, DAYS = MONDAY, 3
"""All that is booked lies in these few days, so that everybody is in everybody's way."""

PLACES = ("Centre", "North")
SERVICES = ("Talk", "Treatment", "Pair", "Class", "Asked", "Asked class", "Limited", "Inside")
PEOPLE = ("Ada", "Ben", "Cleo", "Dan")
CLIENTS = [ClientDetails(name=f"Client {number}", email=f"client{number}@example.org") for number in range(6)]

Row = tuple[object, ...]


def furnish(store: Store) -> Cast:
    """Two places in two zones; pools that overlap; services of every kind."""
    cast = Cast(store, now=FIRST - DAY)

    def fill() -> None:
        cast.location("Centre", "Europe/Berlin")
        cast.location("North", "America/New_York", (9 * 60, 13 * 60))
        ada, ben, cleo, dan = (cast.resource(name, tzid="Europe/Berlin") for name in PEOPLE)
        red, blue = (cast.resource(name, "room", "Centre") for name in ("Red room", "Blue room"))
        device = cast.resource("Ultrasound", "device")
        rooms = Need([red, blue])
        cast.service("Talk", [Need([ada, ben, cleo])], PLACES, durations=[30, 60], **_buffers(5, 10))
        cast.service("Treatment", [Need([ben, cleo, dan]), rooms, Need([device])], ["Centre"], durations=[45])
        cast.service("Pair", [Need([ada, ben, cleo], 2), rooms], ["Centre"], change_notice_minutes=120)
        cast.service("Class", [Need([cleo, dan]), rooms], ["Centre"], durations=[60], capacity=4, limit_per_day=9)
        cast.service("Asked", [Need([ada, ben])], PLACES, durations=[30, 60], **_asked(240), limit_per_day=3)
        cast.service("Asked class", [Need([dan, ben])], ["Centre"], **_asked(600), capacity=3)
        cast.service("Limited", [Need([ada])], ["Centre"], limit_per_day=2, limit_per_week=5, limit_per_client=2)
        cast.service("Inside", [Need([dan])], PLACES, visibility="staff", minimum_notice_minutes=90)
        _people(cast)
        store.bump_catalog()

    store.write(fill)
    return cast


def _buffers(before: int, after: int) -> dict[str, int]:
    return {"buffer_before_minutes": before, "buffer_after_minutes": after}


def _asked(minutes: int) -> dict[str, object]:
    return {"needs_approval": True, "request_expiry_minutes": minutes}


def _people(cast: Cast) -> None:
    for role in ("manager", "front_desk", "viewer", "auditor"):
        cast.user(role, role)
    for name in ("Ada", "Cleo"):
        cast.user(f"provider {name}", "provider", name)


@dataclass
class World:
    """The installation, the time, and chance. ``log``: what was done, for the one who has to find out why."""

    cast: Cast
    chance: random.Random
    now: Instant = FIRST - DAY
    waiting: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    keys: int = 0

    @property
    def store(self) -> Store:
        """The open database."""
        return self.cast.store

    def system(self) -> Context:
        """The system, now."""
        return Context(self.store, SYSTEM, self.now)

    def visitor(self) -> Context:
        """Somebody on the public page, now."""
        return Context(self.store, VISITOR, self.now)

    def user(self, name: str, role: ReadyMade, resource: str | None = None) -> Context:
        """Somebody signed in, now."""
        person = None if resource is None else self.cast.rows[resource]
        return Context(self.store, user(role, person, name, self.cast.rows[name]), self.now)

    def everybody(self) -> list[Context]:
        """All who may come by, now."""
        return [
            *[self.system(), self.user("manager", ReadyMade.MANAGER)] * 3,
            self.visitor(),
            self.user("front_desk", ReadyMade.FRONT_DESK),
            self.user("provider Ada", ReadyMade.PROVIDER, "Ada"),
            self.user("provider Cleo", ReadyMade.PROVIDER, "Cleo"),
            self.user("viewer", ReadyMade.VIEWER),
            self.user("auditor", ReadyMade.AUDITOR),
        ]

    def account(self, user_id: int) -> Context:
        """The one who has this account, now."""
        return next(one for one in self.everybody() if one.actor.user_id == user_id)

    def anybody(self, booking: str | None = None) -> Context:
        """Anybody at all; often one who may do something about this booking."""
        everybody = self.everybody()
        if booking is not None:
            everybody += [Context(self.store, client_of(booking), self.now)] * 5
        return self.chance.choice(everybody)

    def key(self) -> str | None:
        """An idempotency key nobody used, or none."""
        self.keys += 1
        return self.chance.choice((None, f"key {self.keys}"))

    def any_time(self) -> Instant:
        """Any five minutes of the days, mostly within hours."""
        hour = self.chance.choice((self.chance.randrange(24), self.chance.randrange(7, 18)))
        return FIRST + self.chance.randrange(DAYS) * DAY + hour * HOUR + self.chance.randrange(12) * 300

    def booking(self, *statuses: str) -> str | None:
        """Any booking with one of these statuses, if there is one."""
        found = [row.public_id for row in Booking.select().order_by(Booking.id) if row.status in statuses]
        return self.chance.choice(found) if found else None

    def slots(self, context: Context, what: dict[str, object]) -> list[Instant]:
        """The free starts of the days that are offered to somebody who wishes this."""
        names = (str(what["service"]), str(what["location"]))
        more = {name: value for name, value in what.items() if name not in ("service", "location")}
        return find_slots(context, *names, FIRST, FIRST + DAYS * DAY, **more)  # type: ignore[arg-type]

    def wish(self) -> dict[str, object]:
        """What to book: a service with place, duration, perhaps a person, seats; not when."""
        name = self.chance.choice(SERVICES)
        service = self.system().catalog.services[self.cast.rows[name]]
        locations = [
            one.public_id for one in self.system().catalog.locations.values() if one.id in service.location_ids
        ]
        members = [one for requirement in service.requirements for one in requirement.resource_ids]
        people = [self.cast.ids[person] for person in PEOPLE if self.cast.rows[person] in members]
        return {
            "service": service.public_id,
            "location": self.chance.choice(locations),
            "duration_minutes": self.chance.choice((None, *service.durations_minutes)),
            "provider": self.chance.choice((None, *people)),
            "seats": self.chance.randint(1, min(service.capacity, 2)),
        }


def digest() -> str:
    """What is in all tables, as one short text."""
    found = hashlib.sha256()
    for table in ALL_TABLES:
        rows = list(table.select().tuples())
        found.update(repr(sorted(map(repr, rows))).encode())
    return found.hexdigest()


def snapshot(store: Store) -> dict[str, Row]:
    """All bookings by public id, as far as somebody was promised something."""
    rows: Sequence[Row] = store.rows(
        "SELECT public_id, status, start_at, end_at, client_id, seats, session_id, series_id, expires_at FROM booking"
    )
    return {str(row[0]): row[1:] for row in rows}
