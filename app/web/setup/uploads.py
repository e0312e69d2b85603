"""Files that set-up pages are sent; their names are never looked at."""

from __future__ import annotations

from flask import request

from app.operations.flat_file import MOST_LETTERS, FlatFileError
from app.texts import _


def sent_file(name: str, most: int) -> bytes:
    """Return the content of a file that was sent, cut off where it is too long; empty where there is none."""
    file = request.files.get(name)
    return b"" if file is None else file.read(most + 1)


def sent_text(name: str) -> str:
    """Return the text of a file that was sent.

    Raises:
        FlatFileError: there is none, or it is no text.
    """
    content = sent_file(name, MOST_LETTERS)
    if not content:
        raise FlatFileError([_("Please choose a file.")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FlatFileError([_("The file must be text in UTF-8.")]) from error
