"""Transactions, retries, and what the database's failures become."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psycopg
import pytest
from peewee import IntegrityError, OperationalError

from app.booking.refusals import JustTaken, NotFound, Unavailable
from app.storage import idempotency
from app.storage.base import database_proxy
from app.storage.errors import Meaning, meaning_of
from app.storage.store import PAUSES, Store
from app.storage.tables import Setting
from tests.cast import NOW, one_provider
from tests.keys import open_store
from tests.storage.helpers import at_once, booked, closing


def put(key: str, value: str = "") -> None:
    Setting.create(key=key, value=value)


def keys(store: Store) -> list[str]:
    return [key for (key,) in store.rows("SELECT key FROM setting ORDER BY key")]


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """A SQLite store, for what only that can do."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def postgres_store(postgresql_url: str) -> Iterator[Store]:
    """A PostgreSQL store, for what only that can do."""
    opened = open_store(postgresql_url)
    yield opened
    opened.close()


def test_write_returns_the_result_and_keeps_it(store: Store) -> None:
    def work() -> str:
        put("a")
        return "done"

    assert store.write(work) == "done"
    assert keys(store) == ["a"]


def test_write_that_raises_keeps_nothing(store: Store) -> None:
    def work() -> None:
        put("a")
        raise NotFound("thing", "x")

    with pytest.raises(NotFound):
        store.write(work)
    assert (keys(store), store.is_writing) == ([], False)


def test_write_within_write_is_one_transaction(store: Store) -> None:
    def outer() -> None:
        store.write(lambda: put("inner"))
        raise NotFound("thing", "x")

    with pytest.raises(NotFound):
        store.write(outer)
    assert keys(store) == []


def test_read_within_write_sees_what_was_written(store: Store) -> None:
    def work() -> list[str]:
        put("a")
        return store.read(lambda: keys(store))

    assert store.write(work) == ["a"]


def test_write_error_of_ours_is_raised_as_it_is(store: Store) -> None:
    store.write(lambda: put("a"))
    with pytest.raises(IntegrityError):
        store.write(lambda: put("a"))


def test_savepoint_undoes_a_part_only(store: Store) -> None:
    def work() -> None:
        put("a")
        with suppress(NotFound), store.database.atomic():
            put("b")
            raise NotFound("thing", "x")

    store.write(work)
    assert keys(store) == ["a"]


def test_ping_writes_nothing(store: Store) -> None:
    store.ping()
    assert keys(store) == []


def test_store_used_after_another_reaches_its_own_database(store: Store, tmp_path: Path) -> None:
    other = open_store(f"sqlite:///{tmp_path}/other.db")
    store.write(lambda: put("a"))
    assert (database_proxy.obj is store.database, keys(store)) == (True, ["a"])
    other.close()


