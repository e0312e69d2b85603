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


@pytest.mark.parametrize("proxy", ["http://proxy.example:3128", "http://a%40b:c$d@proxy.example:3128"])
def test_proxy_is_written_as_systemd_reads_it(proxy: str) -> None:
    text = render("proxy.env.j2", docker_http_proxy=proxy, docker_no_proxy=[".example", "localhost"])
    assert text.splitlines()[1:] == [
        f'HTTP_PROXY="{proxy}"',
        f'HTTPS_PROXY="{proxy}"',
        'NO_PROXY="localhost,127.0.0.1,::1,.example"',
    ]


def test_proxy_is_left_out_where_there_is_none() -> None:
    assert render("proxy.env.j2", docker_http_proxy="", docker_no_proxy=[]).splitlines() == ["# Ansible managed"]


def test_password_of_a_proxy_stands_in_no_unit() -> None:
    """``systemctl show docker`` tells everybody what stands in ``Environment=``, whatever the file's mode."""
    unit = (ROLE / "templates/service.conf.j2").read_text("utf-8")
    assert [word for word in ("docker_http_proxy", "Environment=") if word in unit] == []
    assert "EnvironmentFile=-{{ __docker_proxy_file }}" in unit


def test_file_with_the_proxy_is_for_root_alone_and_never_shown() -> None:
    tasks = yaml.safe_load((ROLE / "tasks/configure.yml").read_text("utf-8"))
    [task] = [one for one in tasks if one.get("ansible.builtin.template", {}).get("src") == "proxy.env.j2"]
    written = task["ansible.builtin.template"]
    assert (written["owner"], written["mode"], task["no_log"]) == ("root", "0600", True)
