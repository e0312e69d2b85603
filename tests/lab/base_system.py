"""Base systems: Debian trees made from packages once, kept in the user's cache, unpacked for every host."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.folder import locked
from tests.lab.machine import LabError, run

RECIPE = "1"
"""Part of the key: another number makes every base system anew."""

PACKAGES = (
    "ca-certificates",
    "curl",
    "dbus",
    "iproute2",
    "iputils-ping",
    "nftables",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",
    "sudo",
    "systemd",
    "systemd-sysv",
    "udev",
)
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
SETTINGS = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
"""Which of this machine's apt settings say how the archive is reached: proxies, authorities, clocks."""

BUILDING = ".building-"


@dataclass(frozen=True, slots=True)
class BaseSystem:
    """A suite and what is installed from it; ``options`` are mmdebstrap's, for a system that is not a host's."""

    suite: str
    packages: tuple[str, ...] = PACKAGES
    options: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What distinguishes it in the cache."""
        words = "\n".join([RECIPE, self.suite, *sorted(set(self.packages)), *self.options])
        return f"{self.suite}-{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def read_mirrors(sources: str) -> tuple[str, str]:
    """Return the archive and the security archive that a ``debian.sources`` names.

    Raises:
        LabError: it does not name both; we know no other mirror than those this machine uses.
    """
    found: dict[str, str] = {}
    for stanza in re.split(r"\n\s*\n", sources):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] not in "# ")
        if "URIs" in fields and fields.get("Enabled", "yes").strip() != "no":
            kind = "security" if "-security" in fields.get("Suites", "") else "archive"
            found[kind] = fields["URIs"].split()[0]
    if len(found) < len(("archive", "security")):
        raise LabError(
            f"{SOURCES} names no Debian archive with its security updates; the lab's hosts use the same ones."
        )
    return found["archive"], found["security"]


def apt_sources(suite: str, sources: str) -> list[str]:
    """Return a host's lines for apt: this machine's mirrors, the host's suite."""
    archive, security = read_mirrors(sources)
    return [
        f"deb {archive} {suite} main",
        f"deb {archive} {suite}-updates main",
        f"deb {security} {suite}-security main",
    ]


def machine_sources() -> str:
    """Return this machine's own ``debian.sources``; empty when it has none."""
    return SOURCES.read_text() if SOURCES.exists() else ""


def apt_settings(dump: str) -> str:
    """Choose from the output of ``apt-config dump`` what hosts need to reach the archive as this machine does."""
    chosen = [line for line in dump.splitlines() if line.startswith(SETTINGS) and not line.endswith('"";')]
    return "".join(f"{line}\n" for line in chosen)


def machine_settings() -> str:
    """Return how this machine's apt reaches the archive."""
    return apt_settings(run("apt-config", "dump"))


@dataclass(frozen=True, slots=True)
class BaseCache:
    """The base systems made so far, each in a folder with its checksum, complete or not there at all."""

    folder: Path

    def obtain(self, base: BaseSystem, say: Callable[[str], None]) -> Path:
        """Return the archive (tar) of a base system; it is made when it is missing or damaged.

        Raises:
            LabError: it cannot be made: no such suite or package, no network, no space.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder, wait=True):
            kept = self.folder / base.key
            if kept.exists() and not is_sound(kept):
                say(f"the kept base system {base.key} is damaged and is made anew")
                shutil.rmtree(kept)
            if not kept.exists():
                say(f"making the base system of {base.suite}, which is kept for the next time")
                self._build(base, kept)
            return kept / "system.tar"

    def _build(self, base: BaseSystem, kept: Path) -> None:
        for stale in self.folder.glob(f"*{BUILDING}*"):  # left by a build that was killed: we hold the lock
            shutil.rmtree(stale)
        new = Path(tempfile.mkdtemp(prefix=f"{base.key}{BUILDING}", dir=self.folder))
        with removed_on_failure(new):
            archive, settings = new / "system.tar", new / "apt.conf"
            settings.write_text(machine_settings())
            run(
                "mmdebstrap",
                *_options(base, settings),
                base.suite,
                str(archive),
                *apt_sources(base.suite, machine_sources()),
            )
            settings.unlink()
            (new / "sha256").write_text(checksum(archive))
            new.rename(kept)


def _options(base: BaseSystem, settings: Path) -> Sequence[str]:
    given = [f"--aptopt={settings}"] if settings.stat().st_size else []
    include = ",".join(sorted(set(base.packages)))
    return ["--variant=minbase", "--quiet", f"--include={include}", *base.options, *given]


@contextmanager
def removed_on_failure(folder: Path) -> Iterator[None]:
    """Remove a folder when what is done in it fails or is interrupted."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder)
        raise


def checksum(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_sound(kept: Path) -> bool:
    """Say whether a kept base system is what was once made."""
    archive, noted = kept / "system.tar", kept / "sha256"
    return archive.exists() and noted.exists() and checksum(archive) == noted.read_text()
