"""The two kinds of database behind one interface: how each is opened, begun and ended.

Connections are kept open, one for each thread, and are made anew in a process that was forked from one that had them:
neither kind survives being used by two processes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from peewee import PostgresqlDatabase, SqliteDatabase

from app.crypto.master import MasterKey
from app.storage.errors import ERRORS
from app.storage.keys import Keys

BUSY_MILLISECONDS = 4000
STATEMENT_MILLISECONDS = 15_000
LOCK_MILLISECONDS = 4000
IDLE_MILLISECONDS = 60_000
CHECKPOINT_PAGES = 4000
PREPARE_AFTER = 3
PREPARED_MOST = 300

_PRAGMAS = {
    "busy_timeout": BUSY_MILLISECONDS,
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "wal_autocheckpoint": CHECKPOINT_PAGES,
    "journal_size_limit": 64 * 1024 * 1024,
    "cache_size": -16 * 1024,
    "temp_store": "memory",
    "trusted_schema": 0,
}
_SESSION = {
    "statement_timeout": STATEMENT_MILLISECONDS,
    "lock_timeout": LOCK_MILLISECONDS,
    "idle_in_transaction_session_timeout": IDLE_MILLISECONDS,
    "TimeZone": "UTC",
    # For what is kept prepared (see ``run``): planning it anew each time costs more than running it.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
_CONNECT = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "application_name": "eigenplan",
}


class _Kept:
    """What both kinds share: a connection that stays open, and the two ends of a write transaction."""

    _state: Any
    _pid: int
    _inherited: list[Any]
    _begin_words: tuple[str, ...] = ()

    def _forget_inherited(self) -> None:
        """Give up, unclosed, what a forked process inherited: closing it would end it for the parent."""
        if not self._state.closed:
            self._inherited.append(self._state.conn)
        self._state.reset()
        self._pid = os.getpid()

    def begin_write(self) -> None:
        """Begin a write transaction; on SQLite as its only writer, so that nothing read in it can grow old."""
        self.transaction(*self._begin_words).__enter__()  # type: ignore[attr-defined]  # peewee's Database, mixed in

    def begin_snapshot(self) -> None:
        """Begin a transaction that sees the database as it is now, whatever others write meanwhile."""
        self.transaction().__enter__()  # type: ignore[attr-defined]  # peewee's Database, mixed in

    def end(self, *, keep: bool) -> None:
        """Commit, or undo; what fails to commit is undone and raised."""
        self._state.transactions.pop()
        if not keep:
            self._undo()
            return
        try:
            self.commit()  # type: ignore[attr-defined]  # peewee's Database, mixed in
        except ERRORS:
            self._undo()
            raise

    def _undo(self) -> None:
        """Roll back; where even that fails the connection is dropped, and the database undoes by itself."""
        try:
            self.rollback()  # type: ignore[attr-defined]  # peewee's Database, mixed in
        except ERRORS:
            self.abandon()

    def abandon(self) -> None:
        """Close the connection, whatever state it is in."""
        self._state.transactions.clear()
        if not self._state.closed:
            self.close()  # type: ignore[attr-defined]  # peewee's Database, mixed in


@cache
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?")


class SqliteFile(_Kept, SqliteDatabase):
    """A SQLite file: write-ahead log, every commit on the disk before it is acknowledged, foreign keys watched."""

    kind = "sqlite"
    _begin_words = ("IMMEDIATE",)

    def __init__(self, path: str, master: MasterKey | None) -> None:
        self.keys = Keys(master, self.run)
        self._pid, self._inherited = os.getpid(), []
        super().__init__(path, pragmas=_PRAGMAS, timeout=BUSY_MILLISECONDS / 1000)

    def _connect(self) -> Any:
        """Connect; a file that is not there yet is made for its owner only, as it will hold clients' details."""
        with suppress(OSError):  # it is there already, or cannot be made, which SQLite tells
            os.close(os.open(self.database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        return super()._connect()

    def words(self, sql: str) -> str:
        """Return our SQL in the words of this database."""
        return _with_question_marks(sql)

    def run(self, sql: str, params: Sequence[Any]) -> Any:
        """Execute our SQL (with ``%s`` parameters) and return its cursor; SQLite's module keeps what was prepared."""
        return self.execute_sql(_with_question_marks(sql), params)

    def cursor(self, named_cursor: Any = None) -> Any:
        """Return a cursor on this thread's connection, opened when there is none yet."""
        if self._pid != os.getpid():
            self._forget_inherited()
        return super().cursor(named_cursor)

    def lift_limits(self) -> None:
        """Nothing to lift: a statement may take as long as it needs."""

    def rewrite(self, tables: Sequence[str]) -> None:
        """Write the file anew, so that neither its free pages nor its log hold what rows of these tables once said."""
        self.execute_sql("VACUUM")
        self.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def rollback(self) -> None:
        """Undo; a full disk or a failed write has done so already and SQLite would complain of a second time."""
        if self._state.conn.in_transaction:
            super().rollback()


class PostgresServer(_Kept, PostgresqlDatabase):
    """A PostgreSQL database, by psycopg 3. Nothing waits for ever: every statement and lock has a time limit."""

    kind = "postgresql"

    def __init__(self, url: str, master: MasterKey | None) -> None:
        self.keys = Keys(master, self.run)
        self._pid, self._inherited = os.getpid(), []
        super().__init__(url, prefer_psycopg3=True, **_CONNECT)

    def words(self, sql: str) -> str:
        """Return our SQL in the words of this database."""
        return sql

    def run(self, sql: str, params: Sequence[Any]) -> Any:
        """Execute our SQL (with ``%s`` parameters) as a statement that is kept prepared, and return its cursor.

        So are all statements of write transactions. What lists and searches send besides is planned for its values.
        """
        connection = self.cursor().connection
        before = connection.prepare_threshold
        connection.prepare_threshold = PREPARE_AFTER
        try:
            return self.execute_sql(sql, params)
        finally:
            connection.prepare_threshold = before

    def begin_write(self) -> None:
        """Begin a write transaction, in which every statement is kept prepared."""
        super().begin_write()
        self._state.conn.prepare_threshold = PREPARE_AFTER

    def end(self, *, keep: bool) -> None:
        """Commit, or undo."""
        super().end(keep=keep)
        if not self._state.closed:
            self._state.conn.prepare_threshold = None

    def _initialize_connection(self, conn: Any) -> None:
        conn.prepare_threshold, conn.prepared_max = None, PREPARED_MOST
        settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in _SESSION.items())
        conn.execute(f"SELECT {settings}")

    def cursor(self, named_cursor: Any = None) -> Any:
        """Return a cursor on this thread's connection, opened when there is none yet."""
        if self._pid != os.getpid():
            self._forget_inherited()
        return super().cursor(named_cursor)

    def begin_snapshot(self) -> None:
        """Begin a transaction that sees the database as it is now, whatever others write meanwhile."""
        super().begin_snapshot()
        self.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def rewrite(self, tables: Sequence[str]) -> None:
        """Write these tables anew, so that nothing is left of what their rows once said, not even in statistics."""
        try:
            self.execute_sql("SET statement_timeout = 0")
            self.execute_sql("SET lock_timeout = 0")
            for table in tables:
                self.execute_sql(f"VACUUM (FULL, ANALYZE) {table}")
            self.execute_sql("VACUUM FULL pg_statistic")  # without the right to do so PostgreSQL passes it over
        finally:
            self.abandon()  # its time limits are lifted

    def lift_limits(self) -> None:
        """Let the running transaction take as long as it needs (migrating, checking, copying)."""
        self.execute_sql("SET LOCAL statement_timeout = 0")
        self.execute_sql("SET LOCAL lock_timeout = 0")


def make_database(url: str, master: MasterKey | None) -> SqliteFile | PostgresServer:
    """Return the database of a URL, not yet connected.

    Args:
        url: ``sqlite:///relative/path``, ``sqlite:////absolute/path``, or any ``postgresql://`` form of libpq
            (``postgresql:///name`` for the local socket, with the system user's own name).
        master: what opens the keys of clients' details.

    Raises:
        ValueError: another kind of URL, or a SQLite URL without a path.
    """
    scheme = url.partition(":")[0]
    if scheme in ("postgresql", "postgres"):
        return PostgresServer("postgresql" + url.removeprefix(scheme), master)
    path = unquote(urlsplit(url).path)[1:] if scheme == "sqlite" else ""
    if not path:
        raise ValueError("A database URL begins with sqlite:///PATH or postgresql://; please correct it.")
    return SqliteFile(path, master)
