"""When Debian 12 has to be tested again: a checksum of everything that hosts use, noted after a good run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tests.lab.checkout import files_of
from tests.lab.playbook import ROOT

USED = (
    "README.md",  # the steps by which a site is installed
    "ansible.cfg",
    "app",
    "containers",
    "eigenplan",
    "firewall",
    "frontend.json",
    "inventory.example",
    "package-lock.json",
    "playbooks",
    "requirements",
    "roles",
    "tests/lab",
)
"""Below the checkout."""


def fingerprint(root: Path = ROOT) -> str:
    """Return the checksum of all files that git knows or would take, as they are now."""
    total = hashlib.sha256()
    for name in files_of(root, *USED):
        total.update(f"{name}\0{hashlib.sha256((root / name).read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


@dataclass(frozen=True, slots=True)
class Notes:
    """What was found good last, kept in the user's cache."""

    file: Path

    def is_good(self, mark: str) -> bool:
        """Say whether the last good run had this fingerprint."""
        return self.file.exists() and self.file.read_text() == mark

    def keep(self, mark: str) -> None:
        """Note a good run."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(mark)

    def keep_if_same(self, mark: str, now: str) -> bool:
        """Note a good run of what had this fingerprint when the run began, unless it was changed meanwhile."""
        if mark == now:
            self.keep(mark)
        return mark == now
