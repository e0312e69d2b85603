"""Finds texts that people read and that are not marked for translation, in templates and in code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

SAYING = {"_", "plural", "rich", "in_context", "mark"}
ATTRIBUTES = ("title", "aria-label", "aria-roledescription", "placeholder", "alt", "data-text", "label")
_TAG = re.compile(r"<!--.*?-->|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
_SPOKEN = re.compile(rf"\b(?:{'|'.join(ATTRIBUTES)})=\"([^\"]*)\"")
_WORD = re.compile(r"[A-Za-z]{2,}")
_ENTITY = re.compile(r"&#?\w+;")
_SENTENCE = re.compile(r"^\s*[A-Z][a-z'’]*(?:[ ,:;.!?…-]|$)|[a-z] [a-z]+ [a-z]+|^[a-z]+[.,;:!?]? [a-z ]*[.,;:!?]$")
HOLE = "\u0001"
_QUIET_CALLS = {
    *("url_for", "icon", "static_url", "selectattr", "rejectattr", "compile", "Option", "TypeVar", "NewType"),
    *("debug", "info", "warning", "error", "log", "exception", "get", "setdefault", "startswith", "endswith"),
    *("TypeError", "ValueError", "RuntimeError", "AssertionError", "KeyError", "SchemaError", "NoLetterError"),
    *("getenv", "ParamSpec", "StrEnum"),
}


def unsaid_in_template(source: str) -> list[tuple[int, str]]:
    """Return line and text of whatever a template shows without marking it."""
    tree = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True).parse(source)
    found = [(line, text) for line, text in _shown(tree)]
    found += [(node.lineno, node.value) for node in _constants(tree) if _SENTENCE.search(node.value)]
    return sorted(found)


def _shown(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Yield what stands between tags, and in attributes that are read out; a hole stands for each expression."""
    pieces: list[tuple[int, str]] = []
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            pieces.append((node.lineno, node.data if isinstance(node, nodes.TemplateData) else HOLE))
    pieces.sort(key=lambda piece: piece[0])
    whole = "".join(text for _, text in pieces)
    for text in (*_TAG.sub("\n", whole).split("\n"), *_SPOKEN.findall(whole)):
        bare = _ENTITY.sub(" ", text.replace(HOLE, " ")).strip()
        if _WORD.search(bare) and "<" not in bare and ">" not in bare and "=" not in bare and bare != "Eigenplan":
            line = next((line for line, piece in pieces if bare.split("  ")[0] in piece), 0)
            yield line, bare


def _constants(node: nodes.Node) -> Iterator[nodes.Const]:
    if isinstance(node, nodes.Call):
        name = getattr(node.node, "name", None) or getattr(node.node, "attr", None)
        if name in SAYING or name in _QUIET_CALLS:
            return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node
    for child in node.iter_child_nodes():
        yield from _constants(child)


def unsaid_in_code(source: str) -> list[tuple[int, str]]:
    """Return line and text of whatever reads like a sentence or a label and is not marked."""
    tree = ast.parse(source)
    quiet = {id(node) for node in _docstrings(tree)}
    found: list[tuple[int, str]] = []
    _walk(tree, quiet, found)
    return found


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _walk(node: ast.AST, quiet: set[int], found: list[tuple[int, str]]) -> None:
    if id(node) in quiet or (isinstance(node, ast.Call) and _name(node.func) in SAYING | _QUIET_CALLS):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _reads_like_words(node.value):
        found.append((node.lineno, node.value))
    for child in ast.iter_child_nodes(node):
        _walk(child, quiet, found)


def _reads_like_words(text: str) -> bool:
    return bool(_SENTENCE.search(text)) and not text.isupper() and "SELECT " not in text


def _name(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")


def unsaid(path: Path) -> list[tuple[int, str]]:
    """Return line and text of whatever a file of ours shows without marking it."""
    source = path.read_text("utf-8")
    return unsaid_in_template(source) if path.suffix == ".html" else unsaid_in_code(source)
