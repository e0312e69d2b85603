"""Finding what takes resources: one query, whatever is long, expired, given back, or of an outside calendar."""

from __future__ import annotations

import random
from functools import partial

import pytest

from app.booking.refusals import KeyReused
from app.booking.slots import OpenSession
from app.booking.values import Cause, Instant, Taken
from app.storage import allocations, idempotency, outbox, sessions, taken
from app.storage.store import Store
from app.storage.tables import Allocation, BusyTime, OutboxMessage, Seat
from tests.cast import MONDAY, NOW, Cast, one_provider, pool_of
from tests.storage.helpers import HALF, TEN, add_booking, booked

DAY = 86_400


def busy(cast: Cast, start: Instant, end: Instant, title: str = "Dentist") -> None:
    row = {"resource": cast.rows["Ada"], "start_at": start, "end_at": end, "source": "file", "title": title}
    cast.store.write(lambda: BusyTime.create(**row))


def look(cast: Cast, start: Instant, end: Instant, now: Instant = NOW) -> list[tuple[Instant, Instant]]:
    return taken.find_taken([cast.rows["Ada"]], start, end, now)[cast.rows["Ada"]]


def test_find_taken_without_resources_is_empty(store: Store) -> None:
    assert (taken.find_taken([], 0, 1, NOW), taken.find_conflicts([], 0, 1, NOW)) == ({}, [])
    assert allocations.load([], 0, 1) == {}


def test_find_taken_leaves_out_what_only_touches(store: Store) -> None:
    cast = one_provider(store)
    booked(cast)
    assert (look(cast, TEN - 60, TEN), look(cast, TEN + HALF, TEN + DAY)) == ([], [])
    assert look(cast, TEN - 60, TEN + 60) == look(cast, TEN + HALF - 60, TEN + DAY) == [(TEN, TEN + HALF)]


def test_find_taken_sorts_bookings_among_busy_times(store: Store) -> None:
    cast = one_provider(store)
    booked(cast)
    busy(cast, TEN + 60, TEN + 120)
    busy(cast, TEN - 60, TEN + 60)
    assert look(cast, TEN, TEN + DAY) == [(TEN - 60, TEN + 60), (TEN, TEN + HALF), (TEN + 60, TEN + 120)]


@pytest.mark.parametrize("length", [DAY - 60, DAY, DAY + 60, 400 * DAY])
def test_find_taken_knows_what_began_long_ago(store: Store, length: int) -> None:
    cast = one_provider(store)
    busy(cast, TEN + 60 - length, TEN + 60)
    assert look(cast, TEN, TEN + HALF) == [(TEN + 60 - length, TEN + 60)]
    booked(cast, TEN + 60 - length, end=TEN + 60)
    assert look(cast, TEN, TEN + HALF) == [(TEN + 60 - length, TEN + 60)] * 2


def test_find_taken_leaves_out_the_expired_and_the_inactive(store: Store) -> None:
    cast = one_provider(store)
    row_id = booked(cast)
    store.write(Allocation.update(expires_at=NOW + 60).execute)
    assert (look(cast, TEN, TEN + 1), look(cast, TEN, TEN + 1, NOW + 60)) == ([(TEN, TEN + HALF)], [])
    store.write(Allocation.update(expires_at=None, active=False).where(Allocation.booking == row_id).execute)
    assert look(cast, TEN, TEN + 1) == []


def test_find_taken_leaves_out_the_ignored_booking(store: Store) -> None:
    cast = one_provider(store)
    ada, moved = cast.rows["Ada"], booked(cast)
    booked(cast, TEN + HALF)
    busy(cast, TEN, TEN + 60)
    found = taken.find_taken([ada], TEN, TEN + DAY, NOW, ignore_booking=moved)
    assert found == {ada: [(TEN, TEN + 60), (TEN + HALF, TEN + 2 * HALF)]}


def test_find_taken_agrees_with_a_plain_comparison(store: Store) -> None:
    seed = random.SystemRandom().randrange(2**31)
    print(f"seed {seed}")
    dice, cast = random.Random(seed), one_provider(store)
    rows = []
    for _ in range(200):
        start = MONDAY + dice.randrange(60 * 24 * 60) * 60
        rows.append((start, start + dice.choice([60, 3600, DAY, DAY + 60, 9 * DAY])))
        busy(cast, *rows[-1])
    for _ in range(50):
        start = MONDAY + dice.randrange(60) * DAY
        end = start + dice.choice([60, DAY, 30 * DAY])
        assert look(cast, start, end) == sorted(one for one in rows if one[0] < end and one[1] > start)


