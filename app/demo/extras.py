"""What makes the demo's other pages worth a look: people who wait, recurring bookings, wished changes.

Few of each, made by the same operations that people use.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

from app.access.actors import client_of
from app.booking.refusals import Refusal
from app.booking.statuses import Status
from app.booking.values import Instant, Location, Service
from app.demo.approvals import add_approvals
from app.demo.rules import add_rules
from app.operations.change import move
from app.operations.context import Context
from app.operations.requests import (
    BookingRequest,
    ClientDetails,
    MoveRequest,
    OnConflict,
    SeriesRequest,
    WaitingRequest,
)
from app.operations.series import book_series
from app.operations.slots import find_slots
from app.operations.waiting import join_waiting_list
from app.storage.tables import Booking, Client, OutboxMessage

DAY = 86_400
WAIT_FOR = ("Counselling", "Specialist assessment", "Back school")
RECURRING = "Physiotherapy"
RULES = ("FREQ=WEEKLY;COUNT=4", "FREQ=WEEKLY;INTERVAL=2;COUNT=3", "FREQ=WEEKLY;COUNT=6")
CHANGES = 2
TRIES = 20


def add_extras(context: Context, dice: random.Random) -> None:
    """Add people to the waiting list, some series, some wishes to move, what two people have to approve, and rules."""
    services = {service.name: service for service in context.catalog.services.values()}
    for name in WAIT_FOR:
        for location in _places(context, services[name]):
            join_waiting_list(context, _waiting(context, services[name], location, dice))
    for rule, location in zip(RULES, _places(context, services[RECURRING]), strict=False):
        _add_series(context, services[RECURRING], location, rule, dice)
    _add_changes(context, [service for service in services.values() if service.needs_approval])
    add_approvals(context)
    told = {"status": "delivered", "attempts": 1, "delivered_at": context.now}  # like all other mails of the past
    OutboxMessage.update(**told).where(OutboxMessage.status == "waiting").execute()
    add_rules(context)


def _places(context: Context, service: Service) -> list[Location]:
    return [context.catalog.locations[location_id] for location_id in sorted(service.location_ids)]


def _somebody(context: Context, location: Location, dice: random.Random) -> ClientDetails:
    query = Client.select(Client.public_id).where(Client.tzid == location.tzid).order_by(Client.id).limit(500)
    ids: list[str] = context.store.read(lambda: [row.public_id for row in query])
    return ClientDetails(public_id=dice.choice(ids), tzid=location.tzid)


def _waiting(context: Context, service: Service, location: Location, dice: random.Random) -> WaitingRequest:
    client = _somebody(context, location, dice)
    latest = context.now + dice.randrange(5, 15) * DAY
    return WaitingRequest(service.public_id, location.public_id, client, context.now, latest)


def _free(context: Context, service: Service, location: Location) -> list[Instant]:
    start = context.now + 3 * DAY
    return find_slots(context, service.public_id, location.public_id, start, start + 7 * DAY)


def _add_series(context: Context, service: Service, location: Location, rule: str, dice: random.Random) -> None:
    client = _somebody(context, location, dice)

    def book(start: Instant) -> None:
        first = BookingRequest(service.public_id, location.public_id, start, client)
        book_series(context, SeriesRequest(first, rule, on_conflict=OnConflict.BOOK_REST))

    _first_possible(book, _free(context, service, location)[::7])


def _add_changes(context: Context, services: Sequence[Service]) -> None:
    """Let clients of services that need approval ask for another time."""
    ids = [service.id for service in services]
    wished = (Booking.service.in_(ids), Booking.status == Status.CONFIRMED.value, Booking.start_at > context.now + DAY)
    query = Booking.select().where(*wished).order_by(Booking.start_at, Booking.id).limit(CHANGES)
    for row in context.store.read(lambda: list(query)):
        client = Context(context.store, client_of(row.public_id), context.now)
        service, location = context.catalog.services[row.service_id], context.catalog.locations[row.location_id]
        _first_possible(_asker(client, row.public_id), _free(client, service, location)[::5])


def _asker(client: Context, booking: str) -> Callable[[Instant], None]:
    def ask(start: Instant) -> None:
        move(client, MoveRequest(booking, start))

    return ask


def _first_possible(act: Callable[[Instant], None], starts: Iterable[Instant]) -> None:
    """Act on the first start that no limit or rule forbids; a demo can do without when there is none."""
    for start in list(starts)[:TRIES]:
        try:
            act(start)
        except Refusal:  # the next start may do
            continue
        return
