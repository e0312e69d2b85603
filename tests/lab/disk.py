"""A disk of a bounded size: a sparse file with a file system, mounted through a loop device."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.lab.machine import LabError, run

MIB = 2**20
SMALLEST_MIB = 16


def make_image(file: Path, mib: int) -> None:
    """Make an empty ext4 file system in a sparse file; what is written to it can never be more than ``mib``.

    Raises:
        LabError: too small for a file system, or the machine's own disk is full.
    """
    if mib < SMALLEST_MIB:
        raise LabError(f"A disk of {mib} MiB is too small for a file system; it needs {SMALLEST_MIB} at least.")
    with file.open("xb") as stream:
        os.truncate(stream.fileno(), mib * MIB)
    run("mkfs.ext4", "-q", "-F", str(file))


@dataclass(frozen=True, slots=True)
class Mount:
    """An image mounted in the lab's folder; its loop device goes with it."""

    kind: ClassVar[str] = "mount"
    name: str
    """The mount point."""
    image: Path | None = None

    def exists(self) -> bool:
        """Say whether something is mounted there."""
        return os.path.ismount(self.name)

    def make(self) -> None:
        """Mount it; the kernel frees the loop device when it is unmounted."""
        Path(self.name).mkdir(parents=True, exist_ok=True)
        run("mount", "-o", "loop", str(self.image), self.name)

    def remove(self) -> None:
        """Unmount it."""
        while self.exists():
            run("umount", self.name)
