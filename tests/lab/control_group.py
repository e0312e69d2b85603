"""A control group: how the lab knows exactly which processes it has started."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.lab.machine import LabError

MOUNTS = Path("/proc/self/mounts")
PATIENCE = 10.0


def unified_hierarchy() -> Path:
    """Return where version 2 of control groups is mounted.

    Raises:
        LabError: nowhere.
    """
    for line in MOUNTS.read_text().splitlines():
        _, where, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(where)
    raise LabError("This machine has no control groups of version 2 mounted, which hosts need.")


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """The group of all processes of one host, those in the host and those that run it."""

    kind: ClassVar[str] = "control group"
    name: str

    @property
    def path(self) -> Path:
        """Its folder in the kernel's file system."""
        return unified_hierarchy() / self.name

    def exists(self) -> bool:
        """Say whether there is a group of this name."""
        return self.path.exists()

    def make(self) -> None:
        """Make it, empty."""
        self.path.mkdir()

    def processes(self) -> Iterator[int]:
        """Find all processes in it and in groups below it."""
        for folder, _, _ in os.walk(self.path):
            yield from read_processes(Path(folder))

    def end_all(self) -> None:
        """End all its processes at once, as a loss of power would.

        Raises:
            LabError: some do not end.
        """
        until = time.monotonic() + PATIENCE
        while left := list(self.processes()):
            for process in left:
                end(process)
            if time.monotonic() > until:
                raise LabError(f"Processes {left} of {self.name} do not end.")
            time.sleep(0.05)

    def remove(self) -> None:
        """End what is in it, then remove it."""
        if not self.exists():
            return
        self.end_all()
        for folder, _, _ in os.walk(self.path, topdown=False):
            remove_empty(Path(folder))


def read_processes(folder: Path) -> list[int]:
    """Return the processes that are directly in a group; none when it has gone meanwhile."""
    try:
        return [int(line) for line in (folder / "cgroup.procs").read_text().split()]
    except (FileNotFoundError, OSError):
        return []


def remove_empty(folder: Path) -> None:
    """Remove a group without processes; the kernel needs a moment after the last one."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def end(process: int) -> None:
    """End a process at once; fine when it has ended by itself."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return
