"""What may become of a hold, and that nothing else can be treated like one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, InvalidTransition, NotAllowed, NotFound, NotOfferedHere, WrongDuration
from app.operations.approvals.approve import approve
from app.operations.book import accept_offer, book, hold
from app.operations.change import cancel, complete
from app.operations.context import Context
from app.operations.look_up import get_booking
from app.operations.records import AT_ONCE
from app.operations.requests import HoldRequest, WaitingRequest
from app.operations.views import BookingView
from app.operations.waiting import join_waiting_list, list_waiting
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Attendee
from tests.cast import HOUR, Cast, one_provider, pool_of
from tests.operations.helpers import ADA, BEN, TEN, client, message_kinds, staff, system, visitor, wish


def held(cast: Cast, **more: object) -> BookingView:
    """A hold of the cast's service at ten."""
    return hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN, **more))  # type: ignore[arg-type]


def completed(cast: Cast) -> BookingView:
    """A booking of Ada's that took place."""
    return complete(system(cast, TEN + HOUR), book(visitor(cast), wish(cast)).public_id)


def test_visitor_cannot_take_over_a_completed_booking_as_a_hold(store: Store) -> None:
    cast = one_provider(store)
    mine = completed(cast)
    with pytest.raises(InvalidTransition):
        book(visitor(cast, TEN + HOUR), wish(cast, client=BEN, hold=mine.public_id))
    assert get_booking(system(cast), mine.public_id) == mine
    assert message_kinds() == ["confirmed"]


def test_client_cannot_reopen_a_completed_booking_as_an_offer(store: Store) -> None:
    cast = one_provider(store)
    mine = completed(cast)
    with pytest.raises(InvalidTransition):
        accept_offer(client(cast, mine.public_id, TEN + HOUR), mine.public_id)
    assert get_booking(system(cast), mine.public_id) == mine


@pytest.mark.parametrize("who", [client, system])
def test_hold_of_nobody_yet_is_no_offer(store: Store, who: Callable[..., Context]) -> None:
    cast = one_provider(store)
    mine = held(cast).public_id
    with pytest.raises(NotFound):
        accept_offer(who(cast, mine) if who is client else who(cast), mine)
    assert (get_booking(system(cast), mine).status, message_kinds()) == ("held", [])


def test_hold_is_not_there_to_be_approved(store: Store) -> None:
    cast = one_provider(store)
    mine = held(cast)
    with pytest.raises(InvalidTransition):
        approve(staff(cast, ReadyMade.MANAGER), mine.public_id)
    assert check_database(store) == []


@pytest.mark.parametrize("more", [{"seats": 3}, {"duration_minutes": 60}])
def test_hold_is_confirmed_as_it_was_held_only(store: Store, more: dict[str, object]) -> None:
    cast = one_provider(store, capacity=5, durations=[30, 60])
    mine = held(cast)
    with pytest.raises(InvalidInput):
        book(visitor(cast), replace(wish(cast, hold=mine.public_id), **more))  # type: ignore[arg-type]


def test_hold_of_a_longer_time_is_confirmed_without_naming_it_again(store: Store) -> None:
    cast = one_provider(store, durations=[30, 60])
    mine = held(cast, duration_minutes=60)
    assert book(visitor(cast), wish(cast, hold=mine.public_id)).end == TEN + HOUR


def test_offer_that_is_confirmed_like_a_hold_names_its_client_once(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN, TEN + 60)
    join_waiting_list(visitor(cast), request)
    cancel(system(cast), mine.public_id)
    offered = list_waiting(system(cast))[0].offered_booking
    book(visitor(cast), wish(cast, client=BEN, hold=offered))
    assert [(row.position, row.name) for row in Attendee.select() if row.name == BEN.name] == [(0, BEN.name)]
    assert check_database(store) == []


def test_provider_cannot_hold_the_time_of_a_colleague(store: Store) -> None:
    cast = pool_of(store, 2)
    context = staff(cast, ReadyMade.PROVIDER, cast.rows["Provider 0"])
    with pytest.raises(NotAllowed):
        hold(context, HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN, provider=cast.ids["Provider 1"]))


def test_provider_who_names_nobody_means_themselves(store: Store) -> None:
    cast = pool_of(store, 2)
    context = staff(cast, ReadyMade.PROVIDER, cast.rows["Provider 1"])
    assert [one.name for one in book(context, wish(cast)).resources] == ["Provider 1"]


def test_provider_adds_clients_to_their_own_group_session(store: Store) -> None:
    cast = one_provider(store, capacity=5)
    context = staff(cast, ReadyMade.PROVIDER, cast.rows["Ada"])
    first, second = book(context, wish(cast, client=ADA)), book(context, wish(cast, client=BEN))
    assert first.resources == second.resources


@pytest.mark.parametrize("minutes", [-30, 7, 1441])
def test_override_does_not_invent_durations(store: Store, minutes: int) -> None:
    cast = one_provider(store)
    with pytest.raises(WrongDuration):
        book(system(cast), wish(cast, duration_minutes=minutes, override=True))


def test_override_books_only_where_the_service_is_offered(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: cast.location("North"))
    store.write(store.bump_catalog)
    with pytest.raises(NotOfferedHere):
        book(system(cast), wish(cast, location=cast.ids["North"], override=True, override_reason="Asked by phone"))


def test_more_holds_than_a_batch_that_ran_out_are_in_nobodys_way(store: Store) -> None:
    cast = one_provider(store)
    starts = [TEN - 2 * HOUR + day * 24 * HOUR + number * HOUR // 2 for day in range(6) for number in range(20)]
    for start in starts[: AT_ONCE + 1]:
        hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], start))
    later = visitor(cast, cast.now + HOUR)
    assert book(later, wish(cast, starts[AT_ONCE])).status == "confirmed"
