"""Whether a value is of the type that its option declares; YAML's own traps are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from eigenplan_inventory.options import Option, suggest

TYPED = "remove_"
"""Beginning of switches that are given on the command line, where all is text; their role reads it as such."""


def check_type(option: Option, value: object) -> Iterator[str]:
    """Yield what is wrong with the type, the choices and what is inside of a value."""
    wrong = "" if _is_typed_switch(option, value) else _wrong_type(option.type, value)
    if wrong:
        yield f"{option.name} must be {wrong}"
    elif option.choices and value not in option.choices:
        yield f"{option.name} must be one of {', '.join(map(str, option.choices))}{_near(option, value)}"
    elif isinstance(value, Mapping) and option.inner is not None:
        yield from check_inner(option.name, option.inner, value)
    elif isinstance(value, Sequence) and option.type == "list":
        yield from _check_members(option, value)


def _is_typed_switch(option: Option, value: object) -> bool:
    return option.type == "bool" and option.name.startswith(TYPED) and value in ("true", "false", "yes", "no")


def check_inner(name: str, inner: Mapping[str, Option], value: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong in a dictionary whose keys are declared."""
    for key in value:
        if key not in inner:
            yield f"{name} has no key {key}{suggest(str(key), inner)}"
    for key, option in inner.items():
        if key in value:
            yield from (f"{name}: {wrong}" for wrong in check_type(option, value[key]))
        elif option.required:
            yield f"{name} lacks {key}"


def _check_members(option: Option, value: Sequence[Any]) -> Iterator[str]:
    for number, member in enumerate(value, 1):
        wrong = _wrong_type(option.elements, member) if option.elements else ""
        if wrong:
            yield f"entry {number} of {option.name} must be {wrong}"
        elif isinstance(member, Mapping) and option.inner is not None:
            yield from check_inner(f"entry {number} of {option.name}", option.inner, member)


def _near(option: Option, value: object) -> str:
    return "" if option.secret or not isinstance(value, str) else suggest(value, map(str, option.choices))


def _wrong_type(name: str, value: object) -> str:
    """Return what the value must be; empty when it is that, or the type is one that takes anything."""
    check = _TYPES.get(name)
    return "" if check is None else check(value)


def _wrong_text(value: object) -> str:
    if isinstance(value, bool):
        return "text; YAML reads yes, no, on and off as true or false, so put it in quotes"
    return "" if isinstance(value, str | int | float) else "text"


def _wrong_number(value: object) -> str:
    good = isinstance(value, int) and not isinstance(value, bool)
    return "" if good or (isinstance(value, str) and value.isdecimal()) else "a whole number"


def _wrong_fraction(value: object) -> str:
    return "" if isinstance(value, float) else _wrong_number(value).replace("whole ", "")


def _wrong_switch(value: object) -> str:
    return "" if isinstance(value, bool) else "true or false, without quotes; after -e only as JSON"


def _wrong_list(value: object) -> str:
    good = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    return "" if good else "a list, each entry on a line that begins with a dash"


def _wrong_dictionary(value: object) -> str:
    return "" if isinstance(value, Mapping) else "a dictionary, each entry as a key, a colon and a value"


_TYPES: Mapping[str, Callable[[Any], str]] = {
    "str": _wrong_text,
    "path": _wrong_text,
    "int": _wrong_number,
    "float": _wrong_fraction,
    "bool": _wrong_switch,
    "list": _wrong_list,
    "dict": _wrong_dictionary,
}
