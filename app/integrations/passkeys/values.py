"""What the library is told and tells, in plain values, so that only who meets a passkey has to load it."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class WrongPasskeyError(Exception):
    """The answer is none to what was asked, or its signature does not hold."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This site, as browsers see it: its origin, and the host name that passkeys are bound to."""

    secret: bytes
    base_url: str

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def host(self) -> str:
        """The host name alone."""
        return urlsplit(self.base_url).hostname or ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose passkey is to be made, at which site; ``known``: the ids of those that are there already (base64url)."""

    site_name: str
    public_id: str
    email: str
    name: str
    known: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser answered, as it came; ``challenge``: what it says it was asked. Nothing of it is believed yet."""

    credential: dict[str, Any]
    challenge: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """A passkey: its public key (COSE, base64url), and how often it says it has signed."""

    public_key: str
    sign_count: int


def from_text(text: str) -> bytes:
    """Return what base64url without padding stands for (RFC 4648, section 5).

    Raises:
        ValueError: it is none.
    """
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_text(data: bytes) -> str:
    """Return bytes in base64url without padding (RFC 4648, section 5)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
