"""The signed pass by which a page of the calendar listens for changes of the location that it shows.

The process that holds the streams knows no cookie and no session: the page, which asked for the rights, makes the pass.
It opens a stream for some minutes only, so whoever has lost a right gets no new one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from app.booking.values import Instant

PURPOSE = "eigenplan live stream"
MAX_AGE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Pass:
    """Which location's changes may be listened to (its public id), by whom (a number), and since when it is shown."""

    location: str
    person: int
    made_at: Instant = 0


class PassError(Exception):
    """The pass is not one of ours, was changed, or is too old (``is_old``)."""

    def __init__(self, is_old: bool) -> None:
        super().__init__("too old" if is_old else "not ours")
        self.is_old = is_old


def sign_pass(secret: bytes, location: str, person: int) -> str:
    """Return a pass that is good from now on."""
    token = _serializer(secret).dumps([location, person])
    return token.decode() if isinstance(token, bytes) else token


def read_pass(secret: bytes, token: str) -> Pass:
    """Return what a pass says.

    Raises:
        PassError: it is not ours, or older than five minutes.
    """
    try:
        (location, person), made_at = _serializer(secret).loads(token, max_age=MAX_AGE_SECONDS, return_timestamp=True)
    except SignatureExpired as error:
        raise PassError(is_old=True) from error
    except BadData as error:
        raise PassError(is_old=False) from error
    return Pass(location, person, int(made_at.timestamp()))


def _serializer(secret: bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=PURPOSE, signer_kwargs={"digest_method": hashlib.sha256})
