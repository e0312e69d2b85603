#!/usr/bin/python3
"""Looks at a host and says all that stands in the way of a site; changes nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.eigenplan_address import check_address
from ansible.module_utils.eigenplan_clock import check_clock
from ansible.module_utils.eigenplan_findings import SHORT, UNKNOWN, Finding, make_table, tell
from ansible.module_utils.eigenplan_machine import (
    Root,
    check_cores,
    check_free_disk,
    check_memory,
    check_storage,
    nearest,
    refuse_system,
)
from ansible.module_utils.eigenplan_names import check_domain, check_name, check_packages, find_sources
from ansible.module_utils.eigenplan_ports import check_ports

DOCUMENTATION = r"""
module: eigenplan_preflight
short_description: Looks at a host and says all that stands in the way of a site
description:
  - Fails with a table of all shortfalls. Changes nothing, in check mode and without. Needs root only to name the
    programs that hold ports.
options:
  versions: {type: list, elements: str, required: true, description: Supported versions of Debian.}
  cores: {type: int, required: true, description: The fewest processors; 0 looks at none.}
  memory: {type: int, required: true, description: The least memory in MiB; 0 looks at none.}
  disk: {type: int, required: true, description: The least free disk in MiB before an installation; 0 looks at none.}
  disk_installed: {type: int, required: true, description: The same where it is installed already.}
  folders: {type: list, elements: path, required: true, description: Where the site keeps data.}
  storage: {type: bool, required: true, description: Whether disks must not rotate.}
  time: {type: bool, required: true, description: Whether the clock must be synchronised.}
  time_servers: {type: list, elements: str, required: true, description: Whom to ask where it is not.}
  address: {type: str, required: true, description: The host's own address; empty looks at none.}
  static: {type: bool, required: true, description: Whether it must not be by DHCP.}
  domain: {type: str, required: true, description: The site's name; empty looks at no names.}
  domain_addresses: {type: list, elements: str, required: true, description: Where it may lead.}
  names: {type: dict, required: true, description: Further names that are needed, each with the variable that holds it.}
  ports: {type: list, elements: int, required: true, description: TCP ports that the site needs.}
  packages: {type: bool, required: true, description: Whether the servers of packages must answer.}
  mirrors: {type: list, elements: str, required: true, description: Their addresses; else those of apt.}
  proxy: {type: str, required: true, description: The proxy that is asked instead of them.}
  others: {type: dict, required: true, description: Other roles that refuse the host, each with what it says.}
author: The Eigenplan developers
"""
RETURN = r"""
table: {type: str, returned: success, description: All that was looked at, as a table.}
unknown: {type: list, elements: str, returned: success, description: What could not be found out, in sentences.}
"""
TYPES = {
    "str": ("address", "domain", "proxy"),
    "int": ("cores", "memory", "disk", "disk_installed"),
    "bool": ("storage", "time", "static", "packages"),
    "dict": ("names", "others"),
}
LISTS = {
    "str": ("versions", "time_servers", "domain_addresses", "mirrors"),
    "path": ("folders",),
    "int": ("ports",),
}
OPTIONS = {
    **{name: {"type": kind, "required": True} for kind, names in TYPES.items() for name in names},
    **{name: {"type": "list", "elements": kind, "required": True} for kind, names in LISTS.items() for name in names},
}

OPTIONS["proxy"]["no_log"] = True  # a password may be part of it

INSTALLED = Path("/etc/eigenplan/eigenplan.env")
"""There once the site is installed."""


def main() -> None:
    """Run as a module of Ansible."""
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    parameters: dict[str, Any] = module.params
    root = Root()
    refusal = refuse_system(root, parameters["versions"], os.uname().machine)
    if refusal:
        module.fail_json(msg=refusal)
    findings = list(look(root, parameters))
    message = tell(findings)
    if message:
        module.fail_json(msg=message)
    unknown = [f"Not known: {one.check} ({one.found}): {one.remedy}." for one in findings if one.state == UNKNOWN]
    module.exit_json(changed=False, table=make_table(findings), unknown=unknown)


def look(root: Root, wanted: dict[str, Any]) -> Iterator[Finding]:
    """Yield what was found, for every check that is not turned off."""
    yield from _look_at_machine(root, wanted)
    if wanted["time"]:
        yield check_clock(
            _output("timedatectl", "show", "--property=NTPSynchronized", "--value") == "yes", wanted["time_servers"]
        )
    if wanted["address"]:
        yield check_address(root, wanted["address"], _output("ip", "-json", "-4", "address"), static=wanted["static"])
    if wanted["domain"]:
        yield check_domain(wanted["domain"], wanted["domain_addresses"])
        yield from (check_name(name, variable) for name, variable in wanted["names"].items())
    if wanted["packages"]:
        yield check_packages(wanted["mirrors"] or find_sources(root), wanted["proxy"])
    if wanted["ports"]:
        yield from check_ports(root, wanted["ports"], installed=INSTALLED.exists())
    for role, sentence in wanted["others"].items():
        yield Finding(f"role {role}", SHORT, "refuses the host", "nothing in its way", sentence)


def _look_at_machine(root: Root, wanted: dict[str, Any]) -> Iterator[Finding]:
    folders = _one_of_each_disk(map(Path, wanted["folders"]))
    if wanted["cores"]:
        yield check_cores(os.cpu_count() or 0, wanted["cores"])
    if wanted["memory"]:
        yield check_memory(root, wanted["memory"])
    if wanted["storage"]:
        yield from (check_storage(root, folder) for folder in folders)
    if wanted["disk"]:
        least = wanted["disk_installed" if INSTALLED.exists() else "disk"]
        yield from (check_free_disk(folder, least) for folder in folders)


def _one_of_each_disk(folders: Iterable[Path]) -> list[Path]:
    """Return the folders without those that are on the same file system as one before."""
    first: dict[int, Path] = {}
    for folder in folders:
        first.setdefault(os.stat(nearest(folder)).st_dev, folder)
    return list(first.values())


def _output(*words: str) -> str:
    """Return what a program prints; empty when it is not there or fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603 our own words
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


if __name__ == "__main__":
    main()
