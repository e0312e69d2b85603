"""Who signs in: passwords by argon2id (RFC 9106), accounts by mail address."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.access.actors import Actor
from app.booking.refusals import Unavailable
from app.operations.rights import actor_of
from app.storage.store import Store
from app.storage.tables import User

_hasher = PasswordHasher()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who is signed in. ``stamp`` changes with password and sign-out, so that older sessions end."""

    actor: Actor
    stamp: str


@cache
def _nobody() -> str:
    """The hash that unknown addresses are compared with; made when first needed, as making one takes its time."""
    return _hasher.hash("a password that nobody has")


def make_hash(password: str) -> str:
    """Return the argon2id hash to store for a password."""
    return _hasher.hash(password)


def check_password(store: Store, email: str, password: str) -> str | None:
    """Return the public id of the active account with this mail address and password, or None.

    Unknown addresses, and accounts without a password, cost the same time as wrong passwords, so that nobody learns who
    has an account. A hash that was made with weaker parameters than today's is made anew.
    """
    row: User | None = store.read(lambda: User.get_or_none(User.email == email.strip().lower(), User.active))
    try:
        _hasher.verify(row.password_hash if row is not None and row.password_hash else _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    if row is None or not row.password_hash:
        return None
    if _hasher.check_needs_rehash(row.password_hash):
        _renew_hash(store, row, password)
    return str(row.public_id)


def _renew_hash(store: Store, row: User, password: str) -> None:
    old, new = row.password_hash, make_hash(password)
    change = User.update(password_hash=new).where(User.id == row.id, User.password_hash == old)
    try:
        store.write(change.execute)
    except Unavailable:
        _log.warning("a password hash could not be renewed now; the next sign-in tries again")


def get_account(store: Store, public_id: str) -> Account | None:
    """Return the account that is signed in; None when it is gone or switched off."""
    row: User | None = store.read(lambda: User.get_or_none(User.public_id == public_id, User.active))
    if row is None:
        return None
    actor = store.read(lambda: actor_of(row))
    return Account(actor, f"{hashlib.sha256(row.password_hash.encode()).hexdigest()[:16]}.{row.sign_outs}")


def end_sessions(store: Store, user_id: int) -> bool:
    """End all sessions of an account, copied cookies included; False when the database cannot be written now."""
    change = User.update(sign_outs=User.sign_outs + 1).where(User.id == user_id)
    try:
        store.write(change.execute)
    except Unavailable:
        _log.warning("the sessions of an account could not be ended")
        return False
    return True
