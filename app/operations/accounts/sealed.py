"""What older versions sealed by a key derived from the site's secret key: authenticators' secrets, read once more.

Today they are encrypted as clients' details are (``storage/confidential.py``). Each was bound to its purpose and row.
"""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = "1"
_NONCE_BYTES, _KEY_BYTES = 12, 32


class BrokenSealError(Exception):
    """What is stored was not sealed by this key for this row."""


def is_sealed(text: str) -> bool:
    """Whether a text has this form; no secret of an authenticator has a full stop in it."""
    return text.startswith(f"{_VERSION}.")


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
        return _cipher(secret, purpose).decrypt(nonce, rest, f"{purpose}\0{row_id}".encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise BrokenSealError("not sealed by this key for this row") from error


def _cipher(secret: bytes, purpose: str) -> AESGCM:
    info = b"eigenplan sealed\0" + purpose.encode()
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(secret))
