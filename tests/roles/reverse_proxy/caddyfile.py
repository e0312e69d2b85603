"""The role's templates as Ansible renders them, without Ansible and without a host."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.nativetypes import NativeEnvironment

from tests.static.sizes import ROOT

ROLE = ROOT / "roles/reverse_proxy"
SITE = {
    "site_domain": "bookings.test",
    "site_tls": "internal",
    "site_tls_certificate": "",
    "site_tls_key": "",
    "site_acme_directory": "",
    "site_acme_root": "",
    "site_http_proxy": "",
    "site_no_proxy": [],
    "site_administrator_email": "ada@example.org",
    "ansible_managed": "Ansible managed",
    "role_path": str(ROLE),
}


def variables(**given: object) -> dict[str, Any]:
    """Return the role's variables, templated, with some of the site's or of its own replaced."""
    files = (ROLE / "defaults/main.yml", ROLE / "vars/main.yml")
    own = {name: value for one in files for name, value in yaml.safe_load(one.read_text()).items()}
    raw = {**SITE, **given, **own, **given}
    environment = NativeEnvironment()
    _teach(environment)
    values: dict[str, Any] = {}
    for name, value in raw.items():  # each stands after those that it needs
        values[name] = _templated(environment, value, values)
    return values


def render(template: str = "Caddyfile.j2", /, **given: object) -> str:
    """Return a template of the role, rendered."""
    # Code for Caddy, not for browsers; the settings are those of Ansible's module template.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(ROLE / "templates"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    _teach(environment)
    return environment.get_template(template).render(variables(**given))


def _teach(environment: Environment) -> None:
    environment.filters["hash"] = lambda text, kind: hashlib.new(kind, text.encode()).hexdigest()
    environment.filters["bool"] = bool
    environment.globals["lookup"] = lambda kind, path: Path(path).read_text().rstrip()
    environment.globals["query"] = lambda kind, *paths: [Path(one).read_text().rstrip() for one in paths]


def _templated(environment: Environment, value: Any, values: dict[str, Any]) -> Any:  # noqa: ANN401 YAML
    if isinstance(value, str) and "{{" in value:
        return environment.from_string(value).render(values)
    return value
