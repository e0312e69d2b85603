"""Empty databases of both kinds for one run, in a folder of their own, on a PostgreSQL server of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.postgres_server import PostgresServer, start_postgres

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Databases:
    """Where a measurement gets its databases; ``fsync`` stays on, so that a commit costs what it costs in real life."""

    folder: Path
    server: PostgresServer

    def new(self, kind: str, name: str) -> str:
        """Make an empty database and return its URL."""
        if kind == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.server.url(name)


def settle(url: str) -> None:
    """Do at once what PostgreSQL's autovacuum does within minutes of a bulk load; SQLite has nothing like it."""
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")


@contextmanager
def open_databases() -> Iterator[Databases]:
    """Start the server, and remove everything at the end."""
    server = start_postgres()
    try:
        with tempfile.TemporaryDirectory(prefix="eigenplan-bench-") as folder:
            yield Databases(Path(folder), server)
    finally:
        server.stop()
