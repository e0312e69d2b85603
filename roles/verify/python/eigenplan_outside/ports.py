"""Which ports of the host answer from outside."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from eigenplan_outside.findings import Finding, bad, good

SECONDS = 2.0
AT_ONCE = 64
WELL_KNOWN = (
    21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 389, 443, 445, 465, 514, 587, 631, 873, 993, 995, 1433,
    1521, 2019, 2049, 2375, 2376, 2377, 3000, 3306, 3389, 4369, 5000, 5355, 5432, 5601, 5672, 5900, 5984, 6379,
    6443, 7946, 8000, 8001, 8002, 8008, 8010, 8080, 8081, 8088, 8443, 8500, 8888, 9000, 9090, 9093, 9100, 9187, 9200,
    9443, 10250, 11211, 15672, 27017,
)  # fmt: skip
"""What services and Docker usually listen on."""


def answers(address: str, port: int) -> bool:
    """Say whether a TCP connection comes about."""
    try:
        with socket.create_connection((address, port), SECONDS):
            return True
    except OSError:
        return False


def find_open(address: str, ports: Iterable[int]) -> list[int]:
    """Return which of the ports answer, asking many at once."""
    wanted = sorted(set(ports))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = pool.map(lambda port: answers(address, port), wanted)
        return [port for port, is_open in zip(wanted, results, strict=True) if is_open]


def check_ports(address: str, listening: Iterable[int], intended: Iterable[int], allowed: Iterable[int]) -> Finding:
    """Compare what answers with what shall: of all that the host listens on, and of what services usually have.

    ``allowed`` may answer and need not: some are for others than this machine.
    """
    wanted, allowed = set(intended), set(allowed)
    tried = {*listening, *WELL_KNOWN, *wanted, *allowed}
    found = set(find_open(address, tried))
    told = f"of {len(tried)} tried: {', '.join(map(str, sorted(found))) or 'none'}"
    check = "only intended ports"
    if found - wanted - allowed:
        extra = ", ".join(map(str, sorted(found - wanted - allowed)))
        return bad(check, f"{told}; not intended: {extra}", "Close them: keep the role firewall, or stop what listens.")
    if wanted - found:
        shut = ", ".join(map(str, sorted(wanted - found)))
        return bad(
            check, f"{told}; shut: {shut}", "See what listens on the host (`ss -tlnp`) and what stands before it."
        )
    return good(check, told)
