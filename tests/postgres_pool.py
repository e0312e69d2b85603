"""Empty PostgreSQL databases for tests: emptied and used again, because making one costs more than most tests."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from app.storage.all_tables import ALL_TABLES
from app.storage.keys import Keys
from app.storage.migrations.m0005_rights import ready_made_roles
from tests.keys import MASTER
from tests.postgres_accounts import let_in

_FINGERPRINT = """
SELECT (SELECT COUNT(*) FROM pg_constraint), (SELECT COUNT(*) FROM pg_trigger), (SELECT COUNT(*) FROM pg_proc),
       (SELECT COUNT(*) FROM pg_class), (SELECT string_agg(number::text, ',' ORDER BY number) FROM schema_migration),
       (SELECT COUNT(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
        WHERE d.datname = current_database())
"""
_RESTART = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', one.sequencename);
    END LOOP;
END $$
"""
_OTHERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


def sibling(url: str, database: str) -> str:
    """Return the URL of another database of the same server."""
    return f"{url.rsplit('/', 1)[0]}/{database}"


@dataclass
class PostgresPool:
    """Databases made from a migrated, empty template; one that came back as it was is given out again."""

    server: str
    template: str
    free: list[str] = field(default_factory=list)
    fingerprint: tuple[Any, ...] = ()

    def take(self) -> str:
        """Return the URL of an empty database."""
        return self.free.pop() if self.free else self._make()

    def _make(self) -> str:
        url = sibling(self.server, f"test_{uuid.uuid4().hex[:12]}")
        self._on_server(f'CREATE DATABASE "{url.rpartition("/")[2]}" TEMPLATE "{self.template}"')
        with psycopg.connect(url, autocommit=True) as connection:
            let_in(connection, url.rpartition("/")[2])
            self.fingerprint = connection.execute(_FINGERPRINT).fetchone() or ()
        return url

    def give_back(self, url: str) -> None:
        """Empty a database for the next test, or drop it when the test changed more than its rows."""
        name = url.rpartition("/")[2]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_OTHERS, (name,))
            same = connection.execute(_FINGERPRINT).fetchone() == self.fingerprint
            if same:
                _empty(connection)
        if same:
            self.free.append(url)
        else:
            self._on_server(f'DROP DATABASE "{name}" WITH (FORCE)')

    def close(self) -> None:
        """Drop all databases."""
        for url in self.free:
            self._on_server(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def _on_server(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())


def _empty(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute("SET LOCAL default_transaction_read_only = off")
        connection.execute("SET LOCAL session_replication_role = replica")
        names = [Identifier(str(model._meta.table_name)) for model in ALL_TABLES]
        connection.execute(SQL("; ").join(SQL("DELETE FROM {}").format(name) for name in names))
        connection.execute(_RESTART)
        connection.execute("INSERT INTO revision (name, value) VALUES ('catalog', 1)")
        for statement in ready_made_roles():
            connection.execute(statement.encode())
        Keys(MASTER, lambda sql, values: connection.execute(sql.encode(), values)).make_first()
