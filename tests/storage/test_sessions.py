"""Group sessions and their seats."""

from __future__ import annotations

from functools import partial

import pytest

from app.booking.refusals import SessionFull
from app.storage import allocations, outbox, sessions
from app.storage.check import check_database
from app.storage.overdue import is_anything_overdue
from app.storage.sessions import OpenSeats
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, GroupSession, OutboxMessage, Seat
from tests.cast import NOW, Cast, one_provider
from tests.storage.helpers import HALF, TEN, add_booking, at_once, booked, closing
from tests.storage.test_check import change, installation


@pytest.fixture
def cast(store: Store) -> Cast:
    """A service of three seats with an open session, number 1, that nobody is in."""
    made = one_provider(store, capacity=3)
    service = store.catalog().services[made.rows["Consultation"]]

    def open_session() -> None:
        session = sessions.add_session(service, made.rows["Centre"], TEN, TEN + HALF, NOW)
        allocations.take([(made.rows["Ada"], TEN, TEN + HALF)], session_id=session)

    store.write(open_session)
    return made


def seats() -> list[tuple[int, int]]:
    return list(Seat.select(Seat.number, Seat.booking).order_by(Seat.number).tuples())


def join(cast: Cast, count: int) -> int:
    """A booking of so many seats."""

    def work() -> int:
        row_id = add_booking(cast, session_id=1, seats=count)
        sessions.take_seats(1, row_id, count)
        outbox.add_message("confirmed", row_id, {}, NOW)
        return row_id

    return cast.store.write(work)


def test_find_session_tells_the_seats_left(cast: Cast) -> None:
    join(cast, 2)
    place = (cast.rows["Consultation"], cast.rows["Centre"])
    assert sessions.find_open_seats(*place, TEN, TEN + HALF) == [OpenSeats(1, 1, (cast.rows["Ada"],))]
    assert sessions.find_open_seats(*place, TEN, TEN + 2 * HALF) == []


def test_seats_given_back_are_taken_again_lowest_first(cast: Cast) -> None:
    first, second = join(cast, 1), join(cast, 1)
    cast.store.write(lambda: allocations.release(first))
    third = join(cast, 2)
    assert seats() == [(1, third), (2, second), (3, third)]


def test_seats_beyond_the_capacity_are_refused(cast: Cast) -> None:
    join(cast, 2)
    with pytest.raises(SessionFull) as caught:
        join(cast, 2)
    assert (caught.value, len(seats())) == (SessionFull(seats_left=1), 2)


def test_seats_taken_by_many_at_once_are_never_doubled(cast: Cast) -> None:
    results = at_once(*[closing(cast.store, lambda: join(cast, 1))] * 5)
    assert sum(isinstance(one, int) for one in results) == 3
    assert [one for one in results if not isinstance(one, int)] == [SessionFull(seats_left=0)] * 2
    assert check_database(cast.store) == []


def test_session_ends_with_its_last_seat(cast: Cast) -> None:
    first, second = join(cast, 1), join(cast, 1)
    for row_id, left in ((first, 1), (second, 0)):
        cast.store.write(partial(allocations.release, row_id))
        cast.store.write(partial(sessions.close_if_empty, 1, NOW))
        active = Allocation.select().where(Allocation.active).count()
        assert (active, GroupSession.get_by_id(1).active) == (left, bool(left))


def test_seats_of_a_change_are_given_back_alone(store: Store) -> None:
    cast = installation(store)
    session = cast.rows["session of b2"]

    def hold_and_give_back() -> None:
        change_id = change(cast, "c1")
        sessions.take_seats(session, cast.rows["b1"], 1, change_id=change_id)
        assert len(seats()) == 2
        sessions.give_back_change_seats(change_id, NOW)

    store.write(hold_and_give_back)
    assert seats() == [(1, cast.rows["b2"])]


def test_overdue_is_what_has_expired(store: Store) -> None:
    cast = one_provider(store)
    booked(cast)
    assert not is_anything_overdue(NOW)
    store.write(Booking.update(expires_at=NOW).execute)
    assert (is_anything_overdue(NOW - 1), is_anything_overdue(NOW)) == (False, True)


def test_overdue_is_an_open_change_request_that_has_expired(store: Store) -> None:
    cast = installation(store)
    store.write(lambda: change(cast, "c1"))
    assert (is_anything_overdue(NOW + 59), is_anything_overdue(NOW + 60)) == (False, True)


def test_purge_forgets_delivered_messages_and_check_knows(store: Store) -> None:
    installation(store)
    store.write(OutboxMessage.update(status="delivered", delivered_at=NOW).where(OutboxMessage.id == 1).execute)
    assert store.write(lambda: outbox.purge(NOW + 1)) == 1
    assert ([row.id for row in OutboxMessage.select()], check_database(store)) == ([2], [])
