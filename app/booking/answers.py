"""Texts that people type: cleaned, bounded, and refused with a sentence where they could deceive or break something."""

from __future__ import annotations

import re
import unicodedata

from app.booking.refusals import InvalidInput
from app.texts import _

MAX_LINE = 200
MAX_TEXT = 2000
_EMAIL = re.compile(r"[^@\s,;:<>()\[\]\\\"]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
_MAX_EMAIL = 254
_PHONE = re.compile(r"\+?[0-9(][0-9 ()/.-]{2,30}[0-9]")
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that change the direction of writing (Unicode Standard Annex 9): a name with one can show as another name."""


def clean_line(text: str, field: str, max_length: int = MAX_LINE, *, required: bool = False) -> str:
    """Return one line of text, trimmed, in normal form C (Unicode Standard Annex 15).

    Raises:
        InvalidInput: it is missing, too long, or holds control characters or direction marks.
    """
    cleaned = _clean(text, field, max_length, allowed="")
    if required and not cleaned:
        raise InvalidInput(field, _("Please fill in this field."))
    return cleaned


def clean_text(text: str, field: str, max_length: int = MAX_TEXT) -> str:
    """Return a text of several lines, as for ``clean_line``; line ends become line feeds.

    Raises:
        InvalidInput: as for ``clean_line``.
    """
    return _clean(text.replace("\r\n", "\n").replace("\r", "\n"), field, max_length, allowed="\n\t")


def _clean(text: str, field: str, max_length: int, allowed: str) -> str:
    if len(text) > max_length:
        problem = _("Please use at most {most} characters; this has {number}.", most=max_length, number=len(text))
        raise InvalidInput(field, problem)
    cleaned = unicodedata.normalize("NFC", text).strip()
    for letter in cleaned:
        if letter in _DIRECTION:
            raise InvalidInput(field, _("Please remove the invisible marks that change the direction of writing."))
        if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") and letter not in allowed:
            raise InvalidInput(field, _("Please remove the control characters; plain text is fine."))
    return cleaned


def check_email(text: str, field: str = "email") -> str:
    """Return an email address in lower case.

    Raises:
        InvalidInput: it is missing or does not look like ``name@example.org`` (RFC 5321, without its quoted forms), or
            has letters that only servers with SMTPUTF8 (RFC 6531) deliver to.
    """
    cleaned = clean_line(text, field, _MAX_EMAIL, required=True).lower()
    if not cleaned.isascii():
        problem = _("Please give an email address without accents or other scripts; we cannot send mail to this one.")
        raise InvalidInput(field, problem)
    if not _EMAIL.fullmatch(cleaned):
        raise InvalidInput(field, _("Please check the email address; it should look like name@example.org."))
    return cleaned


def check_phone(text: str, field: str = "phone") -> str:
    """Return a phone number as typed, or nothing.

    Raises:
        InvalidInput: it holds anything but digits and the usual separators.
    """
    cleaned = clean_line(text, field, 40)
    if cleaned and not _PHONE.fullmatch(cleaned):
        raise InvalidInput(field, _("Please check the phone number; use digits, spaces and a leading +."))
    return cleaned
