"""Short words for the tests of operations."""

from __future__ import annotations

from dataclasses import replace

from app.access.actors import SYSTEM, VISITOR, Actor, ActorKind, client_of
from app.access.permissions import Role
from app.booking.values import Instant
from app.operations.context import Context
from app.operations.requests import BookingRequest, ClientDetails
from app.storage.tables import OutboxMessage
from tests.cast import HOUR, MONDAY, Cast

ADA = ClientDetails(name="Ada Client", email="ada@example.org", tzid="Europe/Berlin")
BEN = ClientDetails(name="Ben Client", email="ben@example.org")
TEN = MONDAY + 10 * HOUR


def visitor(cast: Cast, now: Instant | None = None) -> Context:
    """Somebody on the public page."""
    return Context(cast.store, VISITOR, now or cast.now)


def system(cast: Cast, now: Instant | None = None) -> Context:
    """The system itself, which may do anything."""
    return Context(cast.store, SYSTEM, now or cast.now)


def client(cast: Cast, booking: str, now: Instant | None = None) -> Context:
    """The client with the link of a booking."""
    return Context(cast.store, client_of(booking), now or cast.now)


def staff(cast: Cast, role: Role, resource_id: int | None = None, now: Instant | None = None) -> Context:
    """Somebody signed in with this role."""
    return Context(cast.store, Actor(ActorKind.USER, role.value, None, role, resource_id), now or cast.now)


def wish(cast: Cast, start: Instant = TEN, service: str = "Consultation", **changes: object) -> BookingRequest:
    """A booking request of Ada for the cast's service."""
    request = BookingRequest(service=cast.ids[service], location=cast.ids["Centre"], start=start, client=ADA)
    return replace(request, **changes)  # type: ignore[arg-type]


def message_kinds() -> list[str]:
    """The kinds of all outbox messages, in order."""
    return [row.kind for row in OutboxMessage.select().order_by(OutboxMessage.id)]
