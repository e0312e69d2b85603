"""What was answered is on the disk: between the commit and the answer both databases sync their write-ahead log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.storage.migrate import migrate
from tests.bench.load import send_all
from tests.bench.ours import APP, environment
from tests.bench.servers import Server, free_port, serve
from tests.bench.sites import Site
from tests.cast import one_provider
from tests.keys import open_store
from tests.postgres_server import PostgresServer, find_binaries, start_postgres
from tests.races import scene
from tests.races.system_calls import Call, family_of, read_calls, watched

pytestmark = pytest.mark.race

SYNCS = ("fsync", "fdatasync")
ANSWER = "HTTP/1.1 303"


@contextmanager
def one_worker(site: Site, folder: Path, app: str) -> Iterator[Server]:
    """Serve with a single worker, so that it is known who books."""
    port = free_port()
    with serve(app, environment(site, folder, port), 1, "/healthz", port=port) as server:
        yield server


def made_site(url: str) -> Site:
    """Fill an empty database with the smallest cast."""
    store = open_store(url)
    migrate(store)
    cast = one_provider(store)
    store.close()
    return scene.site_of(cast, url)


def calls_of_one_booking(site: Site, folder: Path, app: str = APP, database: int | None = None) -> list[Call]:
    """Book once over HTTP, and return what the web process and the database server asked of the kernel meanwhile."""
    with one_worker(site, folder, app) as server:
        (form,) = scene.wishes(server, site, [scene.ten_o_clock(site, 1)])
        processes = server.workers() + (family_of(database) if database is not None else [])
        with watched(processes, folder) as watch:
            assert send_all(server.port, [form], 1).statuses() == {303: 1}
            return watch.calls()


def synced(calls: list[Call], commit: Callable[[Call], bool], log: str) -> bool:
    """Say whether a sync of the log began after the commit was known and ended before the answer left."""
    answer = next(call.began for call in calls if call.name == "sendto" and ANSWER in call.text)
    known = max(call.ended for call in calls if commit(call) and call.ended < answer)
    syncs = [call for call in calls if call.name in SYNCS and log in call.text and call.result == 0]
    return any(known < call.began and call.ended < answer for call in syncs)


def writes_log(call: Call) -> bool:
    """Whether SQLite wrote to its write-ahead log; the last such write has the mark of the commit."""
    return call.name == "pwrite64" and "eigenplan.db-wal" in call.text


def hears_commit(call: Call) -> bool:
    """Whether PostgreSQL was told to commit."""
    return call.name == "recvfrom" and '"Q' in call.text and "COMMIT" in call.text


@pytest.mark.parametrize(("app", "expected"), [(APP, True), ("tests.races.careless:app", False)])
def test_booking_is_synced_by_sqlite_before_it_is_answered(tmp_path: Path, app: str, expected: bool) -> None:
    calls = calls_of_one_booking(made_site(f"sqlite:///{tmp_path}/eigenplan.db"), tmp_path, app)
    assert synced(calls, writes_log, "eigenplan.db-wal") is expected


@contextmanager
def server_with(setting: str) -> Iterator[PostgresServer]:
    """A PostgreSQL server of its own: the tests' common one never syncs."""
    if find_binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    server = start_postgres([setting])
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize(("setting", "expected"), [("fsync=on", True), ("fsync=off", False)])
def test_booking_is_synced_by_postgresql_before_it_is_answered(tmp_path: Path, setting: str, expected: bool) -> None:
    with server_with(setting) as server:
        site = made_site(server.url())
        calls = calls_of_one_booking(site, tmp_path, database=server.process.pid)
    assert synced(calls, hears_commit, "/pg_wal/") is expected


def test_calls_are_read_in_the_order_in_which_they_came_back() -> None:
    lines = [
        '11 recvfrom(8<TCP:[1]>, "Q\\0\\0\\0\\vCOMMIT\\0", 8192, 0, NULL, NULL) = 12',
        "11 fdatasync(9</x/pg_wal/1> <unfinished ...>",
        '12 sendto(5<TCP:[2]>, "HTTP/1.1 200 OK\\r\\n", 40, 0, NULL, 0) = 40',
        "11 <... fdatasync resumed>)             = 0",
        "13 <... fsync resumed>)                 = 0",
        "12 --- SIGCHLD {si_signo=SIGCHLD} ---",
        "12 fsync(4</x/y>) = -1 EIO (Input/output error)",
        "12 +++ exited with 0 +++",
    ]
    assert [(one.began, one.ended, one.name, one.result) for one in read_calls(lines)] == [
        (0, 0, "recvfrom", 12),
        (2, 2, "sendto", 40),
        (1, 3, "fdatasync", 0),
        (6, 6, "fsync", -1),
    ]


@pytest.mark.parametrize(
    ("result", "order", "expected"),
    [(0, (0, 1, 2), True), (0, (1, 0, 2), False), (0, (0, 2, 1), False), (-1, (0, 1, 2), False)],
)
def test_sync_counts_between_commit_and_answer_only_and_when_it_worked(
    result: int, order: tuple[int, int, int], expected: bool
) -> None:
    lines = [
        'recvfrom(8<TCP:[1]>, "Q\\0\\0\\0\\vCOMMIT\\0", 8192, 0, NULL, NULL) = 12',
        f"fdatasync(9</x/pg_wal/1>) = {result}",
        'sendto(5<TCP:[2]>, "HTTP/1.1 303 SEE OTHER\\r\\n", 40, 0, NULL, 0) = 40',
    ]
    calls = read_calls([f"1 {lines[number]}" for number in order])
    assert synced(calls, hears_commit, "/pg_wal/") is expected
