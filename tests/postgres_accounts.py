"""The accounts of an installation on PostgreSQL, as docs/operating.md says: one owns the tables, one changes rows.

Tests run as the second one, so that nothing in the program comes to need more.
"""

from __future__ import annotations

import psycopg

ADMINISTRATOR = "eigenplan"
"""Who made the cluster; may do everything."""

OWNER, APPLICATION = "eigenplan_owner", "eigenplan_app"

_MAKE = """
DO $$ BEGIN CREATE ROLE {0} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""


def as_account(url: str, account: str) -> str:
    """Return the URL of the same database for another account."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{account}@{rest.rpartition('@')[2]}"


def grant_all(url: str) -> None:
    """Make both accounts, where they are missing, and give them their rights in an empty database.

    ``url`` is the administrator's. As an operator does it: the extension first, which the owner may not make.
    """
    name = url.rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as connection:
        for account in (OWNER, APPLICATION):
            connection.execute(_MAKE.format(account).encode())
        connection.execute(b"CREATE EXTENSION IF NOT EXISTS btree_gist")
        connection.execute(b"REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}".encode())
        connection.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION}".encode())
        rights = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT"
        connection.execute(f"{rights} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION}".encode())
        connection.execute(f"{rights} USAGE ON SEQUENCES TO {APPLICATION}".encode())
        let_in(connection, name)


def let_in(connection: psycopg.Connection, name: str) -> None:
    """Let nobody but the two into a database; such rights do not come with a template."""
    connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC'.encode())
    connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {OWNER}, {APPLICATION}'.encode())
