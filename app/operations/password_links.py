"""Links by which one person chooses a password once: the first administrator's way in, and the way back in.

A link's token is random, and only its SHA-256 is stored, so whoever reads the database or a backup can do nothing with
it. What becomes of a link is decided by updates on the condition that it is still as it was read: of two people with
the same link one is first, and a link that was replaced meanwhile changes nothing any more.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, LinkSpent, NotFound
from app.booking.values import Instant
from app.operations.context import Context
from app.operations.setup.grants import administrators
from app.operations.setup.saving import edit
from app.operations.setup.users import check_new_password, invite_administrator
from app.operations.sign_in import make_hash
from app.storage.store import Store
from app.storage.tables import Setting, User

HOURS = 48
KEEP_SECONDS = 30 * 86_400
"""For so long after its end a link is still told from one that never was."""

PREFIX = "password_link:"
_TOKEN_BYTES = 24
_OPEN, _USED, _REPLACED = "open", "used", "replaced"


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link. ``token`` is told this once; ``resets``: the account has a password, good until the new one."""

    token: str
    email: str
    name: str
    expires_at: Instant
    resets: bool


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that may be used now, and whose it is."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class _Record:
    """What is stored of a link; ``password``: the SHA-256 of the account's password hash when it was made."""

    user: int
    expires_at: Instant
    password: str
    state: str = _OPEN

    def dump(self) -> str:
        return json.dumps(asdict(self))


def make_link(context: Context, email: str, name: str) -> MadeLink:
    """Return a link for an administrator, whose account is made where there is none; earlier links become worthless.

    Raises:
        InvalidInput: the mail address or name cannot be used, or is that of somebody else than an active administrator.
        NotAllowed.
    """
    token = secrets.token_hex(_TOKEN_BYTES)

    def work() -> MadeLink:
        _forget_old(context.now)
        row = User.get_or_none(User.email == email.strip().lower()) or invite_administrator(context, email, name)
        _check_administrator(row)
        _replace_links(row.id)
        row = User.get_by_id(row.id)  # whoever used an earlier link meanwhile has changed the password
        record = _Record(row.id, context.now + HOURS * 3600, _digest(row.password_hash))
        Setting.create(key=_key(token), value=record.dump())
        return MadeLink(token, row.email, row.name, record.expires_at, bool(row.password_hash))

    return edit(context, work, Permission.MANAGE_USERS)


def _check_administrator(row: User) -> None:
    if not row.active or not User.select().where(User.id == row.id, User.id.in_(administrators())).exists():
        raise InvalidInput(
            "email",
            "Somebody signs in with this mail address who is no administrator or is switched off; "
            "please use another one, or change that account on the page of users.",
        )


def _stored() -> Iterator[tuple[str, str, _Record]]:
    for row in Setting.select().where(Setting.key.startswith(PREFIX)):
        yield row.key, row.value, _read(row)


def _forget_old(now: Instant) -> None:
    for key, _, record in list(_stored()):
        if record.expires_at + KEEP_SECONDS < now:
            Setting.delete().where(Setting.key == key).execute()


def _replace_links(user_id: int) -> None:
    for key, value, record in list(_stored()):
        if record.user == user_id and record.state == _OPEN:
            _change(key, value, replace(record, state=_REPLACED))


def find_link(store: Store, token: str, now: Instant) -> OpenLink:
    """Return whose link this is; looking does not use it up.

    Raises:
        LinkSpent: it was used, replaced or has expired. NotFound: there never was such a link, or long ago.
    """

    def look() -> OpenLink:
        user = _open(token, now)[2]
        return OpenLink(user.email, user.name)

    return store.read(look)


def choose_password(store: Store, token: str, password: str, now: Instant) -> str:
    """Give the link's account this password, use the link up, and return the account's public id.

    All its sessions end, as with every new password.

    Raises:
        InvalidInput: the password cannot be used; the link still can.
        LinkSpent, NotFound: as for ``find_link``.
    """
    find_link(store, token, now)
    values: dict[str, Any] = {"password_hash": make_hash(check_new_password(password)), "changed_at": now}

    def work() -> str:
        value, record, user = _open(token, now)
        if not _change(_key(token), value, replace(record, state=_USED)):
            raise LinkSpent(_USED)
        same = (User.id == user.id) & (User.password_hash == user.password_hash)
        if User.update(version=User.version + 1, **values).where(same).execute() != 1:
            raise LinkSpent(_REPLACED)
        return str(user.public_id)

    return store.write(work)


def _open(token: str, now: Instant) -> tuple[str, _Record, User]:
    """Return a link that may be used: its stored text, the same as a record, and its account."""
    row = Setting.get_or_none(Setting.key == _key(token))
    if row is None:
        raise NotFound(kind="link", reference="")
    record = _read(row)
    user = User.get_or_none(User.id == record.user, User.active)
    if record.state != _OPEN:
        raise LinkSpent(record.state)
    if user is None or _digest(user.password_hash) != record.password:
        raise LinkSpent(_why_not_as_made(token))
    if record.expires_at <= now:
        raise LinkSpent("expired")
    return row.value, record, user


def _why_not_as_made(token: str) -> str:
    """Tell a link whose account has another password from one that was used between our two looks."""
    state = _read(Setting.get(Setting.key == _key(token))).state
    return _REPLACED if state == _OPEN else state


def _read(row: Setting) -> _Record:
    return _Record(**json.loads(row.value))


def _change(key: str, old: str, new: _Record) -> bool:
    """Write a link anew if it is still as it was read."""
    done = Setting.update(value=new.dump()).where(Setting.key == key, Setting.value == old).execute()
    return bool(done == 1)


def _key(token: str) -> str:
    return PREFIX + _digest(token)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
