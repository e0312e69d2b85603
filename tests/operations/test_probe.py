"""The service by which an installation is checked: bookable by its address, alone at its place, gone when closed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.actors import VISITOR
from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.booking.values import Visibility
from app.operations.book import book
from app.operations.change import cancel
from app.operations.context import Context
from app.operations.installation.probe import (
    NAME,
    Probe,
    ProbeMessage,
    ProbeStatus,
    close_probe,
    open_probe,
    probe_status,
)
from app.operations.letters.deliver import MessageStatus
from app.operations.requests import BookingRequest
from app.operations.setup.locations import list_locations
from app.operations.setup.services import get_service, list_services
from app.operations.slots import find_slots
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import OutboxMessage, Setting
from tests.cast import HOUR, NOW, change_row, one_provider
from tests.operations.helpers import ADA, TEN
from tests.operations.setup_cast import add_location, context_of


@pytest.fixture
def context(store: Store) -> Context:
    return context_of(store)


def visitor(store: Store) -> Context:
    return Context(store, VISITOR, NOW)


def slots(store: Store, probe: Probe) -> list[int]:
    return find_slots(visitor(store), str(probe.service), str(probe.location), NOW, NOW + 3 * 24 * HOUR)


def booked(store: Store, probe: Probe, number: int = 0) -> str:
    start = slots(store, probe)[number]
    request = BookingRequest(str(probe.service), str(probe.location), start, ADA)
    return book(visitor(store), request).public_id


def test_probe_opened_can_be_booked_around_the_clock_by_visitors(store: Store, context: Context) -> None:
    probe = open_probe(context)
    found = slots(store, probe)
    assert (found[1] - found[0], len(found)) == (900, 3 * 96 - 1)
    service = get_service(context, str(probe.service)).draft
    assert (service.name, service.visibility, service.active) == (NAME, Visibility.LINK.value, True)


def test_probe_takes_nothing_that_others_take(store: Store, context: Context) -> None:
    one_provider(store)
    probe = open_probe(context)
    catalog = store.catalog()
    service = next(one for one in catalog.services.values() if one.public_id == probe.service)
    others = [one for one in catalog.services.values() if one is not service]
    taken = {two for one in others for need in one.requirements for two in need.resource_ids}
    assert taken.isdisjoint(two for need in service.requirements for two in need.resource_ids)
    assert not set(service.location_ids) & {two for one in others for two in one.location_ids}


def test_probe_opened_again_is_the_same(store: Store, context: Context) -> None:
    first = open_probe(context)
    assert (open_probe(context), close_probe(context), open_probe(context)) == (first, 0, first)
    assert len(list_services(context)) == len(list_locations(context)) == Setting.select().count() == 1


def test_probe_closed_cannot_be_booked_and_what_is_left_is_cancelled(store: Store, context: Context) -> None:
    probe = open_probe(context)
    first, second = booked(store, probe), booked(store, probe, 3)
    cancel(context, first)
    assert close_probe(context) == 1
    with pytest.raises(NotFound):
        slots(store, probe)
    status = probe_status(context)
    assert status.booking is not None
    assert (status.state, status.booking.id, status.booking.status) == ("closed", second, "cancelled")
    assert ([one.draft.active for one in list_locations(context)], check_database(store)) == ([False], [])


def test_probe_closed_before_it_was_opened_does_nothing(context: Context) -> None:
    assert (close_probe(context), probe_status(context), list_services(context)) == (0, ProbeStatus("none"), [])


def test_probe_status_tells_what_became_of_the_last_booking(store: Store, context: Context) -> None:
    probe = open_probe(context)
    assert probe_status(context) == ProbeStatus("open")
    first, second = booked(store, probe), booked(store, probe)
    cancel(context, second)
    sent = OutboxMessage.update(status=MessageStatus.DELIVERED.value, attempts=1)
    lost = {"status": MessageStatus.GIVEN_UP.value, "attempts": 8, "last_error": "550 no"}
    store.write(sent.where(OutboxMessage.id == 2).execute)
    store.write(lambda: change_row(OutboxMessage.get_by_id(3), **lost))
    last, other = probe_status(context).booking, probe_status(context, first).booking
    assert last is not None
    assert other is not None
    assert (last.id, last.status, last.created_at) == (second, "cancelled", NOW)
    assert [(one.kind, one.status) for one in last.messages] == [("confirmed", "delivered"), ("cancelled", "failed")]
    assert last.messages[1] == ProbeMessage("cancelled", "failed", 8, "550 no")
    assert (other.id, [one.status for one in other.messages]) == (first, ["pending"])


def test_probe_status_of_a_booking_of_something_else_is_not_found(store: Store, context: Context) -> None:
    cast = one_provider(store)
    other = book(visitor(store), BookingRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN, ADA))
    open_probe(context)
    for wanted in (other.public_id, "nothing"):
        with pytest.raises(NotFound):
            probe_status(context, wanted)


def test_probe_whose_name_is_taken_says_so_and_makes_nothing(store: Store, context: Context) -> None:
    add_location(context, NAME)
    with pytest.raises(InvalidInput, match=f"called {NAME} already"):
        open_probe(context)
    assert (list_services(context), Setting.select().count()) == ([], 0)


def test_probe_is_for_whoever_may_edit_the_set_up(store: Store, context: Context) -> None:
    open_probe(context)
    for stranger in (visitor(store), context_of(store, ReadyMade.VIEWER)):
        for work in (open_probe, close_probe, probe_status):
            with pytest.raises(NotAllowed):
                work(replace(stranger))
