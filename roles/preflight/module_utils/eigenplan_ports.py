"""Who listens on the ports that the site needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ansible.module_utils.eigenplan_findings import GOOD, SHORT, Finding
from ansible.module_utils.eigenplan_machine import Root

LISTENING = "0A"
VISITORS = (80, 443)
"""Ports that only the role reverse_proxy needs."""
OWN = ("caddy", "dockerd", "docker-proxy")
"""Programs that hold these ports on a host where the site is installed."""
STRANGER = "a program that only root may see"


def check_ports(root: Root, ports: Sequence[int], *, installed: bool) -> Iterator[Finding]:
    """Yield one finding for each port that a stranger holds, or a single one that all are free.

    Without root's rights the programs of others have no name.
    """
    holders = find_holders(root, ports)
    strangers = {port: names for port, names in holders.items() if not (installed and set(names) <= set(OWN))}
    for port, names in sorted(strangers.items()):
        remedy = f"stop and disable what listens there (ss -ltnp sport = :{port}), or move it to another host"
        if port in VISITORS:
            remedy += f"; if it shall stay and you leave out the role reverse_proxy, take {port} out of preflight_ports"
        yield Finding(f"port {port}", SHORT, f"held by {', '.join(names)}", "free", remedy)
    if not strangers:
        found = "held by the site itself" if holders else "free"
        yield Finding("ports", GOOD, found, f"{', '.join(map(str, ports))} free")


def find_holders(root: Root, ports: Iterable[int]) -> dict[int, list[str]]:
    """Return the programs that listen on any address at each of these TCP ports, for those where one does."""
    sockets = {inode: port for inode, port in _listening(root) if port in set(ports)}
    found: dict[int, list[str]] = {port: [] for port in sockets.values()}
    for inode, program in _programs(root, sockets):
        names = found[sockets[inode]]
        if program not in names:
            names.append(program)
    return {port: names or [STRANGER] for port, names in found.items()}


def _listening(root: Root) -> Iterator[tuple[str, int]]:
    """Yield the inode and the port of each listening socket (proc_pid_net(5))."""
    for name in ("proc/net/tcp", "proc/net/tcp6"):
        for line in root.read(name).splitlines()[1:]:
            columns = line.split()
            if columns[3] == LISTENING:
                yield columns[9], int(columns[1].rpartition(":")[2], 16)


def _programs(root: Root, sockets: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the inode and the program's name of each of these sockets that a process has open."""
    for process in (root.path / "proc").glob("[0-9]*"):
        for link in _open_files(process):
            match = re.fullmatch(r"socket:\[(\d+)\]", link)
            if match and match.group(1) in sockets:
                yield match.group(1), root.read(f"{process}/comm") or STRANGER


def _open_files(process: Path) -> Iterator[str]:
    try:
        files = list((process / "fd").iterdir())
    except OSError:  # it has ended, or belongs to somebody else
        return
    for file in files:
        try:
            yield str(file.readlink())
        except OSError:  # closed meanwhile
            continue
