"""Manage links: who holds the link of a booking may see, move and cancel it.

A token is the booking's public id and an HMAC-SHA256 of it (RFC 2104), so a changed character is refused
without asking the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

_PURPOSE = b"eigenplan manage link\0"
_MAC_BYTES = 18


def manage_token(secret: bytes, booking: str) -> str:
    """Return the token for the manage link of a booking (its public id)."""
    return f"{booking}.{_mac(secret, booking)}"


def read_manage_token(secret: bytes, token: str) -> str | None:
    """Return the public id that a token names, or None when it is not one of ours."""
    booking, _, mac = token.partition(".")
    if hmac.compare_digest(mac.encode(), _mac(secret, booking).encode()):
        return booking
    return None


def _mac(secret: bytes, booking: str) -> str:
    digest = hmac.new(secret, _PURPOSE + booking.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:_MAC_BYTES]).decode()
