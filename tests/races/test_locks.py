"""Who waits for whom on PostgreSQL: only those who could take the same resource."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest

from app.booking.refusals import Unavailable
from app.operations.book import book
from app.operations.change import cancel
from app.operations.views import BookingView
from app.storage.check import check_database
from app.storage.tables import GroupSession
from tests.cast import Cast, one_provider, pool_of
from tests.keys import open_store
from tests.operations.helpers import TEN, system, visitor, wish
from tests.storage.helpers import at_once, closing

PATIENCE = "SET lock_timeout = 300"


def held(url: str, cast: Cast, name: str) -> psycopg.Connection:
    """A transaction of somebody else that has decided about this provider and not ended yet."""
    connection = psycopg.connect(url)
    connection.execute("SELECT 1 FROM resource WHERE id = %s FOR NO KEY UPDATE", (cast.rows[name],))
    return connection


def wait_for_lock(connection: psycopg.Connection) -> None:
    """Go on once another transaction waits for a lock of this one."""
    waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    until = time.monotonic() + 20
    while connection.execute(waits).fetchone() == (0,):
        assert time.monotonic() < until, "nobody waits"
        connection.execute("SELECT pg_stat_clear_snapshot()")
        time.sleep(0.02)


def take(connection: psycopg.Connection, cast: Cast, name: str) -> None:
    """Take a provider at ten by a booking that this transaction copies from nothing else."""
    connection.execute(
        "INSERT INTO allocation (resource_id, start_at, end_at, booking_id, active) "
        "SELECT %s, %s, %s, booking.id, true FROM booking ORDER BY id LIMIT 1",
        (cast.rows[name], TEN, TEN + 1800),
    )


def test_booking_of_one_provider_does_not_wait_for_another(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    cast = pool_of(store, 3)
    store.run(PATIENCE)
    with held(postgresql_url, cast, "Provider 0"):
        view = book(visitor(cast), wish(cast, provider=cast.ids["Provider 1"]))
    assert [one.name for one in view.resources] == ["Provider 1"]
    store.close()


def test_booking_that_waits_too_long_for_a_provider_is_refused_as_unavailable(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    cast = pool_of(store, 3)
    store.run(PATIENCE)
    with held(postgresql_url, cast, "Provider 0"), pytest.raises(Unavailable) as refused:
        book(visitor(cast), wish(cast, provider=cast.ids["Provider 0"]))
    assert refused.value.problem == "locked"
    store.close()


def test_booking_of_anybody_waits_only_for_who_is_chosen(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    cast = pool_of(store, 3)
    book(visitor(cast), wish(cast, provider=cast.ids["Provider 1"]))
    store.run(PATIENCE)
    with held(postgresql_url, cast, "Provider 1"):
        view = book(visitor(cast), wish(cast))
    assert [one.name for one in view.resources] == ["Provider 0"]
    store.close()


def test_booking_of_anybody_chooses_anew_when_the_chosen_was_just_taken(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    cast = pool_of(store, 2)
    book(visitor(cast), wish(cast, TEN + 7200, provider=cast.ids["Provider 1"]))
    with ThreadPoolExecutor(1) as pool, held(postgresql_url, cast, "Provider 0") as other:
        waiting = pool.submit(closing(store, partial(book, visitor(cast), wish(cast))))
        wait_for_lock(other)
        take(other, cast, "Provider 0")
        other.commit()
        view = waiting.result(timeout=20)
    assert isinstance(view, BookingView)
    assert [one.name for one in view.resources] == ["Provider 1"]
    store.close()


def test_last_two_who_leave_a_session_at_once_end_it(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    cast = one_provider(store, capacity=2)
    ids = [book(visitor(cast), wish(cast)).public_id for _ in range(2)]
    ended = at_once(*(closing(store, partial(cancel, system(cast), one)) for one in ids))
    assert [view.status for view in ended if isinstance(view, BookingView)] == ["cancelled", "cancelled"]
    assert (check_database(store), GroupSession.get().active) == ([], False)
    store.close()
