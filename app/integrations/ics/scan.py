"""The outer form of iCalendar text (RFC 5545 section 3.1): folded lines and nested components, with line numbers.

The parser of the library gives up on a whole file for one wrong line and knows no line numbers; so the text is taken
apart here, and the library reads one component at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.integrations.ics.values import Problem, shown

_NAME = re.compile(r"[A-Za-z0-9-]+")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One unfolded content line and the number of its first line in the file."""

    number: int
    text: str

    @property
    def name(self) -> str:
        """The property's name in capitals; empty when the line does not begin with one."""
        found = _NAME.match(self.text)
        return found.group().upper() if found else ""

    @property
    def value(self) -> str:
        """What stands after the first colon; good for values of properties without parameters."""
        return self.text.partition(":")[2].strip()


@dataclass(slots=True)
class Block:
    """A component: its own lines, and the components in it. ``closed``: its END was there."""

    name: str
    line: int
    lines: list[Line] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    closed: bool = False

    def first(self, name: str) -> Line | None:
        """Return the first own line of this property."""
        return next((line for line in self.lines if line.name == name), None)

    def text(self) -> str:
        """Return the component as iCalendar text again."""
        inner = "".join(f"{line.text}\r\n" for line in self.lines) + "".join(one.text() for one in self.blocks)
        return f"BEGIN:{self.name}\r\n{inner}END:{self.name}\r\n"


def unfold(text: str) -> Iterator[Line]:
    """Join folded lines; lines end with CRLF, or by themselves with LF (or CR, where a file has no LF)."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    number, parts = 0, [""]
    for here, line in enumerate(text.split("\n"), 1):
        line = line.removesuffix("\r")
        if number and line[:1] in (" ", "\t"):
            parts.append(line[1:])
            continue
        if number:
            yield Line(number, "".join(parts))
        number, parts = here, [line]
    if number:
        yield Line(number, "".join(parts))


@dataclass(slots=True)
class _Scan:
    roots: list[Block] = field(default_factory=list)
    stack: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stray: bool = False

    def begin(self, line: Line) -> None:
        if len(self.stack) == _DEEPEST:
            self.problems.append(Problem(line.number, "Components are nested too deep."))
        block = Block(line.value.upper(), line.number)
        if len(self.stack) < _DEEPEST:
            (self.stack[-1].blocks if self.stack else self.roots).append(block)
        self.stack.append(block)

    def end(self, line: Line) -> None:
        name = line.value.upper()
        if not any(block.name == name for block in self.stack):
            self.problems.append(Problem(line.number, f"END:{shown(name)} closes nothing that was begun."))
            return
        while self.stack[-1].name != name:
            self.leave_open()
        self.stack.pop().closed = True

    def leave_open(self) -> None:
        block = self.stack.pop()
        self.problems.append(Problem(block.line, f"BEGIN:{shown(block.name)} is never closed by its END."))

    def other(self, line: Line) -> None:
        if self.stack:
            self.stack[-1].lines.append(line)
        elif line.text.strip() and not self.stray:
            self.stray = True
            self.problems.append(Problem(line.number, f"This line belongs to no calendar: {shown(line.text)}"))


def scan(data: bytes) -> tuple[list[Block], list[Problem]]:
    """Take iCalendar text apart; whatever the bytes are, the result is what components can be told apart."""
    state = _Scan()
    for line in unfold(data.decode("utf-8-sig", errors="replace")):
        if line.name == "BEGIN":
            state.begin(line)
        elif line.name == "END":
            state.end(line)
        else:
            state.other(line)
    while state.stack:
        state.leave_open()
    return state.roots, state.problems
