"""Over which SSH connection somebody calls."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class Connection:
    """An SSH connection: what sshd calls it, and when it began, in seconds since boot."""

    name: str
    began: float


def find_connection(process: int, processes: Path = PROCESSES) -> Connection | None:
    """Return the SSH connection that a process was started over; None: none, as on a console.

    ``sudo`` takes the name out of the environment, so those who started the process are asked too. The first one
    beyond those who know the name is sshd's own process for this connection, as old as the connection itself.
    """
    name = ""
    while process > 0:
        mine, parent, began = _describe(processes / str(process))
        if name and mine != name:
            return Connection(name, began)
        name, process = name or mine, parent
    return None


def _describe(folder: Path) -> tuple[str, int, float]:
    """Return the SSH connection in a process's environment, its parent, and when it began."""
    try:
        settings = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
        fields = (folder / "stat").read_text().rpartition(")")[2].split()  # proc(5): field 3 and after
    except OSError:  # it has just ended
        return "", 0, 0.0
    names = [one.partition("=")[2] for one in settings if one.startswith("SSH_CONNECTION=")]
    return "".join(names[:1]), int(fields[1]), int(fields[19]) / os.sysconf("SC_CLK_TCK")


def seconds_since_boot() -> float:
    """Return the time as the kernel counts it for processes; nobody sets this clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
