"""The same thing asked for twice at the same moment, by threads with connections of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from app.booking.refusals import AlreadyWaiting, LimitReached, Refusal, StaleVersion
from app.operations.book import book, hold
from app.operations.change import move
from app.operations.requests import HoldRequest, MoveRequest, WaitingRequest
from app.operations.setup.embedding import allowed_origins, save_origins
from app.operations.waiting import join_waiting_list
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Booking, WaitingEntry
from tests.cast import HOUR, one_provider
from tests.operations.helpers import ADA, TEN, system, visitor, wish

T = TypeVar("T")
TIMES = 5


def twice(store: Store, *actions: Callable[[], T]) -> list[T | Refusal]:
    """Do both at once and return what each gave."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], T]) -> T | Refusal:
        barrier.wait()
        try:
            return action()
        except Refusal as refusal:
            return refusal
        finally:
            store.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def test_form_that_is_sent_twice_at_once_gives_one_booking_and_two_answers(store: Store) -> None:
    cast = one_provider(store)
    for number in range(TIMES):
        request = wish(cast, TEN + number * HOUR, key=f"key {number}")
        first, second = twice(store, *[lambda: book(visitor(cast), request)] * 2)  # noqa: B023 done at once
        assert first == second
    assert Booking.select().count() == TIMES


def test_move_that_is_sent_twice_at_once_is_one_move(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    for number in range(1, TIMES):
        request = MoveRequest(mine.public_id, TEN + number * HOUR, version=number, key=f"key {number}")
        first, second = twice(store, *[lambda: move(system(cast), request)] * 2)  # noqa: B023 done at once
        assert first == second
    assert Booking.get().sequence == TIMES - 1


def test_two_holds_confirmed_at_once_stay_within_the_limit_of_a_client(store: Store) -> None:
    cast = one_provider(store, limit_per_client=1)
    service, centre = cast.ids["Consultation"], cast.ids["Centre"]
    held = [hold(visitor(cast), HoldRequest(service, centre, start)) for start in (TEN, TEN + HOUR)]
    wishes = [wish(cast, one.start, hold=one.public_id) for one in held]
    answers = twice(store, *[lambda one=one: book(visitor(cast), one) for one in wishes])
    assert sum(isinstance(one, LimitReached) for one in answers) == 1
    assert check_database(store) == []


def test_client_who_joins_the_waiting_list_twice_at_once_waits_once(store: Store) -> None:
    cast = one_provider(store)
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], ADA, TEN, TEN + HOUR)
    answers = twice(store, *[lambda: join_waiting_list(visitor(cast), request)] * 2)
    assert sum(isinstance(one, AlreadyWaiting) for one in answers) == 1
    assert WaitingEntry.select().count() == 1


def test_sites_that_two_allow_at_once_are_those_of_one_and_the_other_is_told(store: Store) -> None:
    cast = one_provider(store)
    names = ("https://a.example", "https://b.example")
    answers = twice(store, *[lambda name=name: save_origins(system(cast), name, "") for name in names])
    assert sorted(type(one) is StaleVersion for one in answers) == [False, True]
    assert [allowed_origins(store)] == [one for one in answers if isinstance(one, tuple)]
