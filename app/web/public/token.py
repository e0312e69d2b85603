"""The signed token of a form of the public way: what was chosen, and the key that makes a form sent twice one booking.

It stands in for a cookie: a form that carries none was not made by us for this purpose in the last hours.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import astuple, dataclass
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from app.booking.values import Instant

PURPOSE = "eigenplan booking form"
VISIT_PURPOSE = "eigenplan visit form"
WAITING_PURPOSE = "eigenplan waiting form"
MAX_AGE_SECONDS = 4 * 3600
_KEY_BYTES = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """What a visitor has chosen, before any details; public ids name service, place and provider."""

    service: str
    location: str
    start: Instant
    duration_minutes: int | None = None
    provider: str | None = None
    seats: int = 1


@dataclass(frozen=True, slots=True)
class VisitChoice:
    """Several services one after the other, as chosen for one visit."""

    services: tuple[str, ...]
    location: str
    start: Instant


class TokenError(Exception):
    """The token is not one of ours, was changed, or is too old (``is_old``)."""

    def __init__(self, is_old: bool) -> None:
        super().__init__("too old" if is_old else "not ours")
        self.is_old = is_old


def sign_choice(secret: bytes, choice: Choice) -> str:
    """Return a token for a form that books this choice, with an idempotency key of its own."""
    return _sign(secret, PURPOSE, astuple(choice))


def read_choice(secret: bytes, token: str) -> tuple[Choice, str]:
    """Return the choice of a token and its idempotency key.

    Raises:
        TokenError: it is not ours, or older than four hours.
    """
    *chosen, key = _read(secret, PURPOSE, token)
    return Choice(*chosen), key


def sign_visit(secret: bytes, choice: VisitChoice) -> str:
    """Return a token for a form that books this visit, with an idempotency key of its own."""
    return _sign(secret, VISIT_PURPOSE, astuple(choice))


def read_visit(secret: bytes, token: str) -> tuple[VisitChoice, str]:
    """Return the visit of a token and its idempotency key.

    Raises:
        TokenError: it is not ours, or older than four hours.
    """
    services, location, start, key = _read(secret, VISIT_PURPOSE, token)
    return VisitChoice(tuple(services), location, start), key


def sign_waiting(secret: bytes, service: str, location: str) -> str:
    """Return a token for the form by which one waits for this service at this place."""
    return _sign(secret, WAITING_PURPOSE, (service, location))


def check_waiting(secret: bytes, token: str, service: str, location: str) -> None:
    """Go on only with the token of a form for this service and place.

    Raises:
        TokenError: it is not ours, of another form, or older than four hours.
    """
    *named, _key = _read(secret, WAITING_PURPOSE, token)
    if named != [service, location]:
        raise TokenError(is_old=False)


def _sign(secret: bytes, purpose: str, chosen: tuple[Any, ...]) -> str:
    token = _serializer(secret, purpose).dumps([*chosen, secrets.token_urlsafe(_KEY_BYTES)])
    return token.decode() if isinstance(token, bytes) else token


def _serializer(secret: bytes, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=purpose, signer_kwargs={"digest_method": hashlib.sha256})


def _read(secret: bytes, purpose: str, token: str) -> list[Any]:
    try:
        chosen: list[Any] = _serializer(secret, purpose).loads(token, max_age=MAX_AGE_SECONDS)
    except SignatureExpired as error:
        raise TokenError(is_old=True) from error
    except BadData as error:
        raise TokenError(is_old=False) from error
    return chosen
