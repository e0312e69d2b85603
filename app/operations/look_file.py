"""A look as one YAML file, to keep, to compare and to take to another site."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from app.look.look import Look, flat, names_of
from app.operations.look import Draft, check_draft
from app.texts import _, languages

MARK, FORM, LOGO = "eigenplan_look", "1", "logo"
MOST_LETTERS = 500_000
HEAD = "# Eigenplan: docs/look.md\n"
"""The first line of every file: where its fields are described."""
_MARKED = f"{MARK}: {FORM}"
_FIRST = 1
_FRAME = (
    yaml.StreamStartEvent,
    yaml.StreamEndEvent,
    yaml.DocumentStartEvent,
    yaml.DocumentEndEvent,
    yaml.MappingEndEvent,
)


class LookFileError(Exception):
    """A file cannot be used; ``problems`` are sentences, each with its line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of the file: what it gives, and its number."""

    name: str
    text: str
    line: int


def write_file(look: Look, logo: bytes) -> str:
    """Return the file of a look; what is empty is left out."""
    found = {MARK: int(FORM)} | _ordered(flat(look))
    if logo:
        found[LOGO] = base64.b64encode(logo).decode()
    return HEAD + str(yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=120))


def _ordered(texts: Mapping[str, str]) -> dict[str, object]:
    return {name: texts[name] for name in names_of(languages()) if name in texts}


def read_file(text: str) -> Draft:
    """Return the look that a file gives, whole and without a problem; nothing is stored.

    Raises:
        LookFileError: with everything that is wrong, line by line.
    """
    if len(text) > MOST_LETTERS:
        raise LookFileError([_("This file is too long to be one of a look.")])
    entries = {entry.name: entry for entry in _entries(text)}
    marked = entries.pop(MARK, None)
    if marked is None or marked.text != FORM:
        problem = _("The file must have the line {line}, by which it is known.", line=_MARKED)
        raise LookFileError([_at(_FIRST if marked is None else marked.line, problem)])
    known = (*names_of(languages()), LOGO)
    problems = {
        entry.line: _("There is no field called {name}.", name=entry.name[:60])
        for entry in entries.values()
        if entry.name not in known
    }
    draft = check_draft({name: entry.text for name, entry in entries.items() if name != LOGO}, _logo(entries, problems))
    for name, problem in draft.problems.items():
        line = entries[name].line if name in entries else _FIRST
        problems.setdefault(line, problem if name in entries else f"{name}: {problem}")
    if problems:
        raise LookFileError([_at(line, problem) for line, problem in sorted(problems.items())])
    return draft


def _logo(entries: Mapping[str, _Entry], problems: dict[int, str]) -> bytes:
    entry = entries.get(LOGO)
    if entry is None:
        return b""
    try:
        return base64.b64decode("".join(entry.text.split()), validate=True)
    except (binascii.Error, ValueError):
        problems[entry.line] = _("The logo must be a picture in Base64.")
        return b""


def _entries(text: str) -> Iterator[_Entry]:
    """Yield what stands in the file, with lines; texts are taken as they are written, so that ``no`` stays a word."""
    seen: set[str] = set()
    try:
        for key, value in _pairs(text):
            if key.value in seen:
                problem = _("The field {name} stands here for the second time.", name=key.value[:60])
                raise LookFileError([_at(_line(key.start_mark), problem)])
            seen.add(key.value)
            yield _Entry(key.value, value.value, _line(key.start_mark))
    except yaml.MarkedYAMLError as error:
        problem = _("This is no YAML: a sign is missing or too much here.")
        raise LookFileError([_at(_line(error.problem_mark), problem)]) from error
    except yaml.YAMLError as error:
        raise LookFileError([_at(_FIRST, _("This is no YAML; it holds signs that no text has."))]) from error


def _pairs(text: str) -> Iterator[tuple[yaml.ScalarEvent, yaml.ScalarEvent]]:
    """Yield field and text, event by event: nothing is built of the file, so nothing in it can grow."""
    begun, key = False, None
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, _FRAME):
            continue
        if not begun and not isinstance(event, yaml.MappingStartEvent):
            break
        if begun and not isinstance(event, yaml.ScalarEvent):
            mark = event.start_mark if key is None else key.start_mark
            problem = _("Each field must have one text, no list and no fields of its own.")
            raise LookFileError([_at(_line(mark), problem)])
        if begun and key is not None:
            yield key, event
        key = event if begun and key is None else None
        begun = True
    if not begun:
        raise LookFileError([_at(_FIRST, _("The file must have lines such as: name: Our name"))])


def _line(mark: yaml.Mark | None) -> int:
    return _FIRST if mark is None else mark.line + 1


def _at(line: int, problem: str) -> str:
    return _("Line {line}: {problem}", line=line, problem=problem)
