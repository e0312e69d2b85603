"""Renders the role's templates as Ansible does, without a host."""

from __future__ import annotations

from typing import Any

import yaml
from ansible.plugins.filter.core import FilterModule
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.static.sizes import ROOT

ROLE = ROOT / "roles/base"
VARIABLES: dict[str, Any] = yaml.safe_load((ROLE / "vars/main.yml").read_text("utf-8"))
DEFAULTS: dict[str, Any] = yaml.safe_load((ROLE / "defaults/main.yml").read_text("utf-8"))


def render(template: str, **given: object) -> str:
    """Return a file of the role; ``given`` stands for what a host or an inventory decides."""
    # Settings of daemons, not HTML; trim_blocks is what Ansible's module template sets.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(ROLE / "templates"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(FilterModule().filters())
    values = {**DEFAULTS, **VARIABLES, "ansible_managed": "Ansible managed", **given}
    return environment.get_template(template).render(values)


def settings(text: str, separator: str | None = None) -> dict[str, str]:
    """Return the settings of a file with one on each line, in which none may stand twice."""
    pairs = [line.split(separator, 1) for line in text.splitlines() if line and not line.startswith("#")]
    found = {name.strip(): value.strip() for name, value in pairs}
    assert len(found) == len(pairs)
    return found
