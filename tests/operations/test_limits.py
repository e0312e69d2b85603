"""Limits per day, week and client, on both databases."""

from __future__ import annotations

import pytest

from app.booking.refusals import LimitReached
from app.operations.book import book, hold
from app.operations.change import cancel, move
from app.operations.requests import HoldRequest, MoveRequest
from app.storage.store import Store
from tests.cast import HOUR, one_provider
from tests.operations.helpers import ADA, BEN, TEN, system, visitor, wish

DAY = 86_400


@pytest.mark.parametrize(
    ("limit", "second", "later"),
    [
        ("limit_per_day", TEN + HOUR, TEN + DAY),
        ("limit_per_week", TEN + DAY, TEN + 7 * DAY),
    ],
)
def test_limit_of_a_day_or_week_refuses_one_more(store: Store, limit: str, second: int, later: int) -> None:
    cast = one_provider(store, **{limit: 1})
    book(visitor(cast), wish(cast))
    with pytest.raises(LimitReached):
        book(visitor(cast), wish(cast, second, client=BEN))
    assert book(visitor(cast), wish(cast, later, client=BEN)).start == later


def test_limit_per_client_counts_their_future_bookings_only(store: Store) -> None:
    cast = one_provider(store, limit_per_client=1)
    book(visitor(cast), wish(cast))
    with pytest.raises(LimitReached):
        book(visitor(cast), wish(cast, TEN + DAY))
    assert book(visitor(cast), wish(cast, TEN + DAY, client=BEN)).status == "confirmed"
    assert book(visitor(cast, TEN + HOUR), wish(cast, TEN + 2 * DAY)).status == "confirmed"


def test_limit_cancelled_booking_counts_no_more(store: Store) -> None:
    cast = one_provider(store, limit_per_day=1)
    cancel(system(cast), book(visitor(cast), wish(cast)).public_id)
    assert book(visitor(cast), wish(cast, TEN + HOUR)).status == "confirmed"


def test_limit_moved_booking_does_not_count_itself(store: Store) -> None:
    cast = one_provider(store, limit_per_day=1, limit_per_client=1)
    mine = book(visitor(cast), wish(cast))
    assert move(system(cast), MoveRequest(mine.public_id, TEN + HOUR)).start == TEN + HOUR


def test_limit_per_client_holds_for_held_slots_too(store: Store) -> None:
    cast = one_provider(store, limit_per_client=1)
    held = hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN + DAY))
    book(visitor(cast), wish(cast))
    with pytest.raises(LimitReached):
        book(visitor(cast), wish(cast, TEN + DAY, hold=held.public_id, client=ADA))
