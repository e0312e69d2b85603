"""The statements of the hot paths go down an index, whatever the number of bookings."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.storage import taken
from app.storage.clients import _BY_MAIL
from app.storage.statements import among
from app.storage.store import Store
from app.storage.tables import Booking, Setting
from tests.cast import NOW
from tests.keys import open_store
from tests.storage.helpers import TEN
from tests.storage.test_check import installation

IDS = [1, 2, 3]
_COLUMNS = "resource_id, start_at, end_at"
_LAST = (
    "SELECT end_at FROM allocation WHERE active AND resource_id = %s AND start_at < %s ORDER BY start_at DESC LIMIT 1"
)
_REQUESTS = "SELECT id FROM change_request WHERE status = 'requested' AND expires_at > %s"
_CLAIM = "SELECT id FROM outbox_message WHERE status = %s AND not_before <= %s ORDER BY not_before, id LIMIT 10"
_LIMIT = "SELECT COUNT(*) FROM booking WHERE service_id = %s AND start_at >= %s AND start_at < %s"
_LIST = "SELECT id FROM booking WHERE start_at < %s AND start_at > %s AND end_at > %s ORDER BY start_at LIMIT 50"

STATEMENTS: list[tuple[str, Sequence[object], set[str]]] = [
    (_LAST, [1, TEN], {"allocation_start"}),
    (_REQUESTS, [NOW], {"change_request_open"}),
    (_CLAIM, ["waiting", NOW], {"outbox_message_status"}),
    (_LIMIT, [1, TEN, TEN + 1], {"booking_service"}),
    (_LIST, [TEN, TEN, TEN], {"booking_start"}),
    ("SELECT id FROM booking WHERE expires_at <= %s ORDER BY expires_at LIMIT 9", [NOW], {"booking_expiry"}),
    (_BY_MAIL, ["a"], {"client_index_1 (kind=? AND tag=?)"}),
    ("DELETE FROM seat WHERE booking_id = %s", [1], {"seat_booking"}),
    ("DELETE FROM allocation WHERE booking_id = %s", [1], {"allocation_booking"}),
]


def plan(store: Store, sql: str, params: Sequence[object]) -> str:
    if store.kind == "sqlite":
        return "\n".join(row[3] for row in store.rows(f"EXPLAIN QUERY PLAN {sql}", params))
    store.run("SET enable_seqscan = off")  # the tables of a test are too small for any index
    return "\n".join(row[0] for row in store.rows(f"EXPLAIN {sql}", params))


def fill(store: Store) -> None:
    """Enough allocations and statistics for PostgreSQL's planner to tell one index from another."""
    installation(store)
    store.run(
        "INSERT INTO allocation (resource_id, start_at, end_at, booking_id, active) "
        "SELECT resource_id, start_at + n * 86400, end_at + n * 86400, booking_id, true "
        "FROM allocation, generate_series(1, 1000) AS n WHERE booking_id IS NOT NULL AND active"
    )
    store.run("ANALYZE allocation")


@pytest.mark.parametrize(("sql", "params", "indexes"), STATEMENTS, ids=lambda part: type(part).__name__)
def test_statement_goes_down_its_index(sqlite_url: str, sql: str, params: Sequence[object], indexes: set[str]) -> None:
    store = open_store(sqlite_url)
    shown = plan(store, sql, params)
    store.close()
    assert {name for name in indexes if name not in shown} == set()
    assert "SCAN" not in shown.replace("SCAN CONSTANT ROW", "")


def search_plan(store: Store) -> str:
    """The plan of the search for taken times."""
    members, ids = among(IDS)
    sql = taken._sources(members, _COLUMNS, _COLUMNS, ignoring=False)
    return plan(store, sql, taken._values(ids, TEN, TEN + 1, NOW, None))


def test_search_of_taken_times_goes_down_its_indexes(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    shown = search_plan(store)
    store.close()
    indexes = {"allocation_start", "allocation_long", "busy_time_start", "busy_time_long"}
    assert {name for name in indexes if name not in shown} == set()


def test_search_of_taken_times_goes_down_its_indexes_in_postgres(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    fill(store)
    shown = search_plan(store)
    store.close()
    assert {name for name in ("allocation_start", "allocation_long") if name not in shown} == set()


def test_statements_of_postgres_are_kept_prepared_where_they_repeat(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    for _ in range(5):
        store.write(lambda: Setting.update(value="x").where(Setting.key == "x").execute())
        store.catalog()
        store.read(lambda: list(Booking.select().where(Booking.id == 1)))
    kept = {sql.split()[0] for (sql,) in store.rows("SELECT statement FROM pg_prepared_statements")}
    store.close()
    assert kept == {"SELECT", "UPDATE", "COMMIT"}
