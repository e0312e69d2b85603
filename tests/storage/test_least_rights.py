"""PostgreSQL with two accounts: the owner migrates, the program changes rows and can do nothing else.

All other tests outside this folder run as the program's account (``tests/conftest.py``): every journey, the worker, the
pages and the commands.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner

from app.booking.refusals import JustTaken, Unavailable
from app.commands.cli import cli
from app.storage.check import check_database
from app.storage.migrate import check_schema, migrate
from app.storage.migrations import MIGRATIONS
from tests.cast import one_provider
from tests.keys import open_store
from tests.postgres_accounts import APPLICATION, OWNER, as_account, grant_all
from tests.postgres_pool import PostgresPool, sibling
from tests.storage.helpers import booked

FORBIDDEN = (
    "CREATE TABLE one (id INT)",
    "CREATE TEMPORARY TABLE one (id INT)",
    "CREATE INDEX one ON booking (id)",
    "CREATE EXTENSION pg_trgm",
    "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE allocation DROP CONSTRAINT allocation_overlap",
    "ALTER TABLE allocation DISABLE TRIGGER ALL",
    "DROP TABLE booking",
    "DROP EXTENSION btree_gist CASCADE",
    "TRUNCATE idempotency_key",
    "SELECT setval('booking_id_seq', 1)",
    "SET session_replication_role = replica",
    "COPY booking TO '/tmp/stolen'",
)


@pytest.fixture
def url(postgres_pool: PostgresPool) -> Iterator[str]:
    """A migrated, empty database, as the program reaches it."""
    found = postgres_pool.take()
    yield as_account(found, APPLICATION)
    postgres_pool.give_back(found)


@pytest.fixture
def bare_url(postgres_url: str) -> Iterator[str]:
    """A database with both accounts and without any table, as its administrator reaches it."""
    made = sibling(postgres_url, f"bare_{uuid.uuid4().hex[:12]}")
    name = made.rpartition("/")[2]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        grant_all(made)
        yield made
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_program_may_not(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_program_books_and_the_guard_holds_for_it(url: str) -> None:
    store = open_store(url)
    check_schema(store)
    store.ping()
    cast = one_provider(store)
    booked(cast)
    with pytest.raises(JustTaken):
        booked(cast)
    assert check_database(store) == []
    store.close()


def test_owner_migrates_without_the_right_to_make_the_extension(bare_url: str) -> None:
    store = open_store(as_account(bare_url, OWNER))
    assert migrate(store) == [one.number for one in MIGRATIONS]
    store.close()
    owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    with psycopg.connect(bare_url) as connection:
        assert connection.execute(owners.encode()).fetchall() == [(OWNER,)]


def test_migrating_as_the_program_changes_nothing_and_says_who_refused(bare_url: str) -> None:
    result = CliRunner().invoke(cli, ["database", "migrate", "--database", as_account(bare_url, APPLICATION)])
    said = "The database refuses this to the program's account, so nothing was changed"
    assert (result.exit_code, said in result.output, "Traceback" in result.output) == (1, True, False)


def test_migrating_as_the_program_with_nothing_to_do_is_no_error(url: str) -> None:
    result = CliRunner().invoke(cli, ["database", "migrate", "--database", url])
    assert (result.exit_code, result.output) == (0, f"The database has schema {MIGRATIONS[-1].number}.\n")


def test_program_without_rights_to_the_rows_is_told_so(bare_url: str) -> None:
    owner, program = (open_store(as_account(bare_url, account)) for account in (OWNER, APPLICATION))
    owner.write(
        lambda: owner.run(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE UPDATE ON TABLES FROM {APPLICATION}")
    )
    migrate(owner)
    with pytest.raises(Unavailable) as refused:
        program.ping()
    assert refused.value == Unavailable("forbidden")
    owner.close()
    program.close()
