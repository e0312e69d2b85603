"""A look as one YAML file, to keep, to compare and to take to another site."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from app.look.look import Look, flat, names_of
from app.operations.flat_file import FIRST, FORM, Entry, FlatFileError, at, read_marked, unknown_field, write_flat
from app.operations.look import Draft, check_draft
from app.texts import _, languages

MARK, LOGO = "eigenplan_look", "logo"
HEAD = "# Eigenplan: docs/look.md\n"
"""The first line of every file: where its fields are described."""


def write_file(look: Look, logo: bytes) -> str:
    """Return the file of a look; what is empty is left out."""
    found: dict[str, object] = {MARK: int(FORM)} | _ordered(flat(look))
    if logo:
        found[LOGO] = base64.b64encode(logo).decode()
    return write_flat(HEAD, found)


def _ordered(texts: Mapping[str, str]) -> dict[str, object]:
    return {name: texts[name] for name in names_of(languages()) if name in texts}


def read_file(text: str) -> Draft:
    """Return the look that a file gives, whole and without a problem; nothing is stored.

    Raises:
        FlatFileError: with everything that is wrong, line by line.
    """
    entries = read_marked(text, MARK)
    known = (*names_of(languages()), LOGO)
    problems = {entry.line: unknown_field(entry.name) for entry in entries.values() if entry.name not in known}
    draft = check_draft({name: entry.text for name, entry in entries.items() if name != LOGO}, _logo(entries, problems))
    for name, problem in draft.problems.items():
        line = entries[name].line if name in entries else FIRST
        problems.setdefault(line, problem if name in entries else f"{name}: {problem}")
    if problems:
        raise FlatFileError([at(line, problem) for line, problem in sorted(problems.items())])
    return draft


def _logo(entries: Mapping[str, Entry], problems: dict[int, str]) -> bytes:
    entry = entries.get(LOGO)
    if entry is None:
        return b""
    try:
        return base64.b64decode("".join(entry.text.split()), validate=True)
    except (binascii.Error, ValueError):
        problems[entry.line] = _("The logo must be a picture in Base64.")
        return b""
