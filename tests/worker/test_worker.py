"""The worker: timed work, delivery, waiting for a database that is away, ending in order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from operator import add
from pathlib import Path

import pytest

from app import worker as worker_module
from app.booking.refusals import Unavailable
from app.config import Config
from app.crypto.master import MasterKey
from app.operations.book import book, hold
from app.operations.letters.deliver import Courier
from app.operations.requests import HoldRequest
from app.storage import store as storage
from app.storage.audit_tables import AuditEntry
from app.storage.migrate import SchemaError, migrate
from app.storage.repeat_tables import IdempotencyKey
from app.storage.store import Store
from app.storage.tables import Booking, OutboxMessage
from app.worker import SEAL_SECONDS, Worker, courier_of
from tests.cast import HOUR, Cast, change_row, one_provider
from tests.keys import MASTER, open_store
from tests.operations.helpers import TEN, visitor, wish
from tests.operations.letter_helpers import DEMO

SECRET = b"a secret of the tests, long enough"


def worker(cast: Cast, later: int = 0) -> Worker:
    """A worker for the demo, at the cast's present time."""
    return Worker(cast.store, DEMO, lambda: cast.now + later)


def test_run_once_delivers_all_that_is_due(store: Store) -> None:
    cast = one_provider(store)
    for number in range(3):
        book(visitor(cast), wish(cast, TEN + number * HOUR))
    assert worker(cast).run_once() == 3
    assert {row.status for row in OutboxMessage.select()} == {"delivered"}


def test_run_once_gives_back_what_expired_and_forgets_old_answers(store: Store) -> None:
    cast = one_provider(store)
    held = hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN, key="k" * 20))
    worker(cast, later=8 * 24 * HOUR).run_once()
    assert Booking.get(Booking.public_id == held.public_id).status == "cancelled"
    assert IdempotencyKey.select().count() == 0


def test_timed_work_rests_between_its_turns(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    cast = one_provider(store)
    one = worker(cast)
    one.run_once()
    hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN))
    with caplog.at_level(logging.INFO):
        one.run_once()
        one.now = lambda: cast.now + HOUR
        one.run_once()
    assert [record.message for record in caplog.records] == [
        "gave back what had expired",
        "forgot 0 old answers, 0 old tries",
    ]


def test_audit_log_is_sealed_every_few_seconds(store: Store) -> None:
    cast = one_provider(store)
    one = worker(cast)
    for later, sealed in ((0, 1), (SEAL_SECONDS - 1, 1), (SEAL_SECONDS, 3)):
        book(visitor(cast), wish(cast, TEN + AuditEntry.select().count() * HOUR))
        one.now = partial(add, cast.now, later)
        one.run_once()
        assert AuditEntry.select().where(AuditEntry.batch.is_null(False)).count() == sealed


def test_log_of_a_delivery_names_no_client(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    delivery_id = OutboxMessage.get().public_id
    with caplog.at_level(logging.INFO, logger="app.operations.letters.deliver"):
        worker(cast).run_once()
    lines = [record.message for record in caplog.records if record.name == "app.operations.letters.deliver"]
    assert lines == [f"delivered confirmed, delivery {delivery_id}, attempt 1"]


def own_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the worker itself has logged."""
    return [record.message for record in list(caplog.records) if record.name == "app.worker"]


def run_until(one: Worker, is_done: Callable[[], bool]) -> None:
    """Let a worker run in a thread until something has come about."""
    thread = threading.Thread(target=one.run)
    thread.start()
    for _ in range(200):
        if is_done():
            break
        threading.Event().wait(0.05)
    one.is_stopping = True
    thread.join(timeout=10)
    assert is_done()
    assert not thread.is_alive()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of the worker short enough for tests."""
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(worker_module, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(worker_module, "LONGEST_WAIT", 0.05)


@pytest.mark.usefixtures("quick")
def test_run_goes_on_until_it_is_told_to_stop(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    store = open_store(sqlite_url)
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    with caplog.at_level(logging.INFO, logger="app.worker"):
        run_until(worker(cast), lambda: OutboxMessage.select().where(OutboxMessage.status == "delivered").exists())
    lines = own_lines(caplog)
    assert (lines[0], lines[-1]) == ("worker started", "worker stopped")
    store.close()


@pytest.mark.usefixtures("quick")
def test_database_that_is_away_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = open_store(f"sqlite:///{tmp_path}/no such folder/x.db")
    with caplog.at_level(logging.WARNING, logger="app.worker"):
        run_until(Worker(store, DEMO), lambda: len(own_lines(caplog)) >= 3)
    assert own_lines(caplog)[:3] == ["the database cannot be used (gone); trying again in 0 s"] * 3


@pytest.mark.usefixtures("quick")
def test_database_without_tables_is_waited_for_until_it_is_migrated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new.db")
    with caplog.at_level(logging.INFO, logger="app.worker"):
        run_until(Worker(store, DEMO), lambda: len(own_lines(caplog)) >= 3)
        migrate(store)
        Worker(store, DEMO).run_once()
    lines = own_lines(caplog)
    assert lines[1].endswith("Please run: ./eigenplan database migrate")
    assert lines[-3:] == [
        "worker stopped",
        "forgot 0 old answers, 0 old tries",
        "took the clients out of 0 old bookings",
    ]
    store.close()


def test_wrong_master_key_ends_a_single_run_and_nothing_is_touched(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    url = str(store.database.database)
    other = storage.open_store(url if store.kind == "postgresql" else f"sqlite:///{url}", MasterKey(b"o" * 32))
    with pytest.raises(SchemaError, match=f"^The database's keys belong to master key {MASTER.name}, but the file"):
        Worker(other, DEMO).run_once()
    other.close()
    assert store.read(lambda: OutboxMessage.get().status) == "waiting"


def test_database_that_is_away_ends_a_single_run(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/no such folder/x.db")
    with pytest.raises(Unavailable):
        Worker(store, DEMO).run_once()


@pytest.mark.usefixtures("quick")
def test_unexpected_error_is_logged_without_its_text_and_work_goes_on(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(sqlite_url)
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    store.write(lambda: change_row(OutboxMessage.get(), payload='{"booking": ["ada@example.org"]}'))
    with caplog.at_level(logging.ERROR, logger="app.worker"):
        run_until(worker(cast), lambda: len(own_lines(caplog)) >= 1)
    text = own_lines(caplog)[0]
    assert text.startswith("work broke off by ")
    assert "ada@example.org" not in text
    store.close()


def test_courier_sends_by_the_configured_server() -> None:
    config = Config(
        "sqlite:///x.db", SECRET, "https://book.example.org", MASTER, "A <a@example.org>", "mail", 587, "u", "p", "tls"
    )
    courier = courier_of(config)
    assert courier.smtp is not None
    assert (courier.smtp.host, courier.smtp.port, courier.smtp.user, courier.smtp.security) == ("mail", 587, "u", "tls")
    assert courier.head.manage_link("b").startswith("https://book.example.org/manage/b.")


def test_courier_of_the_demo_sends_nothing() -> None:
    found: Courier = courier_of(Config("sqlite:///x.db", SECRET, "https://book.example.org", MASTER, demo=True))
    assert found.smtp is None
