"""Who signs in: passwords by argon2id (RFC 9106), accounts by mail address."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.access.actors import Actor, ActorKind
from app.access.permissions import Role
from app.storage.store import Store
from app.storage.tables import User

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """The hash that unknown addresses are compared with; made when first needed, as making one takes its time."""
    return _hasher.hash("a password that nobody has")


def make_hash(password: str) -> str:
    """Return the argon2id hash to store for a password."""
    return _hasher.hash(password)


def check_password(store: Store, email: str, password: str) -> str | None:
    """Return the public id of the active account with this mail address and password, or None.

    Unknown addresses cost the same time as wrong passwords, so that nobody learns who has an account.
    """
    row: User | None = store.read(lambda: User.get_or_none(User.email == email.strip().lower(), User.active))
    try:
        _hasher.verify(_nobody() if row is None else row.password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return None if row is None else str(row.public_id)


def get_user_actor(store: Store, public_id: str) -> Actor | None:
    """Return who acts when this account is signed in; None when it is gone or switched off."""
    row: User | None = store.read(lambda: User.get_or_none(User.public_id == public_id, User.active))
    if row is None:
        return None
    return Actor(ActorKind.USER, row.name, row.id, Role(row.role), row.resource_id)
