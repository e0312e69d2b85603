"""Migrations: forward from every number with data in place, by several processes at once, never onto the unknown."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from app.booking.refusals import JustTaken
from app.storage import store as storage
from app.storage.all_tables import ALL_TABLES
from app.storage.check import check_database
from app.storage.clients import find_client_ids
from app.storage.idempotency import find_answer
from app.storage.migrate import SchemaError, check_schema, migrate, schema_number
from app.storage.migrations import MIGRATIONS, m0012_encryption
from app.storage.store import Store
from app.storage.tables import Attendee, Booking, BusyTime, Client, Location, OutboxMessage
from tests.cast import Cast, one_provider
from tests.keys import open_store
from tests.storage.helpers import HALF, TEN, booked

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = [one.number for one in MIGRATIONS]
LAST = NUMBERS[-1]
ENCRYPTED = 12
"""From this number on clients' details are encrypted."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store on a database without any table."""
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path}/empty.db")
        yield opened
        opened.close()
        return
    server, name = request.getfixturevalue("postgres_url"), f"empty_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    opened = open_store(f"{server.rsplit('/', 1)[0]}/{name}")
    yield opened
    opened.close()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


OLD_ROWS: tuple[tuple[str, Sequence[object]], ...] = (
    (
        "INSERT INTO client (public_id, created_at, changed_at, name, email, phone) VALUES (%s, 1, 1, %s, %s, %s)",
        ("c1", "Ottoline Client", "ottoline@example.org", "030 1234"),
    ),
    (
        "INSERT INTO booking (public_id, created_at, changed_at, service_id, location_id, client_id, start_at, end_at, "
        "status, comment, answers) VALUES ('b1', 1, 1, 1, 1, 1, %s, %s, 'confirmed', %s, %s)",
        (TEN, TEN + HALF, "Hurry", '{"q": "Kneecap"}'),
    ),
    ("INSERT INTO attendee (booking_id, position, client_id, name) VALUES (1, 0, 1, %s)", ("Ottoline Client",)),
    (
        "INSERT INTO allocation (resource_id, start_at, end_at, booking_id, active) VALUES (1, %s, %s, 1, %s)",
        (TEN, TEN + HALF, True),
    ),
    (
        "INSERT INTO busy_time (resource_id, start_at, end_at, source, uid, title) "
        "VALUES (1, 60, 120, 'file', 'u1', %s)",
        ("Lunch with Ottoline",),
    ),
    (
        "INSERT INTO outbox_message (public_id, kind, booking_id, payload, created_at, not_before, last_error) "
        "VALUES ('m1', 'confirmed', 1, %s, 1, 1, %s)",
        ('{"reason": "Ottoline is ill"}', "550 ottoline@example.org"),
    ),
    (
        "INSERT INTO idempotency_key (scope, key, fingerprint, answer, created_at) VALUES (%s, %s, %s, %s, 1)",
        ("guest:book", "k1", "f" * 64, "b1"),
    ),
)
"""A client, their booking and what belongs to it; all texts in clear."""


def url_of(store: Store) -> str:
    name = str(store.database.database)
    return name if store.kind == "postgresql" else f"sqlite:///{name}"


def test_migrations_are_numbered_without_gaps() -> None:
    assert list(range(1, len(NUMBERS) + 1)) == NUMBERS


def test_migrate_empty_database_applies_everything_once(empty: Store) -> None:
    assert (schema_number(empty), migrate(empty), migrate(empty)) == (0, NUMBERS, [])
    assert (schema_number(empty), check_database(empty)) == (LAST, [])


def provider_of_old(store: Store) -> Cast:
    """One provider in a database of an older schema, whose locations lack what a later one gave them."""
    later = Location.check_in
    Location._meta.remove_field(later.name)
    try:
        return one_provider(store)
    finally:
        Location._meta.add_field(later.name, later)


@pytest.mark.parametrize("first", NUMBERS)
def test_migrate_forward_from_each_number_keeps_the_data(empty: Store, first: int) -> None:
    migrate(empty, upto=first)
    cast = provider_of_old(empty)
    (write_in_clear if first < ENCRYPTED else booked)(cast)
    assert migrate(empty) == NUMBERS[first:]
    assert (empty.rows("SELECT COUNT(*) FROM booking"), check_database(empty)) == ([(1,)], [])
    with pytest.raises(JustTaken):
        booked(cast)


def test_migrate_keeps_sessions_and_takes_those_that_began_elsewhere(empty: Store) -> None:
    migrate(empty, upto=10)
    insert_user = """INSERT INTO "user" (public_id, version, created_at, changed_at, email, name, password_hash, active)
        VALUES ('u', 1, 0, 0, 'a@example.org', 'A', '', %s)"""
    insert = """INSERT INTO user_session (public_id, token_hash, user_id, created_at, seen_at, proved_at, method,
        factors, needed, device, address) VALUES (%s, %s, 1, 1, 2, 3, %s, 1, 2, 'd', 'a')"""
    empty.write(lambda: empty.run(insert_user, (True,)))
    empty.write(lambda: [empty.run(insert, (one, one, "passkey")) for one in ("x", "y")])
    migrate(empty)
    empty.write(lambda: [empty.run(insert, (one, one, one)) for one in ("oidc", "ldap")])
    rows = empty.rows("SELECT public_id, token_hash, user_id, seen_at, method, needed, address FROM user_session")
    assert sorted(tuple(row) for row in rows) == sorted(
        [
            *((one, one, 1, 2, "passkey", 2, "a") for one in ("x", "y")),
            *((one, one, 1, 2, one, 2, "a") for one in ("oidc", "ldap")),
        ]
    )
    assert check_database(empty) == []


