"""Encryption: AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits, each text bound to where it belongs.

What is bound is no secret and stored nowhere: a text that is put elsewhere, or was changed, cannot be opened.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.crypto.master import MasterKey

KEY_BYTES = 32
MOST_KEYS = 0xFFFF
_VERSION = 1
_HEAD_BYTES, _NONCE_BYTES, _TAG_BYTES = 3, 12, 16
_LEAST_BYTES = _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES

Place = tuple[str, ...]
"""Where a text belongs: table, column, and what names the row."""


class BrokenSealError(Exception):
    """What is stored cannot be opened: it was changed, belongs elsewhere, or another key sealed it."""


class UnknownKeyError(BrokenSealError):
    """What is stored was sealed by a key that is not among these."""


class Ring:
    """The keys that open texts, by number; ``current`` is the one that seals.

    A sealed text is base64 of version (1 byte), number of the key (2 bytes), nonce and ciphertext. The first three
    bytes are four letters, so that a query finds what another key than the current one has sealed.
    """

    def __init__(self, keys: Mapping[int, bytes], current: int) -> None:
        self._ciphers = {number: AESGCM(key) for number, key in keys.items()}
        self.current = current
        self._head = _head(current)
        self._cipher = self._ciphers[current]

    @property
    def prefix(self) -> str:
        """The four letters with which all begins that the current key seals."""
        return prefix_of(self.current)

    def seal(self, text: str, place: Place) -> str:
        """Return the text encrypted for this place."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), _bound_to(self._head, place))
        return base64.b64encode(self._head + nonce + sealed).decode("ascii")

    def unseal(self, sealed: str, place: Place) -> str:
        """Return the text again.

        Raises:
            UnknownKeyError: the key that sealed it is not here.
            BrokenSealError: it was changed, or belongs elsewhere.
        """
        content = _decoded(sealed)
        head = content[:_HEAD_BYTES]
        cipher = self._ciphers.get(int.from_bytes(head[1:]))
        if head[0] != _VERSION or cipher is None:
            raise UnknownKeyError(f"{_named(place)} was encrypted by a key that is not here.")
        nonce, rest = content[_HEAD_BYTES : _HEAD_BYTES + _NONCE_BYTES], content[_HEAD_BYTES + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, rest, _bound_to(head, place)).decode()
        except (InvalidTag, UnicodeDecodeError) as error:
            raise _broken(place) from error


def _decoded(sealed: str) -> bytes:
    try:
        content = binascii.a2b_base64(sealed, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise BrokenSealError("What is stored is no encrypted text.") from error
    if len(content) < _LEAST_BYTES:
        raise BrokenSealError("What is stored is too short for an encrypted text.")
    return content


def _broken(place: Place) -> BrokenSealError:
    return BrokenSealError(f"{_named(place)} was changed, or belongs to another row.")


def _named(place: Place) -> str:
    return f"What is stored in {' '.join(place[:2])} of row {' '.join(place[2:])}"


@cache
def prefix_of(number: int) -> str:
    """Return the four letters with which all begins that this key seals."""
    return base64.b64encode(_head(number)).decode("ascii")


def _head(number: int) -> bytes:
    return bytes((_VERSION,)) + number.to_bytes(2)


def _bound_to(head: bytes, place: Place) -> bytes:
    return head + "\0".join(place).encode()


def make_key() -> bytes:
    """Return a new random key."""
    return secrets.token_bytes(KEY_BYTES)


def wrap(master: MasterKey, key: bytes, number: int, purpose: str) -> str:
    """Return a key encrypted by the master key, bound to its number and purpose."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(master.secret).encrypt(nonce, key, _bound_to(_head(number), ("key", purpose)))
    return base64.b64encode(nonce + sealed).decode("ascii")


def unwrap(master: MasterKey, wrapped: str, number: int, purpose: str) -> bytes:
    """Return a key again.

    Raises:
        BrokenSealError: another master key wrapped it, or it was changed.
    """
    try:
        content = binascii.a2b_base64(wrapped, strict_mode=True)
        nonce, rest = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
        return AESGCM(master.secret).decrypt(nonce, rest, _bound_to(_head(number), ("key", purpose)))
    except (InvalidTag, ValueError) as error:
        raise BrokenSealError(f"Key {number} was not wrapped by this master key, or was changed.") from error
