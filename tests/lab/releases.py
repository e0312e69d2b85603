"""Other versions of the program, made from this checkout: one that is as good, two that are broken."""

from __future__ import annotations

import platform
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.lab.checkout import copy_checkout
from tests.lab.host import Host
from tests.lab.readme import Reader

PLACE = "var/tmp"


def as_good(checkout: Path) -> None:
    """Leave out an option that the host's settings have, as a version from before it does."""
    file = checkout / "app" / "config.py"
    text = file.read_text()
    older = re.sub(r'(?m)^    Option\(\s*"time_zone"(.*|[^)]*\n    )\),\n', "", text)
    assert older != text
    file.write_text(older)


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
        checkout = copy_checkout(Path(tempfile.mkdtemp(prefix=f"{change.__name__}-", dir=self.folder)))
        change(checkout)
        done = Reader(self.folder, checkout).type("./eigenplan release")
        assert done.status == 0, done.output
        archive = Path(done.output.splitlines()[-1])
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
