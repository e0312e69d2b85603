"""What is wrong with an inventory, and how it is told: everything at once, each by where it was typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: a sentence without its full stop, and ``place`` such as ``hosts.yml:7`` or nothing."""

    sentence: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was typed."""

    path: str
    line: int | None = None

    def text(self, base: Path) -> str:
        """Return the place as people read it, relative to the folder they are in where possible."""
        path = Path(self.path)
        shown = str(path.relative_to(base)) if path.is_relative_to(base) else self.path
        return f"{shown}:{self.line}" if self.line else shown


def tell(found: Iterable[tuple[str, Problem]], hosts: Sequence[str]) -> str:
    """Return one message for the problems of all hosts; empty when there are none.

    ``found`` are pairs of a host and one of its problems. Hosts are named only where others do not share the problem.
    """
    affected: dict[Problem, list[str]] = {}
    for host, problem in found:
        affected.setdefault(problem, []).append(host)
    lines = [_line(problem, names if len(names) < len(hosts) else []) for problem, names in affected.items()]
    if not lines:
        return ""
    if len(lines) == 1:
        return f"The inventory cannot be used, nothing was touched: {lines[0]}"
    return "\n".join(
        [f"The inventory cannot be used, nothing was touched. {len(lines)} things are wrong:", *_bullets(lines)]
    )


def _line(problem: Problem, hosts: Sequence[str]) -> str:
    where = [*([f"host {', '.join(hosts)}"] if hosts else []), *([problem.place] if problem.place else [])]
    return f"{problem.sentence} ({'; '.join(where)})." if where else f"{problem.sentence}."


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"  - {line}" for line in lines]
