"""What may become a password: long enough, and not one of those that are tried first.

How easy one is to guess is estimated by zxcvbn (Wheeler, USENIX Security 2016), which knows 30,000 passwords that
leaked most often, words, names, keyboard rows, dates, and what people do to them (P@ssw0rd1).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from app.booking.refusals import InvalidInput
from app.texts import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable

MIN_PASSWORD = 10
MAX_PASSWORD = 200
LEAST_GUESSES_LOG10 = 8.0
"""One hundred million guesses: beyond what the throttle lets through in centuries, and slow work on a stolen hash."""

_LOOKED_AT = 32
"""Characters that are looked at, as the estimate's time grows with their square: these many take 0.4 s at worst."""

TOO_EASY = mark(
    "This password is easy to guess: it is common, or made of your name or a pattern. "
    "Please choose another one, for example four words that have nothing to do with each other."
)


def check_new_password(password: str, *about: str, field: str = "password") -> str:
    """Return a password that somebody chose, or raise InvalidInput.

    Args:
        password: as typed.
        about: what anybody knows of them, such as name and email address, and therefore tries first.
        field: where it was typed.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        wanted = {"least": MIN_PASSWORD, "most": MAX_PASSWORD}
        raise InvalidInput(field, _("Please choose a password of {least} to {most} characters.", **wanted))
    if _guesses_log10(password, _words(about)) < LEAST_GUESSES_LOG10:
        raise InvalidInput(field, _(TOO_EASY))
    return password


def _words(about: tuple[str, ...]) -> list[str]:
    parts = [part for text in about for part in text.lower().replace("@", " ").replace(".", " ").split()]
    return ["eigenplan", *about, *parts]


def _guesses_log10(password: str, known: list[str]) -> float:
    return float(_estimator()(password[:_LOOKED_AT], user_inputs=known)["guesses_log10"])


@cache
def _estimator() -> Callable[..., dict[str, Any]]:
    """Load the lists when they are first needed: they take their time and memory."""
    from zxcvbn import zxcvbn

    found: Callable[..., dict[str, Any]] = zxcvbn
    return found
