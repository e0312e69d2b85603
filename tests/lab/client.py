"""A client: a place in the network from which hosts are reached as from outside."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path
from typing import ClassVar

from tests.lab.control_group import end
from tests.lab.machine import ask, run

NAMESPACES = Path("/run/netns")


@dataclass(frozen=True, slots=True)
class Client:
    """A network namespace with one cable to a bridge, called ``eth0`` in there."""

    kind: ClassVar[str] = "network namespace"
    name: str
    bridge: str = ""
    address: IPv4Interface | None = None
    gateway: IPv4Interface | None = None

    def exists(self) -> bool:
        """Say whether there is a namespace of this name."""
        return (NAMESPACES / self.name).exists()

    def make(self) -> None:
        """Make the namespace and plug it in; the end of the cable at the bridge has the namespace's name."""
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self.name, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        run("ip", "link", "set", self.name, "master", self.bridge, "up")
        self._configure("link", "set", "lo", "up")
        self._configure("address", "add", str(self.address), "dev", "eth0")
        self._configure("link", "set", "eth0", "up")
        if self.gateway is not None:
            self._configure("route", "add", "default", "via", str(self.gateway.ip))

    def _configure(self, *words: str) -> None:
        run("ip", "-netns", self.name, *words)

    def run(self, *words: str, given: str = "", seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run a command in there; returns what it said, whether it succeeded or not."""
        return ask(["ip", "netns", "exec", self.name, *words], given, seconds)

    def remove(self) -> None:
        """End the processes in there, then remove the namespace; its cable goes with it."""
        if not self.exists():
            return
        for process in run("ip", "netns", "pids", self.name).split():
            end(int(process))
        run("ip", "netns", "delete", self.name)
