"""What is stored of links by which a password is chosen once, one row of settings each.

Nobody can do anything with what is stored, backups and copies included: of a link that is printed only the SHA-256 of
its token is kept. One that goes out by mail is known by its id, and carries an HMAC over it (``links.py``) that is made
when the letter is written, and stored nowhere.

What becomes of a link is decided by updates on the condition that it is still as it was read: of two people with the
same link one is first, and a link that was replaced meanwhile changes nothing any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from app.booking.refusals import LinkSpent, NotFound
from app.booking.values import Instant
from app.operations.links import read_password_token
from app.storage.tables import Setting, User

KEEP_SECONDS = 30 * 86_400
"""For so long after its end a link is still told from one that never was."""

PREFIX = "password_link:"
_MAILED = "mailed:"
_OPEN, USED, REPLACED = "open", "used", "replaced"


@dataclass(frozen=True, slots=True)
class Record:
    """What is stored of a link; ``password``: the SHA-256 of the account's password hash when it was made."""

    user: int
    expires_at: Instant
    password: str
    state: str = _OPEN
    purpose: str = "printed"

    def dump(self) -> str:
        """Return the text to store."""
        return json.dumps(asdict(self))


def reference_of(secret: bytes, token: str) -> str:
    """Return what the link of this token is known by; nothing that a link is known by when it is not one of ours."""
    if "." in token:
        return mailed(read_password_token(secret, token) or "")
    return "" if token.startswith(_MAILED) else token


def mailed(link_id: str) -> str:
    """Return what a link that goes out by mail is known by."""
    return _MAILED + link_id


def add(reference: str, user: User, purpose: str, expires_at: Instant, now: Instant) -> None:
    """Store a link; the account's earlier ones become worthless, and those of long ago are forgotten."""
    Setting.delete().where(Setting.key.in_([key for key, _, old in _stored() if _is_forgotten(old, now)])).execute()
    end_all(user.id)
    row = User.get_by_id(user.id)  # whoever used an earlier link meanwhile has changed the password
    record = Record(row.id, expires_at, _digest(row.password_hash), purpose=purpose)
    Setting.create(key=key_of(reference), value=record.dump())


def _is_forgotten(record: Record, now: Instant) -> bool:
    return record.expires_at + KEEP_SECONDS < now


def end_all(user_id: int) -> None:
    """Make all open links of an account worthless."""
    for key, value, record in list(_stored()):
        if record.user == user_id and record.state == _OPEN:
            change(key, value, replace(record, state=REPLACED))


def has_open(user_id: int, purpose: str, beyond: Instant) -> bool:
    """Whether there is an open link of this kind that counts beyond a moment."""
    return any(
        record.user == user_id and record.purpose == purpose and record.state == _OPEN and record.expires_at > beyond
        for _, _, record in _stored()
    )


def _stored() -> Iterator[tuple[str, str, Record]]:
    for row in Setting.select().where(Setting.key.startswith(PREFIX)):
        yield row.key, row.value, _read(row)


def find_open(reference: str, now: Instant) -> tuple[str, Record, User]:
    """Return a link that may be used: its stored text, the same as a record, and its account.

    Raises:
        LinkSpent: it was used, replaced or has expired. NotFound: there never was such a link, or long ago.
    """
    row = Setting.get_or_none(Setting.key == key_of(reference))
    if row is None:
        raise NotFound(kind="link", reference="")
    record = _read(row)
    user = User.get_or_none(User.id == record.user, User.active)
    if record.state != _OPEN:
        raise LinkSpent(record.state)
    if user is None or _digest(user.password_hash) != record.password:
        raise LinkSpent(_why_not_as_made(reference))
    if record.expires_at <= now:
        raise LinkSpent("expired")
    return row.value, record, user


def _why_not_as_made(reference: str) -> str:
    """Tell a link whose account has another password from one that was used between our two looks."""
    state = _read(Setting.get(Setting.key == key_of(reference))).state
    return REPLACED if state == _OPEN else state


def _read(row: Setting) -> Record:
    return Record(**json.loads(row.value))


def change(key: str, old: str, new: Record) -> bool:
    """Write a link anew if it is still as it was read."""
    done = Setting.update(value=new.dump()).where(Setting.key == key, Setting.value == old).execute()
    return bool(done == 1)


def key_of(reference: str) -> str:
    """Return the key under which a link is stored."""
    return PREFIX + _digest(reference)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
