"""Blind indexes: a keyed hash (HMAC-SHA-256) of what is searched for, so that it is found without its text.

Each purpose has tags of its own: the same text gives another one as an email address than as a word of a name. A tag
is cut to 72 bits, enough to tell millions of texts apart.
"""

from __future__ import annotations

import base64
import hmac
import re
import unicodedata
from collections.abc import Set as AbstractSet

BEGINNING = 3
"""How many letters of a word can be searched for as its beginning."""

_TAG_BYTES = 9
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"[0-9]+")
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
"""Letters with strokes and pairs of letters, which Unicode does not take apart."""


def tag(key: bytes, purpose: str, text: str) -> str:
    """Return the tag of a text for a purpose: twelve letters that tell nothing without the key."""
    digest = hmac.digest(key, f"{purpose}\0{text}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:_TAG_BYTES]).decode("ascii")


def normal_mail(text: str) -> str:
    """Return an email address so that capitals and spaces around it do not count."""
    return text.strip().casefold()


def normal_phone(text: str) -> str:
    """Return a phone number without its separators, ``00`` in front as ``+``; nothing where there are no digits."""
    digits = "".join(_DIGITS.findall(text.partition("(0)")[0] + text.partition("(0)")[2]))
    if not digits:
        return ""
    if text.strip().startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def fold(text: str) -> str:
    """Return a text so that neither capitals nor accents count."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(one for one in apart if not unicodedata.combining(one)).casefold()


def words_of(name: str) -> list[str]:
    """Return the words of a name, folded, each once, in order."""
    return list(dict.fromkeys(_WORD.findall(fold(name))))


def beginnings_of(words: list[str]) -> AbstractSet[str]:
    """Return what can be searched for as the beginning of one of these words."""
    return {word[:BEGINNING] for word in words if len(word) >= BEGINNING}
