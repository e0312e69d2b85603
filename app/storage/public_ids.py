"""The ids that URLs show: not guessable, and of letters and digits that survive being read out on the telephone."""

from __future__ import annotations

import base64
import secrets

_BYTES = 10


def new_public_id() -> str:
    """Return 16 lower-case base32 characters, 80 random bits (RFC 4648 section 6 alphabet)."""
    return base64.b32encode(secrets.token_bytes(_BYTES)).decode("ascii").lower()