def test_find_conflicts_tells_what_is_behind_each(store: Store) -> None:
    cast = one_provider(store, capacity=3)
    ada, row_id = cast.rows["Ada"], booked(cast)
    busy(cast, TEN + 2 * HALF, TEN + 3 * HALF)
    service = store.catalog().services[cast.rows["Consultation"]]

    def open_session() -> None:
        session = sessions.add_session(service, cast.rows["Centre"], TEN + HALF, TEN + 2 * HALF, NOW)
        allocations.take([(ada, TEN + HALF, TEN + 2 * HALF)], session_id=session)

    store.write(open_session)
    booking = store.rows("SELECT public_id FROM booking WHERE id = %s", (row_id,))[0][0]
    session = store.rows("SELECT public_id FROM group_session")[0][0]
    assert taken.find_conflicts([ada], TEN, TEN + DAY, NOW) == [
        Taken(ada, TEN, TEN + HALF, Cause.BOOKING, "confirmed", booking, (TEN, TEN + HALF)),
        Taken(ada, TEN + HALF, TEN + 2 * HALF, Cause.SESSION, "confirmed", session, (TEN + HALF, TEN + 2 * HALF)),
        Taken(ada, TEN + 2 * HALF, TEN + 3 * HALF, Cause.BUSY_TIME, "", "Dentist"),
    ]


def test_find_sessions_counts_the_seats_left(store: Store) -> None:
    cast = one_provider(store, capacity=3)
    service, place = store.catalog().services[cast.rows["Consultation"]], cast.rows["Centre"]

    def open_session() -> None:
        session = sessions.add_session(service, place, TEN, TEN + HALF, NOW)
        sessions.take_seats(session, add_booking(cast, session_id=session), 2)

    store.write(open_session)
    found = OpenSession(TEN, TEN + HALF, 1)
    assert taken.find_sessions(service.id, place, TEN, TEN + 60, NOW) == [found]
    assert taken.find_sessions(service.id, place, TEN - 60, TEN, NOW) == []
    assert taken.find_sessions(service.id, place, TEN, TEN + 60, TEN + 60) == []


def test_release_gives_back_allocations_and_seats(store: Store) -> None:
    cast = one_provider(store, capacity=2)
    service = store.catalog().services[cast.rows["Consultation"]]

    def take_and_release() -> None:
        session = sessions.add_session(service, cast.rows["Centre"], TEN, TEN + HALF, NOW)
        row_id = add_booking(cast, session_id=session)
        sessions.take_seats(session, row_id, 2)
        allocations.take([(cast.rows["Ada"], TEN, TEN + HALF)], booking_id=row_id)
        allocations.release(row_id)

    store.write(take_and_release)
    assert (Allocation.select().count(), Seat.select().count()) == (0, 0)


def test_take_of_nothing_does_nothing(store: Store) -> None:
    allocations.take([], booking_id=1)
    assert Allocation.select().count() == 0


def test_load_counts_active_allocations_that_start_in_the_window(store: Store) -> None:
    cast = pool_of(store, 2)
    first, second = cast.rows["Provider 0"], cast.rows["Provider 1"]
    for start in (TEN, TEN + HALF, TEN + DAY):
        booked(cast, start, "Provider 0")
    assert allocations.load([first, second], TEN, TEN + DAY) == {first: 2, second: 0}


def test_message_is_due_at_once_or_later(store: Store) -> None:
    cast = one_provider(store)
    row_id = booked(cast)
    store.write(lambda: outbox.add_message("reminder", row_id, {"naïve": "ß"}, NOW, not_before=TEN))
    rows = OutboxMessage.select().order_by(OutboxMessage.id)
    assert [(row.kind, row.not_before, row.payload) for row in rows] == [
        ("confirmed", NOW, '{"sequence": 0}'),
        ("reminder", TEN, '{"naïve": "ß"}'),
    ]


def test_answer_is_found_again_by_its_key_and_scope(store: Store) -> None:
    store.write(lambda: idempotency.store_answer("scope", "key", "print", "answer", NOW))
    assert idempotency.find_answer("scope", "key", "print") == "answer"
    assert idempotency.find_answer("other", "key", "print") is None
    with pytest.raises(KeyReused):
        idempotency.find_answer("scope", "key", "another print")


def test_purge_forgets_answers_given_before(store: Store) -> None:
    for number in range(3):
        store.write(partial(idempotency.store_answer, "scope", str(number), "", "", NOW + number))
    assert store.write(lambda: idempotency.purge(NOW + 2)) == 2
    assert idempotency.find_answer("scope", "2", "") == ""


@pytest.mark.parametrize("count", [1, 50])
def test_search_of_many_resources_is_one_query(store: Store, count: int) -> None:
    cast = pool_of(store, count)
    seen: list[str] = []
    store.database.query_hooks.append(lambda event: seen.append(event.sql))
    taken.find_taken([cast.rows[f"Provider {number}"] for number in range(count)], TEN, TEN + 30 * DAY, NOW)
    assert len(seen) == 1
