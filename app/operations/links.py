"""Links that are a right: who holds a booking's may see, move and cancel it, who holds a waiting entry's may leave.

A token is the public id and an HMAC-SHA256 of purpose and id (RFC 2104), so a changed character is refused without
asking the database, and a link for one thing opens no other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import NamedTuple

from app.booking.refusals import LinkSpent

_MANAGE = b"eigenplan manage link\0"
_DONE = b"eigenplan done\0"
_CONFIRM = b"eigenplan confirm link\0"
_HELD = b"eigenplan held booking\0"
_WAITING = b"eigenplan waiting list link\0"
_PASSWORD = b"eigenplan password link\0"
_FEED = b"eigenplan calendar feed\0"
_DOOR = b"eigenplan door\0"
_CHECK_IN = b"eigenplan check-in code\0"
_MAC_BYTES = 18


class Link(NamedTuple):
    """What a client's link names: a booking or waiting entry by its public id, and how often its links were ended."""

    public_id: str
    number: int

    def require_present(self, number: int) -> None:
        """Go on only with a link that still counts; ``number``: how often links to what it names were ended by now.

        Raises:
            LinkSpent: it went to a former email address.
        """
        if self.number != number:
            raise LinkSpent("readdressed")


def manage_token(secret: bytes, booking: str, number: int = 0) -> str:
    """Return the token for the manage link of a booking (its public id); ``number``: the booking's ``link_number``."""
    return _numbered(secret, _MANAGE, booking, number)


def read_manage_token(secret: bytes, token: str) -> Link | None:
    """Return what a token names, or None when it is not one of ours."""
    return _read_numbered(secret, _MANAGE, token)


def confirm_token(secret: bytes, booking: str, number: int = 0) -> str:
    """Return the token for the link in a mail by which a visitor confirms a booking; both as for ``manage_token``."""
    return _numbered(secret, _CONFIRM, booking, number)


def read_confirm_token(secret: bytes, token: str) -> Link | None:
    """Return which booking a link confirms, or None when it is not one of ours."""
    return _read_numbered(secret, _CONFIRM, token)


def held_token(secret: bytes, booking: str, number: int = 0) -> str:
    """Return the token for the page that tells a visitor how long a booking is held; it confirms nothing."""
    return _numbered(secret, _HELD, booking, number)


def read_held_token(secret: bytes, token: str) -> Link | None:
    """Return which booking such a page tells of, or None when it is not one of ours."""
    return _read_numbered(secret, _HELD, token)


def waiting_token(secret: bytes, entry: str, number: int = 0) -> str:
    """Return the token for the link by which a client leaves the waiting list.

    Args:
        secret: the installation's key.
        entry: public id of the waiting entry.
        number: the entry's ``link_number``.
    """
    return _numbered(secret, _WAITING, entry, number)


def read_waiting_token(secret: bytes, token: str) -> Link | None:
    """Return which entry a token of the waiting list names, or None when it is not one of ours."""
    return _read_numbered(secret, _WAITING, token)


def password_token(secret: bytes, link: str) -> str:
    """Return the token for a link to choose a password by that goes out by mail; ``link`` is its id."""
    return _token(secret, _PASSWORD, link)


def read_password_token(secret: bytes, token: str) -> str | None:
    """Return the id that the token of a mailed link names, or None when it is not one of ours."""
    return _read(secret, _PASSWORD, token)


def feed_token(secret: bytes, feed: str) -> str:
    """Return the token for the address of somebody's calendar feed; ``feed`` is its public id."""
    return _token(secret, _FEED, feed)


def read_feed_token(secret: bytes, token: str) -> str | None:
    """Return the public id that the token of a calendar feed names, or None when it is not one of ours."""
    return _read(secret, _FEED, token)


def door_token(secret: bytes, door: str) -> str:
    """Return the token for the address of the page beside a room; ``door`` is its public id."""
    return _token(secret, _DOOR, door)


def read_door_token(secret: bytes, token: str) -> str | None:
    """Return the public id that the token of a door names, or None when it is not one of ours."""
    return _read(secret, _DOOR, token)


def check_in_digest(secret: bytes, booking: str) -> bytes:
    """Return the 32 bytes that a booking's code to check in is made of; nothing of it is stored."""
    return hmac.new(secret, _CHECK_IN + booking.encode(), hashlib.sha256).digest()


def done_mark(secret: bytes, word: str, booking: str, version: int) -> str:
    """Return the proof that we said ``word`` of this version of a booking; whoever reads it makes it anew."""
    return _mac(secret, _DONE, f"{word} {booking} {version}")


def _numbered(secret: bytes, purpose: bytes, public_id: str, number: int) -> str:
    return _token(secret, purpose, f"{public_id}.{number}" if number else public_id)


def _read_numbered(secret: bytes, purpose: bytes, token: str) -> Link | None:
    named = _read(secret, purpose, token)
    if named is None:
        return None
    public_id, _, number = named.partition(".")
    return Link(public_id, int(number or 0))


def _token(secret: bytes, purpose: bytes, public_id: str) -> str:
    return f"{public_id}.{_mac(secret, purpose, public_id)}"


def _read(secret: bytes, purpose: bytes, token: str) -> str | None:
    public_id, _, mac = token.rpartition(".")
    if hmac.compare_digest(mac.encode(), _mac(secret, purpose, public_id).encode()):
        return public_id
    return None


def _mac(secret: bytes, purpose: bytes, public_id: str) -> str:
    digest = hmac.new(secret, purpose + public_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:_MAC_BYTES]).decode()
