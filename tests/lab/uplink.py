"""The way out to the package archive: forwarding and one table of translation of our own."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import ClassVar

from tests.lab.folder import locked
from tests.lab.machine import run

SWITCH = Path("/proc/sys/net/ipv4/ip_forward")
REGISTER = Path("/run/eigenplan-lab")
BEFORE = REGISTER / "before"


def masquerade_rules(table: str, network: IPv4Network) -> str:
    """Return the nftables commands that let a network reach the outside by this machine's address."""
    return (
        f"add table ip {table}\n"
        f"add chain ip {table} postrouting {{ type nat hook postrouting priority srcnat; policy accept; }}\n"
        f"add rule ip {table} postrouting ip saddr {network} ip daddr != {network} masquerade\n"
    )


@dataclass(frozen=True, slots=True)
class Masquerade:
    """A table of nftables that nobody else's rules are in."""

    kind: ClassVar[str] = "nft table"
    name: str
    network: IPv4Network | None = None

    def exists(self) -> bool:
        """Say whether there is a table of this name."""
        tables = json.loads(run("nft", "--json", "list", "tables"))["nftables"]
        return any(one.get("table", {}).get("name") == self.name for one in tables)

    def make(self) -> None:
        """Add the table and its one rule, all at once."""
        if self.network is not None:
            run("nft", "--file", "-", given=masquerade_rules(self.name, self.network))

    def remove(self) -> None:
        """Delete the table with all that is in it, and nothing else."""
        if self.exists():
            run("nft", "delete", "table", "ip", self.name)


@dataclass(frozen=True, slots=True)
class Forwarding:
    """``ip_forward`` on, for as long as any lab wants it; the last one to go puts back what was there before.

    Who wants it stands in a folder under /run, which a reboot empties together with the setting itself.
    """

    kind: ClassVar[str] = "forwarding"
    name: str
    """The tag of the lab that wants it."""

    def exists(self) -> bool:
        """Say whether a lab of this tag wants it already."""
        return self._wish.exists()

    @property
    def _wish(self) -> Path:
        return REGISTER / "wanted-by" / self.name

    def make(self) -> None:
        """Switch forwarding on; the first to come notes what it was."""
        with locked(REGISTER.parent, wait=True):
            self._wish.parent.mkdir(parents=True, exist_ok=True)
            if not BEFORE.exists():
                BEFORE.write_text(SWITCH.read_text())
            self._wish.touch()
            if SWITCH.read_text().strip() != "1":  # writing it resets the switches of all interfaces
                SWITCH.write_text("1")

    def remove(self) -> None:
        """Take the wish back; the last to go restores the setting."""
        with locked(REGISTER.parent, wait=True):
            self._wish.unlink(missing_ok=True)
            if any(self._wish.parent.glob("*")) or not BEFORE.exists():
                return
            if SWITCH.read_text() != BEFORE.read_text():
                SWITCH.write_text(BEFORE.read_text())
            shutil.rmtree(REGISTER)
