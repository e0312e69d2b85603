"""The service by which an installation is checked from outside: bookable by its address, with a place of its own.

It takes a device that nothing else takes, so that what is booked to try the site out is never in anybody's way.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import NotFound
from app.booking.statuses import Status
from app.booking.values import Instant, ResourceKind, Visibility
from app.operations.change import cancel
from app.operations.context import Context
from app.operations.letters.deliver import MessageStatus
from app.operations.saving import edit, find_row, look
from app.operations.setup.locations import LocationDraft, save_location
from app.operations.setup.resources import ResourceDraft, save_resource
from app.operations.setup.services import RequirementDraft, ServiceDraft, save_service
from app.storage.tables import Booking, OutboxMessage, Service, Setting

NAME = "Installation check"
ABOUT = "Booked and cancelled by the programs that check whether this site works; nobody comes."
KEY = "probe"
ZONE = "UTC"
DAYS = 14
_WORDS = {MessageStatus.WAITING: "pending", MessageStatus.DELIVERED: "delivered", MessageStatus.GIVEN_UP: "failed"}


@dataclass(frozen=True, slots=True)
class Probe:
    """The records that belong to the check, by public id."""

    location: str | None = None
    resource: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeMessage:
    """One letter about a booking: ``status`` is pending, delivered or failed; ``error`` is what went wrong last."""

    kind: str
    status: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class ProbeBooking:
    """A booking of the check and what became of its letters, in their order."""

    id: str
    status: str
    start: Instant
    created_at: Instant
    messages: tuple[ProbeMessage, ...]


@dataclass(frozen=True, slots=True)
class ProbeStatus:
    """How the check stands: ``none`` was ever made, ``open`` or ``closed``; and its last booking."""

    state: str
    booking: ProbeBooking | None = None


def open_probe(context: Context) -> Probe:
    """Make the records of the check, or switch them on again, as they were meant at first.

    The place has no hours, so that it is always open.

    Raises:
        InvalidInput: something else has the name of the check. NotAllowed.
    """
    return edit(context, lambda: _save(context, active=True), Permission.MANAGE_SETTINGS)


def _save(context: Context, *, active: bool) -> Probe:
    known = _stored()
    location = save_location(context, LocationDraft(NAME, ZONE, active=active), known.location)
    resource = save_resource(
        context, ResourceDraft(NAME, ResourceKind.DEVICE.value, ZONE, location, active), known.resource
    )
    service = save_service(context, _service(location, resource, active=active), known.service)
    probe = Probe(location, resource, service)
    if known != probe:
        Setting.create(key=KEY, value=json.dumps(asdict(probe)))
    return probe


def _service(location: str, resource: str, *, active: bool) -> ServiceDraft:
    return ServiceDraft(
        NAME,
        durations_minutes=(15,),
        requirements=(RequirementDraft(resource=resource),),
        locations=(location,),
        booking_window_days=DAYS,
        visibility=Visibility.LINK.value,
        description=ABOUT,
        active=active,
    )


def _stored() -> Probe:
    row = Setting.get_or_none(Setting.key == KEY)
    return Probe() if row is None else Probe(**json.loads(row.value))


def probe_records(context: Context) -> frozenset[str]:
    """Return the public ids of what belongs to the check, which nobody has set up and nobody is to choose."""
    return frozenset(filter(None, asdict(context.store.read(_stored)).values()))


def close_probe(context: Context) -> int:
    """Switch the check off and cancel what is still booked of it; return how many bookings that were.

    Nothing happens where the check was never opened.
    """
    if look(context, _stored, Permission.MANAGE_SETTINGS) == Probe():
        return 0
    probe = edit(context, lambda: _save(context, active=False), Permission.MANAGE_SETTINGS)
    left = context.store.read(lambda: _left(context, find_row(Service, "service", str(probe.service)).id))
    for booking in left:
        cancel(context, booking, "The check is over.")
    return len(left)


def _left(context: Context, service_id: int) -> list[str]:
    waits = (Status.REQUESTED.value, Status.CONFIRMED.value)
    query = Booking.select(Booking.public_id).where(
        Booking.service == service_id, Booking.status.in_(waits), Booking.start_at > context.now
    )
    return [str(row.public_id) for row in query]


def probe_status(context: Context, booking: str | None = None) -> ProbeStatus:
    """Return how the check stands, with this booking of it, or its last one.

    Raises:
        NotFound: it has no such booking. NotAllowed.
    """
    context.require(Permission.SEE_MESSAGES, Target())
    return look(context, lambda: _status(booking), Permission.SEE_MESSAGES)


def _status(booking: str | None) -> ProbeStatus:
    probe = _stored()
    if probe.service is None:
        return ProbeStatus("none")
    service = find_row(Service, "service", probe.service)
    query = Booking.select().where(Booking.service == service.id)
    if booking is not None:
        query = query.where(Booking.public_id == booking)
    row: Booking | None = query.order_by(Booking.id.desc()).first()
    if row is None and booking is not None:
        raise NotFound(kind="booking", reference=booking)
    return ProbeStatus("open" if service.active else "closed", None if row is None else _booking(row))


def _booking(row: Booking) -> ProbeBooking:
    query = OutboxMessage.select().where(OutboxMessage.booking == row.id).order_by(OutboxMessage.id)
    messages = (
        ProbeMessage(one.kind, _WORDS[MessageStatus(one.status)], one.attempts, one.last_error) for one in query
    )
    return ProbeBooking(row.public_id, row.status, row.start_at, row.created_at, tuple(messages))
