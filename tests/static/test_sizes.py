"""The sizes of the house rules, kept as numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.static.sizes import functions, modules, share

APP = functions("app")
TESTS = [one for one in functions("tests") if one.name.startswith("test_")]


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


@pytest.mark.parametrize(("fraction", "most"), [(0.5, 9), (0.9, 30)])
def test_functions_are_short(fraction: float, most: int) -> None:
    assert share([one.lines for one in APP], fraction) <= most


def test_functions_none_is_long() -> None:
    assert [one for one in APP if one.lines > 60] == []


def test_functions_are_not_nested_deeply() -> None:
    assert [one for one in APP if one.nesting > 3] == []


def test_functions_take_few_arguments() -> None:
    assert share([one.arguments for one in APP], 0.95) <= 5


@pytest.mark.parametrize("folder", ["app", "tests"])
def test_modules_none_is_long(folder: str) -> None:
    assert [str(path) for path in modules(folder) if _lines(path) > 400] == []


def test_modules_are_short() -> None:
    assert share([_lines(path) for path in modules("app") if _lines(path)], 0.5) <= 120


def test_tests_are_short() -> None:
    assert share([one.lines for one in TESTS], 0.5) <= 13


def test_tests_are_named_by_thing_and_condition() -> None:
    assert [one.place for one in TESTS if one.name.count("_") < 2] == []
