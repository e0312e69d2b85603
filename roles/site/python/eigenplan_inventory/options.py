"""The variables that our roles know: read from their argument specifications."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOREIGN = ("ansible_", "vault_", "__")
"""Beginnings of names that are never ours: Ansible's own, secrets that ours refer to, internals of roles."""

MAGIC = frozenset(
    (
        *("inventory_file", "inventory_dir", "inventory_hostname", "inventory_hostname_short"),
        *("group_names", "groups", "hostvars", "omit", "playbook_dir", "environment"),
    )
)
"""Names that Ansible gives to every host."""

RENAMED: Mapping[str, str] = {}
"""Names that variables had before, each with the name it has now; only what was once released."""


@dataclass(frozen=True, slots=True)
class Option:
    """One variable as its role declares it; ``elements`` is the type of members, ``inner`` a dictionary's keys."""

    name: str
    type: str
    description: str
    required: bool = False
    choices: tuple[Any, ...] = ()
    elements: str = ""
    secret: bool = False
    inner: Mapping[str, Option] | None = None


def read_options(roles: Path, read: Callable[[str], Any]) -> dict[str, Option]:
    """Return the options of all roles in a folder; ``read`` gives the content of a YAML file."""
    files = sorted(roles.glob("*/meta/argument_specs.yml"))
    return {option.name: option for file in files for option in _parse_file(read(str(file)))}


def _parse_file(content: Mapping[str, Any]) -> Iterable[Option]:
    declared = content["argument_specs"].get("main", {}).get("options") or {}
    return parse(declared).values()


def parse(declared: Mapping[str, Mapping[str, Any]]) -> dict[str, Option]:
    """Return options by name from the ``options`` of a specification."""
    return {str(name): _option(str(name), about) for name, about in declared.items()}


def _option(name: str, about: Mapping[str, Any]) -> Option:
    description = about.get("description", "")
    return Option(
        name=name,
        type=str(about.get("type", "str")),
        description=description if isinstance(description, str) else " ".join(description),
        required=bool(about.get("required", False)),
        choices=tuple(about.get("choices", ())),
        elements=str(about.get("elements", "")),
        secret=bool(about.get("no_log", False)),
        inner=parse(about["options"]) if about.get("options") else None,
    )


def suggest(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean X"`` for the nearest known word, nothing when none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}" if near else ""


def explain_unknown(
    name: str, known: Iterable[str], others: Iterable[str], renamed: Mapping[str, str] = RENAMED
) -> str:
    """Return what is wrong with a variable's name; empty when it is known or belongs to somebody else.

    ``others`` are names, or beginnings of names followed by ``*``, that other playbooks use.
    """
    known = list(known)
    if name in known or name in MAGIC or name.startswith(FOREIGN) or _is_of_others(name, others):
        return ""
    if name in renamed:
        return f"{name} is now called {renamed[name]}"
    hint = suggest(name, known)
    return f"{name} is not a variable of Eigenplan{hint or '; remove it, or list it in site_other_variables'}"


def _is_of_others(name: str, others: Iterable[str]) -> bool:
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in others)
