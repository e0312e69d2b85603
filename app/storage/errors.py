"""What an error of the database means to us: try again, a time just taken, or a database that cannot be used now."""

from __future__ import annotations

import sqlite3
from enum import Enum

import peewee
import psycopg

ERRORS = (peewee.PeeweeException, sqlite3.Error, psycopg.Error)
"""Everything that either database raises, peewee's wrapping or not (SQLite fails while rows are fetched, too)."""

GUARD_WORD = "allocation_overlap"
"""The name of PostgreSQL's constraint, and the message of SQLite's triggers."""

_RACED_KEYS = ("idempotency_key", "seat")
"""Unique keys that two transactions may both try to write: the second, tried again, finds what the first wrote."""

_TO_CLIENT = "client_id"
"""In the names of references to clients: one is erased while somebody books for them; the second looks again."""


class SchemaError(Exception):
    """The database does not fit this program, or not its keys; the text is a sentence that says what to do."""


class Meaning(Enum):
    """What to do about an error."""

    TAKEN = "taken"
    AGAIN = "again"
    LOCKED = "locked"
    FULL = "full"
    READ_ONLY = "read_only"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    OTHER = "other"


_BY_STATE = {
    "40001": Meaning.AGAIN,
    "40P01": Meaning.AGAIN,
    "55P03": Meaning.LOCKED,
    "57014": Meaning.LOCKED,
    "25006": Meaning.READ_ONLY,
    "42501": Meaning.FORBIDDEN,
    "53100": Meaning.FULL,
    "53200": Meaning.FULL,
    "53300": Meaning.GONE,
    "58030": Meaning.FULL,
    "25P03": Meaning.GONE,
    "57P05": Meaning.GONE,
}
"""SQLSTATE codes of PostgreSQL (its manual, appendix A)."""

_SQLITE = {
    sqlite3.SQLITE_BUSY: Meaning.LOCKED,
    sqlite3.SQLITE_LOCKED: Meaning.LOCKED,
    sqlite3.SQLITE_FULL: Meaning.FULL,
    sqlite3.SQLITE_IOERR: Meaning.FULL,
    sqlite3.SQLITE_READONLY: Meaning.READ_ONLY,
    sqlite3.SQLITE_PERM: Meaning.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Meaning.GONE,
    sqlite3.SQLITE_NOTADB: Meaning.GONE,
    sqlite3.SQLITE_CORRUPT: Meaning.GONE,
}
"""Primary result codes of SQLite; the upper bytes of the extended ones are cut off."""


def meaning_of(error: BaseException) -> Meaning:
    """Return what an error of ``ERRORS`` means; what peewee wrapped is unwrapped."""
    origin = _unwrap(error)
    if isinstance(origin, psycopg.Error):
        return _of_postgres(origin)
    if isinstance(origin, sqlite3.Error):
        return _of_sqlite(origin)
    return Meaning.OTHER


def code_of(error: BaseException) -> str:
    """Return an error's kind and code for logs; never its text, which may quote a row or an address with a password."""
    origin = _unwrap(error)
    code = getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None)
    return type(origin).__name__ + (f" {code}" if code else "")


def _unwrap(error: BaseException) -> BaseException:
    while isinstance(error, peewee.PeeweeException) and hasattr(error, "orig"):
        error = error.orig  # connecting within a statement is wrapped twice
    return error


def _of_postgres(error: psycopg.Error) -> Meaning:
    state = error.sqlstate
    if state is None:
        return Meaning.GONE if isinstance(error, psycopg.OperationalError) else Meaning.OTHER
    if state == "23P01":
        return Meaning.TAKEN if error.diag.constraint_name == GUARD_WORD else Meaning.OTHER
    if state == "23505":
        raced = (error.diag.constraint_name or "").startswith(_RACED_KEYS)
        return Meaning.AGAIN if raced else Meaning.OTHER
    if state == "23503":
        return Meaning.AGAIN if _TO_CLIENT in (error.diag.constraint_name or "") else Meaning.OTHER
    if state.startswith(("08", "57P")):
        return Meaning.GONE
    return _BY_STATE.get(state, Meaning.OTHER)


def _of_sqlite(error: sqlite3.Error) -> Meaning:
    if str(error) == GUARD_WORD:
        return Meaning.TAKEN
    code = getattr(error, "sqlite_errorcode", None)
    return Meaning.OTHER if code is None else _SQLITE.get(code & 0xFF, Meaning.OTHER)
