"""Which addresses a lab uses: a private network that this machine does not know yet."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from tests.lab.machine import LabError, run

CANDIDATES = [IPv4Network((f"10.213.{third}.0", 24)) for third in range(256)]
MACHINE, FIRST_HOST, FIRST_CLIENT, END = 1, 11, 201, 255


@dataclass(frozen=True, slots=True)
class AddressPlan:
    """The addresses in one network of 256: the machine's, then hosts, then clients."""

    network: IPv4Network

    @property
    def machine(self) -> IPv4Interface:
        """The machine's own address, which is the hosts' gateway."""
        return self._at(MACHINE)

    def host(self, number: int) -> IPv4Interface:
        """Return a host's address; the first host has number 1."""
        return self._within(FIRST_HOST, number, FIRST_CLIENT)

    def client(self, number: int) -> IPv4Interface:
        """Return a client's address; the first client has number 1."""
        return self._within(FIRST_CLIENT, number, END)

    def _within(self, first: int, number: int, end: int) -> IPv4Interface:
        if not first <= first + number - 1 < end:
            raise LabError(f"A lab has room for {end - first} of a kind, not for number {number}.")
        return self._at(first + number - 1)

    def _at(self, offset: int) -> IPv4Interface:
        return IPv4Interface((self.network[offset], self.network.prefixlen))


def choose_network(taken: Iterable[IPv4Network]) -> IPv4Network:
    """Return the first candidate that overlaps none of the networks in use.

    Raises:
        LabError: all are in use.
    """
    used = list(taken)
    for candidate in CANDIDATES:
        if not any(candidate.overlaps(one) for one in used):
            return candidate
    raise LabError("All networks in 10.213.0.0/16 are in use on this machine, so the lab has no addresses.")


def networks_in_use() -> list[IPv4Network]:
    """Return what this machine has routes and addresses for, the default route aside."""
    routes = json.loads(run("ip", "-json", "-4", "route", "show", "table", "all"))
    destinations = {str(route["dst"]) for route in routes} - {"default"}
    return [IPv4Network(one, strict=False) for one in sorted(destinations)]


def name_servers(*texts: str) -> list[IPv4Address]:
    """Return the name servers of the first ``resolv.conf`` that names one which another host can reach."""
    for text in texts:
        words = [line.split() for line in text.splitlines()]
        found = [pair[1] for pair in words if len(pair) > 1 and pair[0] == "nameserver" and ":" not in pair[1]]
        reachable = [one for one in map(IPv4Address, found) if not one.is_loopback]
        if reachable:
            return reachable
    return []
