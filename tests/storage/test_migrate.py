"""Migrations: forward from every number with data in place, by several processes at once, never onto the unknown."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.booking.refusals import JustTaken
from app.storage.check import check_database
from app.storage.migrate import SchemaError, check_schema, migrate, schema_number
from app.storage.migrations import MIGRATIONS
from app.storage.store import Store, open_store
from tests.cast import one_provider
from tests.storage.helpers import booked

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = [one.number for one in MIGRATIONS]
LAST = NUMBERS[-1]


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


def url_of(store: Store) -> str:
    name = str(store.database.database)
    return name if store.kind == "postgresql" else f"sqlite:///{name}"


def test_migrations_are_numbered_without_gaps() -> None:
    assert list(range(1, len(NUMBERS) + 1)) == NUMBERS


def test_migrate_empty_database_applies_everything_once(empty: Store) -> None:
    assert (schema_number(empty), migrate(empty), migrate(empty)) == (0, NUMBERS, [])
    assert (schema_number(empty), check_database(empty)) == (LAST, [])


@pytest.mark.parametrize("first", NUMBERS)
def test_migrate_forward_from_each_number_keeps_the_data(empty: Store, first: int) -> None:
    migrate(empty, upto=first)
    cast = one_provider(empty)
    booked(cast)
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


def test_migrate_that_fails_leaves_nothing(empty: Store) -> None:
    empty.write(lambda: empty.run("CREATE TABLE seat (id INT)"))
    with pytest.raises(Exception, match="seat"):
        migrate(empty)
    assert schema_number(empty) == 0


def test_migrate_by_several_processes_at_once_applies_each_once(empty: Store) -> None:
    code = (
        "import sys; from app.storage.store import open_store; from app.storage.migrate import migrate; "
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
