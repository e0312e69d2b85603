"""Booking and holding, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.booking.refusals import (
    InvalidInput,
    InvalidTransition,
    JustTaken,
    KeyReused,
    NotFound,
    SessionFull,
    UnknownZone,
)
from app.operations.book import book, hold
from app.operations.requests import HoldRequest
from app.operations.views import BookingView
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, GroupSession, Seat
from tests.cast import HOUR, one_provider, pool_of, treatment
from tests.operations.helpers import ADA, BEN, TEN, message_kinds, visitor, wish


def allocated() -> list[tuple[int, int]]:
    """Start and end of every allocation, in order."""
    return sorted(Allocation.select(Allocation.start_at, Allocation.end_at).tuples())


def test_book_free_slot_confirms_and_leaves_one_message(store: Store) -> None:
    cast = one_provider(store)
    view = book(visitor(cast), wish(cast))
    assert (view.status, view.start, view.end) == ("confirmed", TEN, TEN + 1800)
    assert [one.name for one in view.resources] == ["Ada"]
    assert message_kinds() == ["confirmed"]


def test_book_buffers_are_taken_with_the_slot(store: Store) -> None:
    cast = one_provider(store, buffer_before_minutes=5, buffer_after_minutes=15)
    book(visitor(cast), wish(cast))
    assert allocated() == [(TEN - 300, TEN + 1800 + 900)]


def test_book_taken_slot_names_next_free_times(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    with pytest.raises(JustTaken) as refusal:
        book(visitor(cast), wish(cast, client=BEN))
    assert refusal.value.next_free[0] == TEN + 1800
    assert message_kinds() == ["confirmed"]


def test_book_same_key_twice_gives_the_same_booking(store: Store) -> None:
    cast = one_provider(store)
    first = book(visitor(cast), wish(cast, key="k1"))
    again = book(visitor(cast), wish(cast, key="k1"))
    assert again == first
    assert Booking.select().count() == 1


def test_book_same_key_for_another_request_is_refused(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast, key="k1"))
    with pytest.raises(KeyReused):
        book(visitor(cast), wish(cast, TEN + HOUR, key="k1"))
    assert Booking.select().count() == 1


def test_book_pool_takes_every_member_then_refuses(store: Store) -> None:
    cast = pool_of(store, 3)
    taken = [book(visitor(cast), wish(cast)).resources[0].name for _ in range(3)]
    with pytest.raises(JustTaken):
        book(visitor(cast), wish(cast))
    assert sorted(taken) == ["Provider 0", "Provider 1", "Provider 2"]


def test_book_prefers_the_chosen_provider(store: Store) -> None:
    cast = pool_of(store, 3)
    view = book(visitor(cast), wish(cast, provider=cast.ids["Provider 2"]))
    assert [one.name for one in view.resources] == ["Provider 2"]


def test_book_three_resources_takes_one_of_each_pool(store: Store) -> None:
    cast = treatment(store, size=2)
    view = book(visitor(cast), wish(cast, service="Treatment"))
    assert sorted(one.kind for one in view.resources) == ["device", "person", "room"]


def test_book_needs_approval_waits_as_request(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, request_expiry_minutes=60)
    view = book(visitor(cast), wish(cast))
    assert (view.status, view.expires_at) == ("requested", cast.now + 3600)
    assert message_kinds() == ["requested"]


def test_book_group_fills_seats_then_refuses(store: Store) -> None:
    cast = one_provider(store, capacity=3)
    book(visitor(cast), wish(cast, seats=2))
    book(visitor(cast), wish(cast, client=BEN))
    with pytest.raises((SessionFull, JustTaken)):
        book(visitor(cast), wish(cast, client=BEN))
    assert (GroupSession.select().count(), Seat.select().count(), Allocation.select().count()) == (1, 3, 1)


def names(view: BookingView) -> list[str]:
    """Whom a booking takes."""
    return [one.name for one in view.resources]


def test_book_group_joins_the_fullest_session_and_opens_another_when_full(store: Store) -> None:
    cast = pool_of(store, 2, capacity=2)
    first, second, third = (book(visitor(cast), wish(cast)) for _ in range(3))
    assert (names(first), names(second), names(third)) == (["Provider 0"], ["Provider 0"], ["Provider 1"])
    assert GroupSession.select().count() == 2


def test_book_group_of_another_provider_opens_a_session_of_theirs(store: Store) -> None:
    cast = pool_of(store, 2, capacity=5)
    book(visitor(cast), wish(cast, provider=cast.ids["Provider 0"]))
    other = book(visitor(cast), wish(cast, provider=cast.ids["Provider 1"]))
    assert (names(other), GroupSession.select().count()) == (["Provider 1"], 2)


def test_book_unknown_service_is_not_found(store: Store) -> None:
    cast = one_provider(store)
    cast.ids["Nothing"] = "no-such-service"
    with pytest.raises(NotFound):
        book(visitor(cast), wish(cast, service="Nothing"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client": ADA.__class__(name="", email="a@example.org")}, "name"),
        ({"client": ADA.__class__(name="A\u202eb", email="a@example.org")}, "name"),
        ({"client": ADA.__class__(name="Ada", email="nobody")}, "email"),
        ({"client": ADA.__class__(name="Ada", email="a@example.org", tzid="Mars/Phobos")}, "zone"),
        ({"seats": 2}, "seats"),
        ({"start": TEN + 1}, "start"),
        ({"comment": "x" * 2001}, "comment"),
        ({"comment": "a\x00b"}, "comment"),
    ],
)
def test_book_bad_input_names_the_field_and_writes_nothing(
    store: Store, changes: dict[str, object], field: str
) -> None:
    cast = one_provider(store)
    request = replace(wish(cast), **changes)  # type: ignore[arg-type]
    with pytest.raises((InvalidInput, UnknownZone)) as refusal:
        book(visitor(cast), request)
    assert refusal.value.field == field
    assert Booking.select().count() == 0


def test_hold_keeps_the_slot_until_confirmed(store: Store) -> None:
    cast = one_provider(store)
    held = hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN))
    with pytest.raises(JustTaken):
        book(visitor(cast), wish(cast, client=BEN))
    view = book(visitor(cast), wish(cast, hold=held.public_id))
    assert (view.status, view.expires_at, message_kinds()) == ("confirmed", None, ["confirmed"])


def test_hold_expires_by_itself(store: Store) -> None:
    cast = one_provider(store)
    held = hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN))
    later = visitor(cast, cast.now + 601)
    assert book(later, wish(cast, client=BEN)).status == "confirmed"
    with pytest.raises(InvalidTransition):
        book(later, wish(cast, hold=held.public_id))
