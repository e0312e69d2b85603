"""Who waits for whom on PostgreSQL: only those who could take the same resource."""

from __future__ import annotations

import psycopg
import pytest

from app.booking.refusals import Unavailable
from app.operations.book import book
from app.storage.store import open_store
from tests.cast import Cast, pool_of
from tests.operations.helpers import visitor, wish

PATIENCE = "SET lock_timeout = 300"


def held(url: str, cast: Cast, name: str) -> psycopg.Connection:
    """A transaction of somebody else that has decided about this provider and not ended yet."""
    connection = psycopg.connect(url)
    connection.execute("SELECT 1 FROM resource WHERE id = %s FOR NO KEY UPDATE", (cast.rows[name],))
    return connection


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
