"""YAML files that are one flat list of texts: read line by line, so that each problem is told with its line.

Looks and the words of mails go out and come in like this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from app.texts import _

FORM, FIRST = "1", 1
MOST_LETTERS = 500_000
_FRAME = (
    yaml.StreamStartEvent,
    yaml.StreamEndEvent,
    yaml.DocumentStartEvent,
    yaml.DocumentEndEvent,
    yaml.MappingEndEvent,
)


class FlatFileError(Exception):
    """A file cannot be used; ``problems`` are sentences, each with its line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the file: what it gives, and its number."""

    name: str
    text: str
    line: int


def read_marked(text: str, mark: str) -> dict[str, Entry]:
    """Return the fields of a file by name; ``mark`` is the field by which its kind is known, and is left out.

    Raises:
        FlatFileError: it is no such file.
    """
    if len(text) > MOST_LETTERS:
        raise FlatFileError([_("This file is too long.")])
    entries = {entry.name: entry for entry in read_entries(text)}
    marked = entries.pop(mark, None)
    if marked is None or marked.text != FORM:
        wanted = f"{mark}: {FORM}"
        problem = _("The file must have the line {line}, by which it is known.", line=wanted)
        raise FlatFileError([at(FIRST if marked is None else marked.line, problem)])
    return entries


def unknown_field(name: str) -> str:
    """Return the sentence about a field that there is not."""
    return _("There is no field called {name}.", name=name[:60])


def write_flat(head: str, fields: dict[str, object]) -> str:
    """Return the text of a file that begins with a comment."""
    return head + str(yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=120))


def read_entries(text: str) -> Iterator[Entry]:
    """Yield what stands in the file, with lines; texts are taken as they are written, so that ``no`` stays a word."""
    seen: set[str] = set()
    try:
        for key, value in _pairs(text):
            if key.value in seen:
                problem = _("The field {name} stands here for the second time.", name=key.value[:60])
                raise FlatFileError([at(_line(key.start_mark), problem)])
            seen.add(key.value)
            yield Entry(key.value, value.value, _line(key.start_mark))
    except yaml.MarkedYAMLError as error:
        problem = _("This is no YAML: a sign is missing or too much here.")
        raise FlatFileError([at(_line(error.problem_mark), problem)]) from error
    except yaml.YAMLError as error:
        raise FlatFileError([at(FIRST, _("This is no YAML; it holds signs that no text has."))]) from error


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
            raise FlatFileError([at(_line(mark), problem)])
        if begun and key is not None:
            yield key, event
        key = event if begun and key is None else None
        begun = True
    if not begun:
        raise FlatFileError([at(FIRST, _("The file must have lines such as: name: Our name"))])


def _line(mark: yaml.Mark | None) -> int:
    return FIRST if mark is None else mark.line + 1


def at(line: int, problem: str) -> str:
    """Return a problem with the line that it is on."""
    return _("Line {line}: {problem}", line=line, problem=problem)