IN_CLEAR = ("ottoline", "kneecap")
"""What clients said, in words so long that no ciphertext has them by chance."""


def write_in_clear(cast: Cast) -> None:
    """A client with a booking and all that belongs to it, as programs wrote them before anything was encrypted."""

    def work() -> None:
        for sql, values in OLD_ROWS:
            cast.store.run(sql, values)

    cast.store.write(work)


@pytest.mark.parametrize("batch", [1, 1000])
def test_migrate_encrypts_what_is_there(empty: Store, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m0012_encryption, "BATCH", batch)
    migrate(empty, upto=11)
    write_in_clear(provider_of_old(empty))
    assert migrate(empty) == NUMBERS[11:]
    client, booking, message = Client.get(), Booking.get(), OutboxMessage.get()
    assert (client.name, client.email, client.phone, client.notes) == (
        "Ottoline Client",
        "ottoline@example.org",
        "030 1234",
        "",
    )
    assert (booking.comment, booking.answers) == ("Hurry", '{"q": "Kneecap"}')
    assert (message.payload, message.last_error) == ('{"reason": "Ottoline is ill"}', "550 ottoline@example.org")
    assert (Attendee.get().name, BusyTime.get().title) == ("Ottoline Client", "Lunch with Ottoline")
    assert empty.read(lambda: (find_client_ids("ottoline"), find_client_ids("0301234"))) == ([1], [1])
    assert empty.read(lambda: find_answer("guest:book", "k1", "f" * 64)) == "b1"
    assert [row for row in every_text(empty) if any(word in row.lower() for word in IN_CLEAR)] == []
    assert empty.rows("SELECT key FROM setting WHERE key = 'tables_to_rewrite'") == []


def every_text(store: Store) -> list[str]:
    tables = [str(model._meta.table_name) for model in ALL_TABLES]
    return [str(row) for table in tables for row in store.rows(f'SELECT * FROM "{table}"')]  # noqa: S608  our own


def test_migrate_that_was_ended_before_the_old_rows_were_gone_goes_on(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty, upto=11)
    write_in_clear(provider_of_old(empty))
    rewrite, asked = empty.database.rewrite, []

    def first_fail(tables: Sequence[str]) -> None:
        asked.append(tables)
        if len(asked) == 1:
            raise KeyboardInterrupt
        rewrite(tables)

    monkeypatch.setattr(empty.database, "rewrite", first_fail)
    with pytest.raises(KeyboardInterrupt):
        migrate(empty)
    assert (migrate(empty), migrate(empty)) == ([], [])
    assert asked == [["client", "booking", "attendee", "busy_time", "outbox_message", "idempotency_key"]] * 2


def test_migrate_without_a_master_key_changes_nothing(tmp_path: Path) -> None:
    store = storage.open_store(f"sqlite:///{tmp_path}/new.db", None)
    with pytest.raises(SchemaError, match="no master key is given"):
        migrate(store)
    assert (schema_number(store), migrate(store, upto=11)) == (0, NUMBERS[:11])
    store.close()


def test_migrate_that_fails_leaves_nothing(empty: Store) -> None:
    empty.write(lambda: empty.run("CREATE TABLE seat (id INT)"))
    with pytest.raises(Exception, match="seat"):
        migrate(empty)
    assert schema_number(empty) == 0


def test_migrate_by_several_processes_at_once_applies_each_once(empty: Store) -> None:
    code = (
        "import sys; from tests.keys import open_store; from app.storage.migrate import migrate; "
        "print(len(migrate(open_store(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", code, url_of(empty)]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    applied = sorted(int(process.communicate(timeout=60)[0]) for process in running)
    assert applied == [0, 0, 0, len(NUMBERS)]
    assert (schema_number(empty), check_database(empty)) == (LAST, [])


def test_newer_schema_is_refused_with_the_mend(store: Store) -> None:
    row = (LAST + 1, "future", 0)
    store.write(lambda: store.run("INSERT INTO schema_migration (number, name, applied_at) VALUES (%s, %s, %s)", row))
    said = f"The database has schema {LAST + 1}, this program knows only {LAST}"
    for refuse in (migrate, check_schema):
        with pytest.raises(SchemaError, match=said):
            refuse(store)
    assert check_database(store) == [f"The database has schema {LAST + 1}, this program needs {LAST}."]


def test_older_schema_is_refused_with_the_command_that_mends_it(empty: Store) -> None:
    migrate(empty, upto=1)
    with pytest.raises(SchemaError, match=r"has schema 1.*database migrate"):
        check_schema(empty)
    migrate(empty)
    check_schema(empty)


def test_missing_right_to_install_the_extension_is_told(postgres_url: str) -> None:
    owner, name = f"owner_{uuid.uuid4().hex[:8]}", f"bare_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE ROLE "{owner}" LOGIN')
        connection.execute(f'CREATE DATABASE "{name}"')
        place = postgres_url.rsplit("/", 1)[0]
        with psycopg.connect(f"{place}/{name}", autocommit=True) as inside:
            inside.execute(f'GRANT CREATE, USAGE ON SCHEMA public TO "{owner}"')
        store = open_store(f"{place}/{name}".replace("eigenplan@", f"{owner}@"))
        with pytest.raises(SchemaError, match="CREATE EXTENSION btree_gist"):
            migrate(store)
        store.close()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.execute(f'DROP ROLE "{owner}"')
