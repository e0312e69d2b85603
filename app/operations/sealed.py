"""Secrets that have to be read again, encrypted: AES-256-GCM by a key derived from the site's secret key.

Each is bound to its purpose and its row, so that a ciphertext put into another row or column is refused.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = "1"
_NONCE_BYTES, _KEY_BYTES = 12, 32


class BrokenSealError(Exception):
    """What is stored was not sealed by this key for this row."""


def seal(secret: bytes, purpose: str, row_id: int, text: str) -> str:
    """Return the text encrypted for this purpose and row."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = _cipher(secret, purpose).encrypt(nonce, text.encode(), _bound_to(purpose, row_id))
    return f"{_VERSION}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(secret: bytes, purpose: str, row_id: int, sealed: str) -> str:
    """Return the text again.

    Raises:
        BrokenSealError: it was changed, is of another row, or was sealed by another key.
    """
    version, _, body = sealed.partition(".")
    try:
        content = base64.urlsafe_b64decode(body.encode())
        nonce, rest = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
        if version != _VERSION or not rest:
            raise BrokenSealError("not sealed by this version")
        return _cipher(secret, purpose).decrypt(nonce, rest, _bound_to(purpose, row_id)).decode()
    except (InvalidTag, ValueError) as error:
        raise BrokenSealError("not sealed by this key for this row") from error


def _cipher(secret: bytes, purpose: str) -> AESGCM:
    info = b"eigenplan sealed\0" + purpose.encode()
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(secret))


def _bound_to(purpose: str, row_id: int) -> bytes:
    return f"{purpose}\0{row_id}".encode()
