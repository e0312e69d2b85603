"""Every icon that pages show was asked for in ``frontend.json``, and nothing else was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from app.web.navigation import ENTRIES
from app.web.static_files import icon_names
from tests.static.sizes import ROOT

TEMPLATES = ROOT / "app" / "web" / "templates"
VENDOR = "vendor"
LATER = {"base.html": ["link.icon"], "macros.html": ["name"]}
"""What is known only when a page is made: the navigation's icons, and the name in the macro itself."""


def fetched() -> list[str]:
    names: list[str] = json.loads((ROOT / "frontend.json").read_text("utf-8"))["icons.svg"]
    return names


def calls(path: Path, name: str) -> Iterator[nodes.Expr]:
    """What a template gives to a function or macro."""
    for call in Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == name:
            yield from call.args


def names_in(said: nodes.Expr) -> list[str] | None:
    """The names that an expression can give; none where only the page knows."""
    if isinstance(said, nodes.Const):
        return [said.value]
    if isinstance(said, nodes.CondExpr) and said.expr2 is not None:
        both = [names_in(said.expr1), names_in(said.expr2)]
        return None if None in both else list(chain.from_iterable(filter(None, both)))
    if isinstance(said, nodes.Getitem) and isinstance(said.node, nodes.Dict):
        return [name for pair in said.node.items for name in names_in(pair.value) or ()]
    return None


def used() -> tuple[set[str], dict[str, list[str]]]:
    """All names in templates, and by template the places where the name is known only later."""
    found: set[str] = set()
    later: dict[str, list[str]] = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        for said in chain(calls(path, "icon"), calls(path, "icon_url")):
            names = names_in(said)
            found.update(names or ())
            if names is None:
                later.setdefault(str(path.relative_to(TEMPLATES)), []).append(_words(said))
    return found, later


def _words(said: nodes.Expr) -> str:
    if isinstance(said, nodes.Name):
        return said.name
    if isinstance(said, nodes.Getattr):
        return f"{_words(said.node)}.{said.attr}"
    return type(said).__name__


def test_icons_of_all_pages_are_those_that_are_fetched() -> None:
    found, later = used()
    navigation = {icon for _endpoint, _label, icon, _permissions in ENTRIES}
    assert (sorted(found | navigation), later) == (fetched(), LATER)


def test_icons_that_were_fetched_are_all_there() -> None:
    assert sorted(icon_names()) == fetched()


def test_icons_are_shown_by_the_macro_alone() -> None:
    ours = (one for kind in ("*.js", "*.html") for one in (ROOT / "app" / "web").rglob(kind) if VENDOR not in one.parts)
    assert [one.name for one in ours if "<use" in one.read_text("utf-8")] == ["macros.html"]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('{{ icon("a") }}', ["a"]),
        ('{{ icon("a" if x else "b") }}', ["a", "b"]),
        ('{{ icon({"x": "a", "y": "b"}[kind]) }}', ["a", "b"]),
        ("{{ icon(kind) }}", None),
        ('{{ icon("a" if x else kind) }}', None),
    ],
)
def test_names_are_found_in_what_a_template_says(tmp_path: Path, source: str, names: list[str] | None) -> None:
    (tmp_path / "page.html").write_text(source)
    assert [names_in(said) for said in calls(tmp_path / "page.html", "icon")] == [names]
