"""The waiting list: who is offered what was freed, and that nobody's wish stands in the way of others."""

from __future__ import annotations

import pytest

from app.booking.refusals import AlreadyWaiting, WrongDuration
from app.operations.approvals.approve import decline
from app.operations.book import book, hold
from app.operations.change import cancel, move
from app.operations.context import Context
from app.operations.installation.upkeep import release_expired
from app.operations.requests import ClientDetails, HoldRequest, MoveRequest, WaitingRequest
from app.operations.waiting import join_waiting_list, list_waiting
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Service, WaitingEntry
from tests.cast import HOUR, Cast, Need, one_provider
from tests.operations.helpers import ADA, BEN, TEN, client, system, visitor, wish

HALF = HOUR // 2


def person(number: int) -> ClientDetails:
    """Somebody who waits."""
    return ClientDetails(name=f"Client {number}", email=f"client{number}@example.org")


def wait(
    cast: Cast, who: ClientDetails, service: str = "Consultation", minutes: int | None = None, latest: int = TEN + HOUR
) -> str:
    """Let somebody wait for a slot that starts from ten o'clock on; return the entry."""
    request = WaitingRequest(cast.ids[service], cast.ids["Centre"], who, TEN - HOUR, latest, minutes)
    return join_waiting_list(visitor(cast), request).public_id


def statuses(context: Context) -> list[str]:
    """The statuses of the open entries, the longest waiting first."""
    return [one.status for one in list_waiting(context)]


def test_waiting_for_a_duration_that_the_service_lacks_is_refused(store: Store) -> None:
    cast = one_provider(store)
    with pytest.raises(WrongDuration):
        wait(cast, ADA, minutes=7)
    assert WaitingEntry.select().count() == 0


def test_wait_for_a_duration_that_is_gone_stops_nobody_from_cancelling(store: Store) -> None:
    cast = one_provider(store, durations=[30, 60])
    wait(cast, BEN, minutes=60)
    mine = book(visitor(cast), wish(cast))
    Service.update(durations_minutes="[30]").execute()
    store.write(store.bump_catalog)
    assert cancel(system(cast), mine.public_id).status == "cancelled"
    assert statuses(system(cast)) == ["waiting"]


def test_waiting_again_once_the_first_wish_is_over_is_possible(store: Store) -> None:
    cast = one_provider(store)
    wait(cast, ADA)
    later = visitor(cast, now=TEN + 2 * HOUR)
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], ADA, TEN, TEN + 48 * HOUR)
    join_waiting_list(later, request)
    with pytest.raises(AlreadyWaiting):
        join_waiting_list(later, request)


def test_waiting_at_another_location_is_another_wish(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: cast.location("North"))
    store.write(store.bump_catalog)
    wait(cast, ADA)
    join_waiting_list(visitor(cast), WaitingRequest(cast.ids["Consultation"], cast.ids["North"], ADA, TEN, TEN + HOUR))
    assert statuses(system(cast)) == ["waiting", "waiting"]


def test_adjacent_holds_that_ran_out_together_are_offered_as_one(store: Store) -> None:
    cast = one_provider(store, durations=[30, 60])
    for start in (TEN, TEN + HALF):
        hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], start))
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN, TEN + 60, 60)
    join_waiting_list(visitor(cast), request)
    assert release_expired(system(cast, cast.now + HOUR)) == 2
    assert statuses(system(cast)) == ["offered"]
    assert check_database(store) == []


def test_cancel_beside_a_hold_that_ran_out_offers_both(store: Store) -> None:
    cast = one_provider(store, durations=[30, 60])
    mine = book(visitor(cast), wish(cast))
    hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN + HALF))
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN, TEN + 60, 60)
    join_waiting_list(visitor(cast), request)
    assert cancel(system(cast, cast.now + HOUR), mine.public_id).status == "cancelled"
    assert statuses(system(cast)) == ["offered"]


def test_many_who_wait_for_other_services_do_not_hide_the_one_who_can_come(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: cast.service("Other", [Need([cast.resource("Other person")])], ["Centre"]))
    store.write(store.bump_catalog)
    for number in range(21):
        wait(cast, person(number), "Other")
    wait(cast, ADA)
    cancel(system(cast), book(visitor(cast), wish(cast, client=BEN)).public_id)
    assert statuses(system(cast))[-1] == "offered"


def test_several_freed_seats_are_offered_to_as_many(store: Store) -> None:
    cast = one_provider(store, capacity=3)
    mine = book(visitor(cast), wish(cast, seats=2))
    book(visitor(cast), wish(cast, client=BEN))
    for number in range(3):
        wait(cast, person(number), latest=TEN + 60)
    cancel(system(cast), mine.public_id)
    assert statuses(system(cast)) == ["offered", "offered", "waiting"]
    assert check_database(store) == []


def test_asking_for_another_time_frees_and_offers_nothing(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    mine = book(system(cast), wish(cast))
    wait(cast, BEN)
    move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN + 3 * HOUR))
    assert statuses(system(cast)) == ["waiting"]


def test_wished_time_that_a_cancellation_frees_is_offered_too(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    mine = book(system(cast), wish(cast, TEN + 4 * HOUR))
    move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN))
    wait(cast, BEN, latest=TEN + 60)
    cancel(client(cast, mine.public_id), mine.public_id)
    assert statuses(system(cast)) == ["offered"]


def test_wished_time_replaced_by_another_wish_is_offered(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    mine = book(system(cast), wish(cast, TEN + 4 * HOUR))
    move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN))
    wait(cast, BEN, latest=TEN + 60)
    move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN + 2 * HOUR))
    assert statuses(system(cast)) == ["offered"]
    decline(system(cast), mine.public_id)
    assert check_database(store) == []


def test_offer_may_be_declined_after_the_latest_time_to_change(store: Store) -> None:
    cast = one_provider(store, change_notice_minutes=24 * 60)
    wait(cast, BEN)
    cancel(system(cast, TEN - 2 * HOUR), book(visitor(cast), wish(cast)).public_id)
    offered = list_waiting(system(cast, TEN - 2 * HOUR))[0].offered_booking or ""
    assert cancel(client(cast, offered, TEN - 2 * HOUR), offered).status == "cancelled"
