"""Reading YAML strictly and with line numbers: every field is known, and whatever is wrong is told at its line.

Nothing is built of the file but texts, lists and fields; it has no references, so nothing in it can grow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import Any, TypeVar

import yaml

from app.booking.refusals import InvalidInput
from app.texts import _

T = TypeVar("T")
Reader = Callable[[yaml.Node], Any]
MOST_LETTERS = 100_000
MOST_RECORDS = 200
DEEPEST = 12
LONGEST_NAME = 60
"""Letters of an unknown name that are told, and among which a similar one is looked for."""

_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FIRST = 1
_OPENS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSES = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class PresetError(Exception):
    """A file cannot be used; ``problems`` are sentences, each with its line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class WrongError(Exception):
    """One thing is wrong at one node."""

    def __init__(self, node: yaml.Node | None, problem: str) -> None:
        super().__init__(problem)
        self.line = _FIRST if node is None else line_of(node.start_mark)
        self.problem = problem


class LackingError(WrongError):
    """A record cannot be made for reasons that are noted already."""


@dataclass(slots=True)
class Problems:
    """What was found wrong so far, by line: the first of each line counts."""

    found: dict[int, str] = field(default_factory=dict)

    def add(self, wrong: WrongError) -> None:
        """Note one thing."""
        self.found.setdefault(wrong.line, wrong.problem)

    def attempt(self, reader: Callable[[yaml.Node], T], node: yaml.Node) -> T | None:
        """Read a node; None where something is wrong with it, which is noted."""
        try:
            return reader(node)
        except LackingError:
            return None
        except WrongError as wrong:
            self.add(wrong)
        except InvalidInput as refusal:
            self.add(WrongError(node, refusal.problem))
        return None

    def end(self) -> None:
        """Go on only without problems.

        Raises:
            PresetError.
        """
        if self.found:
            raise PresetError(at_line(line, problem) for line, problem in sorted(self.found.items()))


def line_of(mark: yaml.Mark | None) -> int:
    """Return the line that a mark is in, counted from 1."""
    return _FIRST if mark is None else int(mark.line) + 1


def at_line(line: int, problem: str) -> str:
    """Return a sentence with its line."""
    return _("Line {line}: {problem}", line=line, problem=problem)


def compose(content: str) -> yaml.Node:
    """Return the file as nodes.

    Raises:
        PresetError: it is too long, no YAML, or has what a preset does not need: references, depth, several documents.
    """
    if len(content) > MOST_LETTERS:
        raise PresetError([_("This file is too long to be a preset.")])
    try:
        _check_plain(content)
        found: yaml.Node | None = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        problem = _("This is no YAML: a sign is missing or too much here.")
        raise PresetError([at_line(line_of(error.problem_mark), problem)]) from error
    except yaml.YAMLError as error:
        raise PresetError([at_line(_FIRST, _("This is no YAML; it holds signs that no text has."))]) from error
    if found is None:
        raise PresetError([at_line(_FIRST, _("The file is empty."))])
    return found


def _check_plain(content: str) -> None:
    """Refuse, event by event and before anything is built, what could make a short file large or deep."""
    depth = documents = 0
    for event in yaml.parse(content, Loader=yaml.SafeLoader):
        depth += isinstance(event, _OPENS) - isinstance(event, _CLOSES)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problem = _("References (& and *) are not read; please write it out.")
        elif isinstance(event, yaml.ScalarEvent) and _NO_TEXT.search(event.value):
            problem = _("Here are signs that no text has; please remove them.")
        elif depth > DEEPEST:
            problem = _("This is nested too deeply.")
        elif documents > 1:
            problem = _("A file holds one preset; please remove what begins here.")
        else:
            continue
        raise PresetError([at_line(line_of(event.start_mark), problem)])


def text(node: yaml.Node) -> str:
    """Return a text as it is written, so that ``no`` stays a word."""
    if not isinstance(node, yaml.ScalarNode):
        raise WrongError(node, _("Here must be one text, no list and no fields."))
    return str(node.value)


def items(node: yaml.Node) -> list[yaml.Node]:
    """Return the entries of a list; a single text is a list of one."""
    if isinstance(node, yaml.ScalarNode):
        return [node]
    if not isinstance(node, yaml.SequenceNode):
        raise WrongError(node, _("Here must be a list: lines that begin with a hyphen."))
    if not node.value:
        raise WrongError(node, _("This list is empty; please fill it in, or leave out the field."))
    if len(node.value) > MOST_RECORDS:
        raise WrongError(node, _("Please give at most {most} of these.", most=MOST_RECORDS))
    return list(node.value)


def pairs(node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """Return the fields of a node by name, each with the nodes of name and value."""
    if not isinstance(node, yaml.MappingNode):
        raise WrongError(node, _("Here must be fields, such as: name: Our name"))
    if len(node.value) > MOST_RECORDS:
        raise WrongError(node, _("Please give at most {most} of these.", most=MOST_RECORDS))
    found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in node.value:
        name = text(key)
        if name in found:
            raise WrongError(key, _("The field {name} stands here for the second time.", name=name[:LONGEST_NAME]))
        found[name] = key, value
    return found


def whole(
    node: yaml.Node, readers: Mapping[str, Reader], problems: Problems, required: Collection[str]
) -> dict[str, Any]:
    """Return all fields of a record, as ``fields`` does.

    Raises:
        WrongError: the node has no fields at all. LackingError: one that is needed is not there, which is noted.
    """
    found = fields(node, readers, problems, required)
    if any(name not in found for name in required):
        raise LackingError(node, "")
    return found


def known(name: str, names: Iterable[str], node: yaml.Node) -> str:
    """Return a name that is one of these.

    Raises:
        WrongError: it is none, with the one that was probably meant, else with all.
    """
    possible = list(names)
    if name in possible:
        return name
    said = name[:LONGEST_NAME]
    short = [one for one in possible if len(one) <= LONGEST_NAME]
    near = get_close_matches(name, short, 1) if name == said else []
    if near:
        raise WrongError(node, _("“{name}” is not known here; did you mean “{near}”?", name=said, near=near[0]))
    listed = ", ".join(one[:LONGEST_NAME] for one in possible[:40]) or "–"
    raise WrongError(node, _("“{name}” is not known here; possible are: {names}.", name=said, names=listed))


def fields(
    node: yaml.Node, readers: Mapping[str, Reader], problems: Problems, required: Iterable[str] = ()
) -> dict[str, Any]:
    """Return what the fields of a node hold, by name, each read by its reader; what cannot be read is left out.

    Unknown and missing fields are noted.

    Raises:
        WrongError: the node has no fields at all.
    """
    given = pairs(node)
    found = {}
    for name, (key, value) in given.items():
        if problems.attempt(partial(known, name, readers), key) is None:
            continue
        read = problems.attempt(readers[name], value)
        if read is not None:
            found[name] = read
    missing = [name for name in required if name not in given]
    if missing:
        problems.add(WrongError(node, _("The field “{name}” is missing here.", name=missing[0])))
    return found
