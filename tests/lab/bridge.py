"""A bridge: the switch that hosts and clients are plugged into."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path
from typing import ClassVar

from tests.lab.machine import ask, run

INTERFACES = Path("/sys/class/net")


def is_interface(name: str) -> bool:
    """Say whether this machine has a network interface of that name."""
    return (INTERFACES / name).exists()


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge in this machine's own network namespace; with an address, the machine is in its network too."""

    kind: ClassVar[str] = "bridge"
    name: str
    address: IPv4Interface | None = None

    def exists(self) -> bool:
        """Say whether an interface has this name."""
        return is_interface(self.name)

    def make(self) -> None:
        """Make it and switch it on."""
        run("ip", "link", "add", self.name, "type", "bridge")
        if self.address is not None:
            run("ip", "address", "add", str(self.address), "dev", self.name)
        run("ip", "link", "set", self.name, "up")

    def remove(self) -> None:
        """Remove it."""
        if self.exists():
            ask(["ip", "link", "delete", self.name, "type", "bridge"])
