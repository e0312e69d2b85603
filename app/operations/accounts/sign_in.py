"""Who signs in: passwords by argon2id (RFC 9106), accounts by email address."""

from __future__ import annotations

import logging
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.booking.refusals import Unavailable
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.storage.store import Store
from app.storage.tables import User

_hasher = PasswordHasher()
_log = logging.getLogger(__name__)


@cache
def _nobody() -> str:
    """The hash that unknown addresses are compared with; made when first needed, as making one takes its time."""
    return _hasher.hash("a password that nobody has")


def make_hash(password: str) -> str:
    """Return the argon2id hash to store for a password."""
    return _hasher.hash(password)


def check_password(store: Store, email: str, password: str) -> str | None:
    """Return the public id of the active account with this email address and password, or None.

    Unknown addresses, and accounts without a password, cost the same time as wrong passwords, so that nobody learns who
    has an account. A hash that was made with weaker parameters than today's is made anew.
    """
    row = store.read(lambda: find_active(email))
    if not is_password_of(row, password) or row is None:
        return None
    if _hasher.check_needs_rehash(row.password_hash):
        _renew_hash(store, row, password)
    return str(row.public_id)


def find_active(email: str) -> User | None:
    """Return the active account with this email address, as typed, within a transaction or reading."""
    if "\0" in email:  # PostgreSQL knows no such text
        return None
    found: User | None = User.get_or_none(User.email == email.strip().lower(), User.active)
    return found


def is_password_of(row: User | None, password: str) -> bool:
    """Whether an account has this password; for nobody and for accounts without one, no takes as long."""
    stored = row.password_hash if row is not None else ""
    try:
        _hasher.verify(stored or _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return bool(stored)


def _renew_hash(store: Store, row: User, password: str) -> None:
    old, new = row.password_hash, make_hash(password)
    change = User.update(password_hash=new).where(User.id == row.id, User.password_hash == old)
    try:
        store.write(change.execute)
    except Unavailable:
        _log.warning("a password hash could not be renewed now; the next sign-in tries again")


def tell_failed(context: Context, email: str, shown: str) -> None:
    """Write into the audit log that somebody could not sign in, without what was typed.

    Whether there is such an account makes no difference in time. A database that cannot be written keeps nobody from
    being told that it was wrong.

    Args:
        context: who tried, and from where.
        email: as typed; empty where nobody was named.
        shown: what was wrong: password, code or passkey.
    """

    def work() -> None:
        user = find_active(email)
        subject = Subject(Kind.USER, "" if user is None else user.public_id)
        record(context, Action.SIGN_IN_FAILED, subject, Change(after={"shown": shown}))

    try:
        context.store.write(work)
    except Unavailable:
        _log.warning("a failed sign-in could not be written into the audit log")
