"""When Debian 12 has to be tested again: a checksum of everything that hosts use, noted after a good run."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.lab.playbook import ROOT

USED = ("ansible.cfg", "app", "containers", "firewall", "playbooks", "requirements", "roles", "tests/lab")
"""Below the checkout."""


def fingerprint(root: Path = ROOT) -> str:
    """Return the checksum of all files that git knows or would take, as they are now."""
    words = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *USED]
    listed = subprocess.run(words, capture_output=True, check=True).stdout.split(b"\0")
    total = hashlib.sha256()
    for name in sorted({one.decode() for one in listed if one}):
        file = root / name
        if file.is_file():
            total.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
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
