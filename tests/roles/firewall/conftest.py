"""Renders the role's rules as Ansible does, without a host."""

from __future__ import annotations

from collections.abc import Mapping

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from roles.firewall.filter_plugins import firewall_networks
from tests.static.sizes import ROOT

ROLE = ROOT / "roles/firewall"
POOLS = ["172.30.0.0/16"]


def render(given: Mapping[str, object]) -> str:
    """Return the rules for variables beside the role's defaults."""
    files = (ROLE / "defaults/main.yml", ROLE / "vars/main.yml")
    values = {key: value for one in files for key, value in yaml.safe_load(one.read_text()).items()}
    # Code for nftables, not HTML; the two settings are those of Ansible's module template.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(ROLE / "templates"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(firewall_networks.FilterModule().filters())
    more = {"firewall_container_pools": POOLS, "firewall_ssh_port": 22, "ansible_managed": "Ansible managed"}
    return environment.get_template("eigenplan-firewall.nft.j2").render({**values, **more, **given})
