"""The inventory of a lab: what an operator would write for these hosts, so that ``./eigenplan deploy`` takes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab.folder import LabFolder
from tests.lab.mail import MailRelay

DOMAIN = "lab.test"
"""Under a name that RFC 6761 keeps for tests: no DNS of the world has it."""

GROUP = "eigenplan"

LIMITS: Mapping[str, object] = {
    "preflight_minimum_cores": 1,
    "preflight_minimum_memory_mib": 1024,
    "preflight_minimum_disk_mib": 2048,
    "preflight_require_ssd": False,
    "preflight_require_time_sync": False,
}
"""What a host in a container has of its machine, or cannot have at all."""


@dataclass(frozen=True, slots=True)
class Target:
    """A host, as Ansible is to know it."""

    name: str
    address: str


def site_name(host: str) -> str:
    """Return the name of the site on a host."""
    return f"{host}.{DOMAIN}"


def other_name(host: str) -> str:
    """Return another name that leads to a host, for a site that is to be renamed."""
    return site_name(f"renamed-{host}")


def names_of(host: str) -> list[str]:
    """Return all names of a host, the site's first."""
    return [site_name(host), host, other_name(host)]


def site_values(public_key: str, relay: MailRelay, image: Path) -> dict[str, object]:
    """Return what is the same for all hosts; ``image``: the archive of the base of the site's image."""
    return {
        "site_administrator_name": "Ada Example",
        "site_administrator_email": f"ada@{DOMAIN}",
        "site_administrator_keys": [public_key.strip()],
        "site_time_zone": "Europe/Vienna",
        "site_mail_relay": relay.address,
        "site_mail_port": relay.port,
        "site_mail_security": "starttls",
        "site_authorities": [str(relay.certificate)],
        "site_mail_from": f"bookings@{DOMAIN}",
        "site_tls": "internal",
        "booking_app_base_archive": str(image),
        "booking_app_limit_times": 1000,  # all of a lab's clients have one address
        **LIMITS,
    }


def connection(folder: LabFolder) -> dict[str, object]:
    """Return how Ansible reaches the hosts; the sockets of its connections go with the lab."""
    return {
        "ansible_user": "root",
        "ansible_ssh_common_args": f"-F {folder.ssh_config}",
        "ansible_control_path_dir": str(folder.sockets),
        "ansible_control_path": "%(directory)s/%%n-%%r",  # short, as a socket's path has 107 bytes at most
        "ansible_python_interpreter": "/usr/bin/python3",
    }


def write_inventory(folder: Path, targets: Sequence[Target], values: Mapping[str, object]) -> None:
    """Write ``hosts.yml`` and ``group_vars`` into a folder."""
    hosts = {one.name: {"site_domain": site_name(one.name), "site_address": one.address} for one in targets}
    (folder / "group_vars").mkdir(parents=True, exist_ok=True)
    (folder / "hosts.yml").write_text(yaml({GROUP: {"hosts": hosts}}))
    (folder / "group_vars" / f"{GROUP}.yml").write_text(yaml(values))


def yaml(content: Mapping[str, object]) -> str:
    """Return a mapping as YAML; its scalars and lists are JSON, which is YAML, too."""
    return "---\n" + "".join(f"{line}\n" for line in _lines(content, ""))


def _lines(content: Mapping[str, object], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in content.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{key}:", *_lines(value, f"{indent}  ")]
        else:
            lines.append(f"{indent}{key}: {json.dumps(value)}")
    return lines
