"""Short words for the tests of operations."""

from __future__ import annotations

from dataclasses import replace

from app.access.actors import SYSTEM, VISITOR, Actor, ActorKind, client_of
from app.access.grants import Grant
from app.access.permissions import Permission, ReadyMade, all_of
from app.booking.values import Instant
from app.operations.context import Context
from app.operations.requests import BookingRequest, ClientDetails
from app.storage.tables import OutboxMessage
from tests.cast import HOUR, MONDAY, Cast, user

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


def holding(cast: Cast, *permissions: Permission) -> Context:
    """Return somebody signed in who has these permissions for everything, and no others."""
    actor = Actor(ActorKind.USER, "Somebody", grants=(Grant("Helper", all_of(*permissions)),))
    return Context(cast.store, actor, cast.now)


def staff(cast: Cast, role: ReadyMade, resource_id: int | None = None, now: Instant | None = None) -> Context:
    """Somebody signed in with this role."""
    return Context(cast.store, user(role, resource_id, role.value), now or cast.now)


def wish(cast: Cast, start: Instant = TEN, service: str = "Consultation", **changes: object) -> BookingRequest:
    """A booking request of Ada for the cast's service."""
    request = BookingRequest(service=cast.ids[service], location=cast.ids["Centre"], start=start, client=ADA)
    return replace(request, **changes)  # type: ignore[arg-type]


def message_kinds() -> list[str]:
    """The kinds of all outbox messages, in order."""
    return [row.kind for row in OutboxMessage.select().order_by(OutboxMessage.id)]
