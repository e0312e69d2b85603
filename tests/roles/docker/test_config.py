"""What the daemon is told."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.static.sizes import ROOT

ROLE = ROOT / "roles/docker"
VARIABLES: dict[str, Any] = yaml.safe_load((ROLE / "vars/main.yml").read_text("utf-8"))


def render(template: str, **given: object) -> str:
    # Settings of a daemon, not HTML; trim_blocks is what Ansible's module template sets.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(ROLE / "templates"), trim_blocks=True, undefined=StrictUndefined
    )
    return environment.get_template(template).render(ansible_managed="Ansible managed", **given)


def test_daemon_is_hardened() -> None:
    told = VARIABLES["__docker_config_all"]
    assert {name: told[name] for name in told if name not in ("default-address-pools", "log-opts")} == {
        "icc": False,
        "ip": "127.0.0.1",
        "live-restore": True,
        "log-driver": "journald",
        "no-new-privileges": True,
        "userland-proxy": False,
    }


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("http://a%40b:c@proxy.example:3128", "http://a%%40b:c@proxy.example:3128"),
    ],
)
def test_proxy_is_written_as_systemd_reads_it(proxy: str, expected: str) -> None:
    text = render("service.conf.j2", docker_http_proxy=proxy, docker_no_proxy=[".example", "localhost"])
    assert [line for line in text.splitlines() if "PROXY" in line] == [
        f'Environment="HTTP_PROXY={expected}" "HTTPS_PROXY={expected}"',
        'Environment="NO_PROXY=localhost,127.0.0.1,::1,.example"',
    ]


def test_proxy_is_left_out_where_there_is_none() -> None:
    assert "Environment" not in render("service.conf.j2", docker_http_proxy="", docker_no_proxy=[])
