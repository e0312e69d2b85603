"""What is written into a host's tree before its first boot."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

from tests.lab.base_system import apt_sources, machine_settings, machine_sources
from tests.lab.machine import run
from tests.lab.names import hosts_lines
from tests.lab.state import HostPlan

AUTHORITIES = Path("/usr/local/share/ca-certificates")
INSIDE = "host0"
"""What a host calls its first interface."""

SYSCTL = "net.ipv4.ip_forward = 0\n"
"""A new network namespace copies this machine's switch, which the lab has on; a server starts with it off."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """A host's place in the network."""

    address: IPv4Interface
    gateway: IPv4Address
    name_servers: tuple[IPv4Address, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """What all hosts of the lab are called (one or more names in one text), each with its address."""


def networkd_file(wiring: Wiring) -> str:
    """Return the file of systemd-networkd for a host's first interface."""
    servers = "".join(f"DNS={one}\n" for one in wiring.name_servers)
    return (
        f"[Match]\nName={INSIDE}\n\n[Network]\nAddress={wiring.address}\nGateway={wiring.gateway}\n{servers}"
        "LinkLocalAddressing=ipv6\n"
    )


def interfaces_file(wiring: Wiring) -> str:
    """Return ``/etc/network/interfaces`` as Debian's installer writes it for a static address.

    One word differs: ``auto`` instead of ``allow-hotplug``, as no device manager runs in a container.
    """
    servers = " ".join(map(str, wiring.name_servers))
    return (
        "source /etc/network/interfaces.d/*\n\n"
        "auto lo\niface lo inet loopback\n\n"
        f"auto {INSIDE}\niface {INSIDE} inet static\n"
        f"\taddress {wiring.address}\n\tgateway {wiring.gateway}\n\tdns-nameservers {servers}\n"
    )


def hosts_file(wiring: Wiring) -> str:
    """Return ``/etc/hosts``."""
    return f"127.0.0.1\tlocalhost\n{hosts_lines(wiring.names)}::1\tlocalhost ip6-localhost ip6-loopback\n"


def write_files(root: Path, plan: HostPlan, wiring: Wiring, public_key: str) -> None:
    """Make an unpacked base system into this host."""
    texts = {
        "etc/hostname": f"{plan.name}\n",
        "etc/hosts": hosts_file(wiring),
        "etc/machine-id": f"{uuid.uuid4().hex}\n",
        "etc/resolv.conf": "".join(f"nameserver {one}\n" for one in wiring.name_servers),
        "etc/apt/sources.list": "".join(f"{one}\n" for one in apt_sources(plan.suite, machine_sources())),
        "etc/apt/apt.conf.d/99lab": machine_settings(),
        "usr/lib/sysctl.d/00-lab.conf": SYSCTL,
        "root/.ssh/authorized_keys": public_key,
    }
    (root / "etc/apt/apt.conf.d/99mmdebstrap").unlink(missing_ok=True)
    for name, text in texts.items():
        _write(root / name, text)
    (root / "root/.ssh").chmod(0o700)
    _write_network(root, plan, wiring)
    _trust_authorities(root)
    _make_host_keys(root)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)  # a link would lead out of the host's tree
    file.write_text(text)


def _write_network(root: Path, plan: HostPlan, wiring: Wiring) -> None:
    if plan.ifupdown:
        (root / "etc/network/interfaces.d").mkdir(parents=True, exist_ok=True)
        _write(root / "etc/network/interfaces", interfaces_file(wiring))
        return
    _write(root / "etc/systemd/network/10-lab.network", networkd_file(wiring))
    run("systemctl", f"--root={root}", "--quiet", "enable", "systemd-networkd.service")


def _trust_authorities(root: Path) -> None:
    """A host trusts whom this machine trusts, as it goes out by the same way."""
    certificates = sorted(AUTHORITIES.glob("*.crt"))
    for one in certificates:
        shutil.copy(one, root / "usr/local/share/ca-certificates")
    if certificates:
        run("chroot", str(root), "update-ca-certificates")


def _make_host_keys(root: Path) -> None:
    """The base system's keys are the same in every host, so this one gets its own."""
    for old in (root / "etc/ssh").glob("ssh_host_*"):
        old.unlink()
    run("ssh-keygen", "-q", "-A", "-f", str(root))
