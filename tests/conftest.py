"""Fixtures for all tests: an empty, migrated database of either kind, cheap enough for one per test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from app.operations.letters.deliver import Courier
from app.storage.migrate import migrate
from app.storage.rights_tables import Role
from app.storage.store import Store
from tests import keys
from tests.integrations.mail_server import Postbox, mail_server
from tests.keys import open_store
from tests.operations.letter_helpers import HEAD
from tests.postgres_accounts import APPLICATION, OWNER, as_account, grant_all
from tests.postgres_pool import PostgresPool, sibling
from tests.postgres_server import find_binaries, start_postgres
from tests.slapd_server import LDAPMODIFY, SLAPD, Slapd, SlapdWith, start_slapd

TEMPLATE = "eigenplan_template"
os.environ[keys.VARIABLE] = str(keys.FILE)
TIER = os.environ.get("EIGENPLAN_TEST_TIER", "gate")

settings.register_profile("quick", max_examples=40, deadline=None, print_blob=True)
settings.register_profile("gate", max_examples=150, deadline=None, print_blob=True)
settings.register_profile(
    "full", max_examples=3000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gate" if TIER == "lab" else TIER)


NOT_ABOUT_APP = ("containers", "firewall", "lab", "roles", "static")


@pytest.hookimpl(tryfirst=True)  # before tests are selected by their markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what the gate runs without counting coverage."""
    folders = tuple(config.rootpath / "tests" / name for name in NOT_ABOUT_APP)
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        if "postgresql" in parameters.values() or any(item.path.is_relative_to(folder) for folder in folders):
            item.add_marker("unmeasured")


def need(is_there: bool, server: str, packages: str) -> None:
    """Go on only with a server: what a tier cannot run is a failure, with the mend."""
    if not is_there:
        pytest.fail(f"{server} is not installed; on Debian: apt install {packages}", pytrace=False)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The maintenance database of the run's PostgreSQL server (one for all, started by ``./eigenplan test``)."""
    given = os.environ.get("EIGENPLAN_TEST_POSTGRES")
    if given:
        yield given
        return
    need(find_binaries() is not None, "PostgreSQL", "postgresql")
    server = start_postgres(["fsync=off"])
    yield server.url()
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    store = open_store(f"sqlite:///{path}")
    migrate(store)
    store.close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """A migrated, empty PostgreSQL database to copy, whose tables belong to their owner; returns its name."""
    name = f"{TEMPLATE}_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    grant_all(sibling(postgres_url, name))
    store = open_store(as_account(sibling(postgres_url, name), OWNER))
    migrate(store)
    store.close()
    return name


@pytest.fixture(scope="session")
def postgres_pool(postgres_url: str, postgres_template: str) -> Iterator[PostgresPool]:
    """Where the tests' databases come from."""
    pool = PostgresPool(postgres_url, postgres_template)
    yield pool
    pool.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An empty SQLite database."""
    path = tmp_path / "eigenplan.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_account() -> str:
    """As whom tests use PostgreSQL: as the program's account, which may change rows and nothing else."""
    return APPLICATION


@pytest.fixture
def postgresql_url(postgres_pool: PostgresPool, postgres_account: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    url = postgres_pool.take()
    yield as_account(url, postgres_account)
    postgres_pool.give_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store on an empty, migrated database, once of each kind."""
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def second_factor_needed(store: Store) -> None:
    """Let every role ask for two factors; ask for this before anybody signs in."""
    store.write(Role.update(needs_second_factor=True).execute)


@pytest.fixture(scope="module")
def slapd_with() -> Iterator[SlapdWith]:
    """A function that starts a directory with these entries of people, which ends with the module."""
    need(SLAPD.exists() and LDAPMODIFY.exists(), "slapd", "slapd ldap-utils")
    started: list[Slapd] = []

    def start(people: Sequence[str]) -> Slapd:
        started.append(start_slapd(people))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def postbox() -> Postbox:
    """Where mails arrive."""
    return Postbox()


@pytest.fixture
def courier(postbox: Postbox) -> Iterator[Courier]:
    """A real mail server on the loopback address."""
    with mail_server(postbox) as settings:
        yield Courier(HEAD, replace(settings, seconds=2.0))
