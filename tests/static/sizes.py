"""Measures the code as the house rules count it: lengths without docstrings, nesting, arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NESTING = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Measured:
    """One function: where it is, and its sizes."""

    place: str
    name: str
    lines: int
    nesting: int
    arguments: int


def modules(folder: str) -> list[Path]:
    """Return all Python files of a folder of the project."""
    return sorted((ROOT / folder).rglob("*.py"))


def functions(folder: str) -> list[Measured]:
    """Measure all functions of a folder."""
    return [_measure(path, node) for path in modules(folder) for node in _functions(path)]


def _functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, Function):
            yield node


def _measure(path: Path, node: Function) -> Measured:
    given = node.args
    arguments = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    count = len(arguments) - (arguments[:1] in (["self"], ["cls"]))
    place = f"{path.relative_to(ROOT)}:{node.lineno}"
    return Measured(place, node.name, _lines(node), max(map(_depth, node.body)), count)


def _lines(node: Function) -> int:
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return whole
    text = node.body[0]
    return whole - ((text.end_lineno or text.lineno) - text.lineno + 1)


def _depth(node: ast.AST) -> int:
    """Return how deep blocks lie in each other; ``elif`` is no deeper than its ``if``."""
    own = 1 if isinstance(node, NESTING) else 0
    alternative = node.orelse if isinstance(node, ast.If) else []
    elif_only = alternative if len(alternative) == 1 and isinstance(alternative[0], ast.If) else []
    inside = [
        child for child in ast.iter_child_nodes(node) if child not in elif_only and not isinstance(child, Function)
    ]
    return max([own + max(map(_depth, inside), default=0), *map(_depth, elif_only)])


def share(values: Sequence[int], fraction: float) -> int:
    """Return the value that this fraction of all does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * fraction))]
