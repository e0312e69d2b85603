"""The changed words of mails as one YAML file, to keep, to translate elsewhere and to take to another site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.look.mail_text import SUBJECT, TEXT
from app.operations.flat_file import FORM, Entry, FlatFileError, at, read_marked, unknown_field, write_flat
from app.operations.letters.mail_kinds import MAIL_KINDS
from app.operations.letters.mail_texts import SavedText, TextDraft, check_draft
from app.texts import _, languages

MARK = "eigenplan_mail_texts"
HEAD = "# Eigenplan: docs/mail-texts.md\n"
"""The first line of every file: where its fields are described."""
_FIELDS = (SUBJECT, TEXT)


def write_file(texts: Iterable[SavedText]) -> str:
    """Return the file of those texts that were changed."""
    found: dict[str, object] = {MARK: int(FORM)}
    for one in texts:
        if one.is_own:
            found |= {f"{one.reference}.{SUBJECT}": one.text.subject, f"{one.reference}.{TEXT}": one.text.text}
    return write_flat(HEAD, found)


def read_file(text: str) -> dict[str, TextDraft]:
    """Return the texts that a file gives by reference, without a problem; nothing is stored.

    Raises:
        FlatFileError: with everything that is wrong, line by line.
    """
    entries = read_marked(text, MARK)
    known = {f"{kind}.{code}" for kind in MAIL_KINDS for code in languages()}
    problems: dict[int, str] = {}
    given: dict[str, int] = {}
    for entry in entries.values():
        reference, _dot, field = entry.name.rpartition(".")
        if reference in known and field in _FIELDS:
            given.setdefault(reference, entry.line)
        else:
            problems[entry.line] = unknown_field(entry.name)
    drafts = {reference: _draft(entries, reference, line, problems) for reference, line in given.items()}
    if problems:
        raise FlatFileError([at(line, problem) for line, problem in sorted(problems.items())])
    return drafts


def _draft(entries: Mapping[str, Entry], reference: str, line: int, problems: dict[int, str]) -> TextDraft:
    """Return one text, and note what is wrong with it at the line where that stands."""
    found = {field: entries.get(f"{reference}.{field}") for field in _FIELDS}
    subject, text = ("" if one is None else one.text for one in found.values())
    draft = check_draft(reference, subject, text)
    for field, problem in draft.problems.items():
        entry = found[field]
        if entry is None:
            name = f"{reference}.{field}"
            problems.setdefault(line, _("The field {name} is missing.", name=name))
        else:
            problems.setdefault(entry.line, problem)
    return draft
