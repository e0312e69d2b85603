"""The open database: transactions with retries, the set-up in memory, and errors in our own words.

One store belongs to a process. It is opened after forking; each thread that uses it keeps one connection open.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from app.booking.refusals import JustTaken, Unavailable
from app.booking.values import Catalog
from app.crypto.master import MasterKey
from app.storage.base import database_proxy
from app.storage.catalog import load_catalog
from app.storage.database import PostgresServer, SqliteFile, make_database
from app.storage.errors import ERRORS, Meaning, code_of, meaning_of
from app.storage.keys import Keys

T = TypeVar("T")

PAUSES = (0.005, 0.02, 0.05, 0.1, 0.2)
"""Seconds between the tries of a transaction that lost a race inside the database."""

RACES = 20
"""How often a transaction begins again because somebody else has just taken what it chose out of several."""

CATALOG, PING = "catalog", "ping"
_COUNT_UP = """INSERT INTO revision (name, value) VALUES (%s, 1)
ON CONFLICT (name) DO UPDATE SET value = revision.value + 1"""
_log = logging.getLogger(__name__)


class RacedError(Exception):
    """What a transaction chose out of several was taken by another one that was faster; it has to choose again."""


class Store:
    """One database, SQLite or PostgreSQL; ``url`` and ``master`` as for ``open_store``."""

    def __init__(self, url: str, master: MasterKey | None) -> None:
        self.database: SqliteFile | PostgresServer = make_database(url, master)
        self._catalog: Catalog | None = None
        self._inside = threading.local()

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.database.kind

    @property
    def keys(self) -> Keys:
        """What encrypts and decrypts clients' details in this database."""
        return self.database.keys

    def write(self, work: Callable[[], T]) -> T:
        """Run ``work`` in one transaction and return its result; inside a running one it becomes a part of it.

        ``work`` runs again from its beginning when the database could not order it among others, so it must change
        nothing outside the database.

        Raises:
            JustTaken: the database refused an overlapping allocation.
            Unavailable: the database cannot be used now; nothing was written (after ``gone`` during a commit: perhaps).
        """
        if self.is_writing:
            return work()
        pauses, races = iter(PAUSES), iter(range(RACES))
        while True:
            try:
                return self._transact(work)
            except RacedError as race:
                if next(races, None) is None:
                    raise JustTaken() from race
            except ERRORS as error:
                pause = next(pauses, None) if meaning_of(error) is Meaning.AGAIN else None
                if pause is None:
                    raise self._translate(error) from error
                time.sleep(pause)

    def read(self, work: Callable[[], T]) -> T:
        """Run ``work``, which only reads and may run twice: a connection that died since its last use is replaced.

        Raises:
            Unavailable: the database cannot be used now.
        """
        if self.is_writing:
            return work()
        self._bind()
        try:
            return work()
        except ERRORS as error:
            if meaning_of(error) is not Meaning.GONE:
                raise self._translate(error) from error
            self.database.abandon()
        try:
            return work()
        except ERRORS as error:
            raise self._translate(error) from error

    def snapshot(self, work: Callable[[], T]) -> T:
        """Run ``work``, which only reads, on the database as it is at one moment, for as long as it takes.

        Raises:
            Unavailable: the database cannot be used now.
        """
        self._bind()
        try:
            self._begin(self.database.begin_snapshot)
            try:
                self.database.lift_limits()
                return work()
            finally:
                self.database.end(keep=False)
        except ERRORS as error:
            raise self._translate(error) from error

    @property
    def is_writing(self) -> bool:
        """Whether this thread is inside ``write``."""
        return getattr(self._inside, "writing", False)

    def _bind(self) -> None:
        """Let the models use this database; another store of the same process may have been used before."""
        if database_proxy.obj is not self.database:
            database_proxy.initialize(self.database)

    def _transact(self, work: Callable[[], T]) -> T:
        self._bind()
        self._begin(self.database.begin_write)
        self._inside.writing, self._inside.bumped = True, False
        try:
            result = work()
        except BaseException:
            self._inside.writing = False
            self.database.end(keep=False)
            raise
        self._inside.writing = False
        self.database.end(keep=True)
        return result

    def _begin(self, begin: Callable[[], None]) -> None:
        """Begin on a connection that works: one that died since its last use is replaced, once."""
        try:
            begin()
        except ERRORS as error:
            if meaning_of(error) is not Meaning.GONE:
                raise
            self.database.abandon()
            begin()

    def _translate(self, error: Exception) -> Exception:
        """Return what callers get for an error of the database; a connection that cannot be trusted is dropped."""
        meaning = meaning_of(error)
        if meaning is Meaning.TAKEN:
            return JustTaken()
        if meaning is Meaning.OTHER:
            return error
        if meaning in (Meaning.GONE, Meaning.READ_ONLY):
            self.database.abandon()
        problem = Meaning.LOCKED if meaning is Meaning.AGAIN else meaning
        _log.warning("database unavailable (%s): %s", problem.value, code_of(error))
        return Unavailable(problem.value)

    def catalog(self) -> Catalog:
        """Return the set-up; one tiny query as long as nobody changed it.

        Inside a transaction that has changed the set-up itself it is loaded anew and not kept.
        """
        if self.is_writing and self._inside.bumped:
            return load_catalog(self.rows, self._revision())
        return self.read(self._current_catalog)

    @property
    def last_catalog(self) -> Catalog | None:
        """The set-up as this process knew it last, without asking; None before it was read."""
        return self._catalog

    def _current_catalog(self) -> Catalog:
        revision = self._revision()
        while self._catalog is None or self._catalog.revision != revision:
            self.keys.refresh()  # a new key counts the counter up, too
            loaded = load_catalog(self.rows, revision)
            revision = self._revision()
            if loaded.revision == revision:
                self._catalog = loaded
        return self._catalog

    def _revision(self) -> int:
        return int(self.rows("SELECT value FROM revision WHERE name = %s", (CATALOG,))[0][0])

    def bump_catalog(self) -> None:
        """Tell all processes, by the running transaction, that the set-up has changed."""
        self.run("UPDATE revision SET value = value + 1 WHERE name = %s", (CATALOG,))
        self._inside.bumped = True

    def lock_rows(self, service_id: int | None, resource_ids: Sequence[int]) -> None:
        """Let nobody else decide about this service (if any) and these resources until the transaction ends.

        Rows are locked in id order on PostgreSQL; SQLite has one writer at a time anyway.
        """
        if self.kind == "sqlite":
            return
        if service_id is not None:
            self.run("SELECT 1 FROM service WHERE id = %s FOR NO KEY UPDATE", (service_id,))
        sql = "SELECT 1 FROM resource WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
        self.run(sql, (list(resource_ids),))

    def claim(self, resource_ids: Sequence[int], is_still_free: Callable[[], bool]) -> None:
        """Lock these resources and go on only if they are still free; else ``write`` begins again, without the locks.

        So nobody who waits here holds the locks of an earlier choice, and those who choose again cannot block each
        other. On SQLite what was read cannot have changed.

        Raises:
            RacedError: they are not; for ``write`` alone.
        """
        if self.kind == "sqlite":
            return
        self.lock_rows(None, resource_ids)
        if not is_still_free():
            raise RacedError

    def run(self, sql: str, params: Sequence[Any] = ()) -> Any:
        """Execute one statement with ``%s`` parameters on this thread's connection and return its cursor."""
        return self.database.run(sql, params)

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query with ``%s`` parameters."""
        found: list[tuple[Any, ...]] = self.run(sql, params).fetchall()
        return found

    def ping(self) -> None:
        """Prove that the database can be written, by a transaction that counts a number up.

        SQLite writes nothing where a row stays what it is, and would not notice a full disk.

        Raises:
            Unavailable: it cannot.
        """
        self.write(lambda: self.run(_COUNT_UP, (PING,)))

    def close(self) -> None:
        """Close this thread's connection."""
        self.database.abandon()


def open_store(url: str, master: MasterKey | None) -> Store:
    """Open the database of a URL; nothing is read yet, and a missing SQLite file is made by the first use.

    Args:
        url: ``sqlite:///PATH`` (relative; four slashes: absolute) or ``postgresql://``, as libpq reads it.
        master: what opens the keys of clients' details; with None everything that needs them refuses in one sentence.

    Raises:
        ValueError: not such a URL.
    """
    store = Store(url, master)
    database_proxy.initialize(store.database)
    return store
