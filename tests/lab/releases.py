"""Other versions of the program, made from this checkout: one that is as good, two that are broken."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.commands.release import make_release, releases_folder
from tests.lab.host import Host
from tests.lab.playbook import ROOT

PARTS = ("app", "containers", "requirements")
FILES = ("LICENSE", "frontend.json", "package-lock.json", "pyproject.toml")
PLACE = "var/tmp"


def as_good(checkout: Path) -> None:
    """Change what nobody sees."""
    with (checkout / "app" / "clock.py").open("a") as stream:
        stream.write("\n# Another version.\n")


def never_ready(checkout: Path) -> None:
    """Let every web process break off when it starts."""
    with (checkout / "app" / "wsgi.py").open("a") as stream:
        stream.write('\nraise RuntimeError("This version never becomes ready.")\n')


def answers_500(checkout: Path) -> None:
    """Let the site be ready and its first page fail."""
    file = checkout / "app" / "web" / "public" / "pages.py"
    text = file.read_text()
    broken = text.replace("def services() -> str:\n", 'def services() -> str:\n    raise RuntimeError("broken")\n')
    assert broken != text
    file.write_text(broken)


@dataclass(frozen=True, slots=True)
class Releases:
    """Makes releases in a folder of the tests."""

    folder: Path

    def make(self, change: Callable[[Path], None]) -> Path:
        """Return the archive of this checkout with a change."""
        checkout = Path(tempfile.mkdtemp(prefix=f"{change.__name__}-", dir=self.folder))
        for part in PARTS:
            shutil.copytree(ROOT / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__"))
        for one in FILES:
            shutil.copy(ROOT / one, checkout / one)
        change(checkout)
        archive = make_release(checkout, platform.machine(), releases_folder(os.environ))
        kept = self.folder / archive.name  # the cache forgets old ones
        shutil.copy(archive, kept)
        return kept


def release_of(archive: Path) -> str:
    """Return what a release is called."""
    return archive.stem.removeprefix("eigenplan-").removesuffix(f"-{platform.machine()}")


def give(host: Host, archive: Path) -> str:
    """Put an archive on a host; returns its path there."""
    shutil.copy(archive, host.root / PLACE / archive.name)
    return f"/{PLACE}/{archive.name}"
