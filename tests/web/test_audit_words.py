"""The words of the audit log's page: every field of a set-up form and every right has one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

import app.operations.setup
from app.access.permissions import Extent, Permission
from app.booking.statuses import Status
from app.booking.values import OnTimeout, QuestionKind, ResourceKind, Visibility
from app.operations.setup.telling import NEVER
from app.texts import ENGLISH
from app.web.audit.fact_words import name_of, names, value_of, values


def told_fields() -> Iterator[str]:
    """Yield the fields of all drafts, which the log is told of by their names."""
    for found in pkgutil.iter_modules(app.operations.setup.__path__):
        module = importlib.import_module(f"app.operations.setup.{found.name}")
        for one in vars(module).values():
            if isinstance(one, type) and is_dataclass(one) and one.__name__.endswith("Draft"):
                yield from (field.name for field in fields(one) if field.name not in NEVER)


def test_every_field_of_a_form_and_every_right_has_a_word() -> None:
    wanted = {one.replace("_", " ") for one in (*told_fields(), *Permission)}
    assert wanted - set(names(ENGLISH)) == set()


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("status", Status),
        ("visibility", Visibility),
        ("on_timeout", OnTimeout),
        ("kind", (*ResourceKind, *QuestionKind)),
        ("extents", Extent),
    ],
)
def test_every_code_has_a_word(name: str, codes: type[Status]) -> None:
    assert {one.value for one in codes} - set(values(ENGLISH)[name]) == set()


def test_in_english_words_are_the_codes() -> None:
    assert all(name == said for name, said in names(ENGLISH).items())
    assert all(code == said for words in values(ENGLISH).values() for code, said in words.items())


def test_what_is_not_known_is_shown_as_it_is() -> None:
    assert (name_of("some_thing"), value_of("status", "some_thing"), value_of("name", "no_show")) == (
        "some thing",
        "some_thing",
        "no_show",
    )
