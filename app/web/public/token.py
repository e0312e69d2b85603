"""The signed token of a booking form: what was chosen, and the key that makes a form sent twice one booking."""

from __future__ import annotations

import secrets
from dataclasses import astuple, dataclass

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from app.booking.values import Instant

PURPOSE = "eigenplan booking form"
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


class TokenError(Exception):
    """The token is not one of ours, was changed, or is too old (``is_old``)."""

    def __init__(self, is_old: bool) -> None:
        super().__init__("too old" if is_old else "not ours")
        self.is_old = is_old


def sign_choice(secret: bytes, choice: Choice) -> str:
    """Return a token for a form that books this choice, with an idempotency key of its own."""
    key = secrets.token_urlsafe(_KEY_BYTES)
    token = _serializer(secret).dumps([*astuple(choice), key])
    return token.decode() if isinstance(token, bytes) else token


def read_choice(secret: bytes, token: str) -> tuple[Choice, str]:
    """Return the choice of a token and its idempotency key.

    Raises:
        TokenError: it is not ours, or older than four hours.
    """
    try:
        *chosen, key = _serializer(secret).loads(token, max_age=MAX_AGE_SECONDS)
    except SignatureExpired as error:
        raise TokenError(is_old=True) from error
    except BadData as error:
        raise TokenError(is_old=False) from error
    return Choice(*chosen), key


def _serializer(secret: bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=PURPOSE)
