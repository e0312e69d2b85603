"""Packages that hosts have downloaded, kept for the hosts of later labs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.lab.base_system import checksum
from tests.lab.disk import MIB
from tests.lab.folder import locked

ARCHIVES = "var/cache/apt/archives"
LISTS = "var/lib/apt/lists"
LISTED = re.compile(rb"^SHA256: ([0-9a-f]{64})$", re.MULTILINE)
LIMIT = 1024 * MIB
PART = ".part"


@dataclass(frozen=True, slots=True)
class PackageCache:
    """The packages of one suite, each in a file called by its checksum and its own name."""

    folder: Path
    limit: int = LIMIT
    """Bytes that may be kept; what was not used for longest goes first."""

    def seed(self, root: Path) -> int:
        """Put every package into a host's tree where its apt looks before it downloads; returns how many.

        What is not any more what it was when it was kept is thrown away.
        """
        if not self.folder.exists():
            return 0
        target = root / ARCHIVES
        target.mkdir(parents=True, exist_ok=True)
        with locked(self.folder, wait=True):
            return sum(_give(kept, target) for kept in self._kept())

    def collect(self, root: Path) -> int:
        """Keep the packages of a host's tree that its own, signed package lists name; returns how many are new."""
        found = [one for one in (root / ARCHIVES).glob("*.deb") if one.is_file() and not one.is_symlink()]
        if not found:
            return 0
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder, wait=True):
            self._forget_halves()
            known = {_own_name(kept): kept for kept in self._kept()}
            for one in found:
                if one.name in known:
                    known[one.name].touch()
            new = self._take([one for one in found if one.name not in known], root)
            self._shrink()
        return new

    def _take(self, files: list[Path], root: Path) -> int:
        listed = read_checksums(root / LISTS) if files else set()
        sums = {one: checksum(one) for one in files}
        good = [one for one in files if sums[one] in listed]
        for one in good:
            part = self.folder / f"{sums[one]}{PART}"
            shutil.copyfile(one, part)
            part.rename(self.folder / f"{sums[one]}-{one.name}")
        return len(good)

    def _kept(self) -> Iterator[Path]:
        yield from sorted(self.folder.glob("*.deb"))

    def _forget_halves(self) -> None:
        for half in self.folder.glob(f"*{PART}"):  # left by a process that was killed: we hold the lock
            half.unlink()

    def _shrink(self) -> None:
        newest_first = sorted(self._kept(), key=lambda one: one.stat().st_mtime, reverse=True)
        total = 0
        for one in newest_first:
            total += one.stat().st_size
            if total > self.limit:
                one.unlink()


def _own_name(kept: Path) -> str:
    return kept.name.partition("-")[2]


def _give(kept: Path, target: Path) -> bool:
    if checksum(kept) != kept.name.partition("-")[0]:
        kept.unlink()
        return False
    shutil.copyfile(kept, target / _own_name(kept))
    return True


def read_checksums(lists: Path) -> set[str]:
    """Return the checksums of all packages that apt's lists name."""
    found: set[str] = set()
    for file in lists.glob("*_Packages"):
        found.update(match.decode() for match in LISTED.findall(file.read_bytes()))
    return found
