"""The master key: 32 random bytes in a text that a person can recognise, print and check after typing it in again."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field

BYTES = 32
PREFIX = "eigenplan-master-key-1-"
_CHECK_BYTES = 4
_NAME_LETTERS = 8


class MasterKeyError(Exception):
    """A text is no master key; the words say what is wrong with it, and nothing of what it holds."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """What opens all other keys. ``name`` tells one from another and gives nothing away."""

    secret: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """Eight letters and digits, made from the key by a hash."""
        return hashlib.sha256(b"eigenplan master key name\0" + self.secret).hexdigest()[:_NAME_LETTERS]

    @property
    def text(self) -> str:
        """What its file holds."""
        return PREFIX + base64.urlsafe_b64encode(self.secret + _check_of(self.secret)).decode()


def make_master_key() -> MasterKey:
    """Return a new one."""
    return MasterKey(secrets.token_bytes(BYTES))


def read_master_key(text: str) -> MasterKey:
    """Return the key that a text holds; spaces and ends of lines around it do not count.

    Raises:
        MasterKeyError: it holds none, or one that was cut off or mistyped.
    """
    stripped = text.strip()
    if not stripped.startswith(PREFIX):
        raise MasterKeyError(f"holds no master key, which begins with {PREFIX}")
    try:
        content = base64.b64decode(stripped.removeprefix(PREFIX).encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise MasterKeyError("holds a master key that was mistyped or cut off") from error
    secret, check = content[:BYTES], content[BYTES:]
    if len(secret) != BYTES or check != _check_of(secret):
        raise MasterKeyError("holds a master key that was mistyped or cut off")
    return MasterKey(secret)


def _check_of(secret: bytes) -> bytes:
    return hashlib.sha256(b"eigenplan master key check\0" + secret).digest()[:_CHECK_BYTES]