def test_each_thread_has_a_connection_of_its_own(store: Store) -> None:
    mine = id(store.database.connection())
    theirs = at_once(closing(store, lambda: id(store.database.connection())))
    assert theirs != [mine]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_forked_process_opens_a_connection_of_its_own(store: Store) -> None:
    store.write(lambda: put("parent"))
    child = os.fork()
    if child == 0:
        store.write(lambda: put("child"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    store.write(lambda: put("parent again"))
    assert keys(store) == ["child", "parent", "parent again"]


def test_same_key_at_once_gives_both_the_first_answer(store: Store) -> None:
    together, tries = threading.Barrier(2), []

    def once() -> str:
        found = idempotency.find_answer("scope", "key", "print")
        tries.append(found)
        if store.kind == "postgresql" and len(tries) <= 2:
            together.wait(60)
        if found is None:
            idempotency.store_answer("scope", "key", "print", threading.current_thread().name, NOW)
        return found or threading.current_thread().name

    first, second = at_once(*[closing(store, lambda: store.write(once))] * 2)
    assert first == second
    assert store.rows("SELECT answer FROM idempotency_key") == [(first,)]


def test_deadlock_is_tried_again(postgres_store: Store) -> None:
    store = postgres_store
    for key in ("a", "b"):
        store.write(partial(put, key))
    met, written, tries = threading.Barrier(2), threading.Event(), []

    def work(first: str, second: str) -> None:
        tries.append(first)
        if len(tries) > 2:
            written.wait(60)  # else it could take its row before the other has woken up, and both wait once more
        Setting.update(value=first).where(Setting.key == first).execute()
        if len(tries) <= 2:
            met.wait(60)
        Setting.update(value=first).where(Setting.key == second).execute()

    def write(first: str, second: str) -> None:
        store.write(partial(work, first, second))
        written.set()

    results = at_once(*[closing(store, partial(write, *keys)) for keys in (("a", "b"), ("b", "a"))])
    assert (results, len(tries)) == ([None, None], 3)


def test_endless_deadlock_is_given_up_as_locked(postgres_store: Store) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        postgres_store.run("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")

    with pytest.raises(Unavailable) as caught:
        postgres_store.write(work)
    assert (caught.value, len(tries)) == (Unavailable("locked"), len(PAUSES) + 1)


def test_dead_connection_is_replaced_before_a_transaction(postgres_store: Store, postgresql_url: str) -> None:
    kill(postgres_store, postgresql_url)
    postgres_store.write(lambda: put("a"))
    kill(postgres_store, postgresql_url)
    assert postgres_store.read(lambda: keys(postgres_store)) == ["a"]


def kill(store: Store, url: str) -> None:
    """End the server's side of this thread's connection."""
    number = store.rows("SELECT pg_backend_pid()")[0][0]
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (number,))


def test_connection_that_dies_within_a_transaction_is_gone(postgres_store: Store, postgresql_url: str) -> None:
    def work() -> None:
        put("a")
        kill(postgres_store, postgresql_url)
        put("b")

    with pytest.raises(Unavailable) as caught:
        postgres_store.write(work)
    assert caught.value == Unavailable("gone")
    assert keys(postgres_store) == []


def test_refusal_on_a_dead_connection_stays_the_refusal(postgres_store: Store, postgresql_url: str) -> None:
    def work() -> None:
        kill(postgres_store, postgresql_url)
        raise NotFound("thing", "x")

    with pytest.raises(NotFound):
        postgres_store.write(work)
    assert keys(postgres_store) == []


@pytest.mark.parametrize("use", [Store.ping, Store.catalog, lambda store: store.snapshot(lambda: None)])
def test_server_that_is_not_there_is_gone(use: Callable[[Store], object]) -> None:
    store = open_store("postgresql://eigenplan@127.0.0.1:9/nothing")
    with pytest.raises(Unavailable) as caught:
        use(store)
    assert caught.value == Unavailable("gone")


def test_read_only_server_is_told_and_its_connection_dropped(postgres_store: Store, postgresql_url: str) -> None:
    name = postgresql_url.rpartition("/")[2]
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        other.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        with pytest.raises(Unavailable) as caught:
            postgres_store.ping()
        other.execute("SET default_transaction_read_only = off")
        other.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    assert caught.value == Unavailable("read_only")
    postgres_store.ping()


def test_ping_writes_and_so_finds_a_full_disk(sqlite_store: Store, sqlite_url: str) -> None:
    log = Path(sqlite_url.removeprefix("sqlite:///") + "-wal")
    sqlite_store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    before = log.stat().st_size
    sqlite_store.ping()
    assert (before, log.stat().st_size > 0) == (0, True)


@pytest.mark.parametrize("error", ["locked", "gone"])
def test_log_of_unavailable_database_has_the_code_and_no_text(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    code = {"locked": sqlite3.SQLITE_BUSY, "gone": sqlite3.SQLITE_CORRUPT}[error]
    raised = sqlite3.OperationalError("the row of Zoe")
    raised.sqlite_errorcode, raised.sqlite_errorname = code, f"CODE_{code}"

    def fail() -> None:
        raise raised

    with pytest.raises(Unavailable):
        sqlite_store.write(fail)
    assert caplog.messages == [f"database unavailable ({error}): OperationalError CODE_{code}"]


def test_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new.db")
    store.write(lambda: store.run("CREATE TABLE one (id INT)"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    store.close()
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def test_read_only_file_is_told(sqlite_store: Store) -> None:
    sqlite_store.run("PRAGMA query_only = 1")
    with pytest.raises(Unavailable) as caught:
        sqlite_store.write(lambda: put("a"))
    assert caught.value == Unavailable("read_only")
    sqlite_store.ping()


def test_full_disk_is_told_and_loses_nothing(sqlite_store: Store) -> None:
    sqlite_store.write(lambda: put("a", "before"))
    pages = sqlite_store.rows("PRAGMA page_count")[0][0]
    sqlite_store.run(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Unavailable) as caught:
        sqlite_store.write(lambda: put("b", "x" * 1_000_000))
    assert (caught.value, keys(sqlite_store)) == (Unavailable("full"), ["a"])
    sqlite_store.run("PRAGMA max_page_count = 100000")
    sqlite_store.write(lambda: put("b"))
    assert keys(sqlite_store) == ["a", "b"]


def test_locked_file_is_told_after_a_while(sqlite_store: Store, sqlite_url: str) -> None:
    sqlite_store.run("PRAGMA busy_timeout = 50")
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as caught:
            sqlite_store.write(lambda: put("a"))
        other.execute("ROLLBACK")
    other.close()
    assert caught.value == Unavailable("locked")


def test_locked_row_is_told_after_a_while(postgres_store: Store, postgresql_url: str) -> None:
    postgres_store.write(lambda: put("a"))
    postgres_store.run("SET lock_timeout = 50")
    with psycopg.connect(postgresql_url) as other:
        other.execute("UPDATE setting SET value = 'x'")
        with pytest.raises(Unavailable) as caught:
            postgres_store.write(lambda: Setting.update(value="y").execute())
    assert caught.value == Unavailable("locked")


def test_statement_without_end_is_cut_off(postgres_store: Store) -> None:
    postgres_store.run("SET statement_timeout = 50")
    with pytest.raises(Unavailable) as caught:
        postgres_store.read(lambda: postgres_store.rows("SELECT pg_sleep(10)"))
    assert caught.value == Unavailable("locked")


def test_file_in_a_missing_folder_is_gone(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        open_store(f"sqlite:///{tmp_path}/missing/x.db").ping()
    assert caught.value == Unavailable("gone")


def test_file_that_is_no_database_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database at all, but a text that is long enough to be read as a page\n" * 200)
    with pytest.raises(Unavailable) as caught:
        open_store(f"sqlite:///{path}").ping()
    assert caught.value == Unavailable("gone")


def test_connection_of_sqlite_is_set_up_for_durability(sqlite_store: Store) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    assert [sqlite_store.rows(f"PRAGMA {name}")[0][0] for name in names] == ["wal", 2, 1, 4000]


def test_connection_of_postgres_has_time_limits(postgres_store: Store) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "TimeZone")
    assert [postgres_store.rows(f"SHOW {name}")[0][0] for name in names] == ["15s", "4s", "1min", "UTC"]


def test_meaning_of_other_errors_is_other() -> None:
    assert meaning_of(OperationalError("plain")) is Meaning.OTHER
    assert meaning_of(sqlite3.ProgrammingError("closed")) is Meaning.OTHER
    assert meaning_of(psycopg.ProgrammingError("unknown")) is Meaning.OTHER


def test_snapshot_does_not_see_what_is_written_meanwhile(store: Store) -> None:
    def look() -> tuple[list[str], list[str]]:
        before = keys(store)
        at_once(closing(store, lambda: store.write(lambda: put("a"))))
        return before, keys(store)

    assert store.snapshot(look) == ([], [])
    assert keys(store) == ["a"]


def test_lock_rows_lets_one_decide_after_the_other(store: Store) -> None:
    cast = one_provider(store)
    service, ada, running, most = cast.rows["Consultation"], cast.rows["Ada"], [], []

    def work() -> None:
        store.lock_rows(service, [ada])
        running.append(1)
        most.append(len(running))
        booked_count = store.rows("SELECT COUNT(*) FROM booking")[0][0]
        running.pop()
        put(f"{booked_count} {threading.get_ident()}")

    at_once(*[closing(store, lambda: store.write(work))] * 6)
    assert (max(most), len(keys(store))) == (1, 6)


def test_just_taken_leaves_the_store_usable(store: Store) -> None:
    cast = one_provider(store)
    booked(cast)
    with pytest.raises(JustTaken):
        booked(cast)
    store.ping()
