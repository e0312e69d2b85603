"""Whether a host finds the names that it needs, and reaches its packages."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from ansible.module_utils.eigenplan_findings import GOOD, SHORT, UNKNOWN, Finding
from ansible.module_utils.eigenplan_machine import Root

PORTS = {"http": 80, "https": 443}
TIMEOUT = 5.0

Find = Callable[[str], list[str]]
"""Returns the IPv4 addresses of a name; OSError when there are none."""
Reach = Callable[[str, int], None]
"""Opens a connection and closes it; OSError when there is none."""


def find_addresses(name: str) -> list[str]:
    """Return the IPv4 addresses that this host finds for a name.

    Raises:
        OSError: it finds none.
    """
    return sorted({str(one[4][0]) for one in socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)})


def reach(host: str, port: int) -> None:
    """Open a connection and close it.

    Raises:
        OSError: there is none within five seconds.
    """
    socket.create_connection((host, port), timeout=TIMEOUT).close()


def check_domain(name: str, wanted: Sequence[str], find: Find = find_addresses) -> Finding:
    """Say whether the site's name leads to one of its addresses."""
    check, goal = f"name {name}", " or ".join(wanted)
    try:
        found = find(name)
    except OSError:
        remedy = "add it to your DNS, or set preflight_require_names to false"
        return Finding(check, SHORT, "not found", goal, remedy)
    if all(ipaddress.IPv4Address(one).is_loopback for one in found):
        return Finding(
            check, UNKNOWN, f"{', '.join(found)}, from the host's own /etc/hosts", goal, "ask for it from elsewhere"
        )
    if not set(found) & set(wanted):
        remedy = "correct your DNS; behind a router with another address name that in preflight_domain_addresses"
        return Finding(check, SHORT, ", ".join(found), goal, remedy)
    return Finding(check, GOOD, ", ".join(found), goal)


def check_name(name: str, what: str, find: Find = find_addresses) -> Finding:
    """Say whether a name that the host needs is found; an address is one already."""
    check, goal = f"name {name}", "an address"
    try:
        return Finding(check, GOOD, ", ".join(find(name)), goal)
    except OSError:
        return Finding(
            check, SHORT, "not found", goal, f"correct {what} in the inventory, or the host's /etc/resolv.conf"
        )


def check_packages(addresses: Sequence[str], proxy: str, reach: Reach = reach) -> Finding:
    """Say whether the servers of packages answer, or the proxy through which they are asked."""
    wanted = "an answer"
    places = sorted({place for place in map(_place, [proxy] if proxy else addresses) if place})
    if not places:
        return Finding("packages", UNKNOWN, "no server in apt's sources", wanted, "see to it that apt update works")
    silent = [f"{host}:{port}" for host, port in places if not _answers(host, port, reach)]
    if not silent:
        return Finding("packages", GOOD, "all servers answer", wanted)
    remedy = "let the host reach them, or set site_package_mirror or site_http_proxy"
    return Finding("packages", SHORT, f"no answer from {', '.join(silent)}", wanted, remedy)


def _answers(host: str, port: int, reach: Reach) -> bool:
    try:
        reach(host, port)
    except OSError:
        return False
    return True


def _place(address: str) -> tuple[str, int] | None:
    parts = urlsplit(address)
    port = parts.port or PORTS.get(parts.scheme)
    return (parts.hostname, port) if parts.hostname and port else None


def find_sources(root: Root) -> list[str]:
    """Return the addresses in the files that apt reads, in both formats (sources.list(5))."""
    folder = root.path / "etc/apt/sources.list.d"
    files = sorted([*folder.glob("*.list"), *folder.glob("*.sources")]) if folder.is_dir() else []
    texts = [root.read("etc/apt/sources.list"), *(root.read(str(one)) for one in files)]
    lines = [line for text in texts for line in text.splitlines() if re.match(r"\s*(deb|URIs:)\s", line)]
    return sorted({address for line in lines for address in re.findall(r"https?://[^\s\]]+", line)})
