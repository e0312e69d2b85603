"""The image on a lab host: built there from a release, run as an installation runs it."""

from __future__ import annotations

import json
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.keys import MASTER
from tests.lab.host import Host
from tests.lab.machine import LabError, last_lines

NAME = "eigenplan:tried"
BASE_NAME = "debian:trixie-slim"
FOLDER = "/srv/tried"
"""Where a host has the release, the data and the key."""

USER = 820
PORT = 8001
HARDENING = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges")
MOUNTS = (
    f"--volume={FOLDER}/data:/var/lib/eigenplan",
    f"--volume={FOLDER}/key:/run/secrets/key:ro",
    f"--volume={FOLDER}/master_key:/run/secrets/master_key:ro",
)
OPTIONS = {
    "EIGENPLAN_DATABASE_URL": "sqlite:////var/lib/eigenplan/eigenplan.db",
    "EIGENPLAN_SECRET_KEY_FILE": "/run/secrets/key",
    "EIGENPLAN_MASTER_KEY_FILE": "/run/secrets/master_key",
    "EIGENPLAN_BASE_URL": "https://bookings.example.org",
    "WEB_CONCURRENCY": "2",
}


@dataclass(frozen=True, slots=True)
class ImageOnHost:
    """A host with Docker and the image."""

    host: Host

    def build(self, base: Path, release: Path) -> None:
        """Import the base and build the image without any network, for nothing but our own files."""
        place = self.host.root / FOLDER.lstrip("/")
        (place / "data").mkdir(parents=True)
        (place / "key").write_text("k" * 64)
        (place / "master_key").write_text(MASTER.text)
        shutil.unpack_archive(release, place / "release", filter="data")
        self.do("chown", "--recursive", f"{USER}:{USER}", f"{FOLDER}/data", f"{FOLDER}/key", f"{FOLDER}/master_key")
        self.do("chmod", "0400", f"{FOLDER}/key", f"{FOLDER}/master_key")
        self.use_base(base)
        self.build_image(NAME, "--network=none")

    def use_base(self, archive: Path) -> None:
        """Let an archive stand for Debian's own image from now on."""
        shutil.copy(archive, self.host.root / FOLDER.lstrip("/") / "base.tar")
        self.docker("import", f"{FOLDER}/base.tar", BASE_NAME)

    def build_image(self, name: str, *options: str) -> None:
        """Build the image from the release and whatever stands for Debian's own now.

        Raises:
            LabError: it cannot be built.
        """
        self.docker("build", "--quiet", *options, f"--tag={name}", f"{FOLDER}/release")

    def do(self, *words: str) -> str:
        """Run a command in the host that has to succeed; returns what it says.

        Raises:
            LabError: it failed.
        """
        result = self.host.run(*words, seconds=300.0)
        if result.returncode:
            raise LabError(f"{' '.join(words[:3])} failed: {last_lines(result.stderr)}")
        return result.stdout

    def docker(self, *words: str) -> str:
        """Ask Docker, by the builder that both its versions have.

        Raises:
            LabError: it refused or failed.
        """
        return self.do("env", "DOCKER_BUILDKIT=0", "docker", *words)

    def inspect(self, name: str, kind: str = "container") -> dict[str, Any]:
        """Return what Docker knows of an image or a container."""
        [found] = json.loads(self.docker(kind, "inspect", name))
        known: dict[str, Any] = found
        return known

    def start(self, name: str, *words: str) -> None:
        """Start a container as an installation does; the port is published on loopback alone."""
        options = [f"--env={key}={value}" for key, value in OPTIONS.items()]
        published = [f"--publish=127.0.0.1:{PORT}:8000"] if name == "web" else []
        self.docker("run", "--detach", f"--name={name}", *HARDENING, *MOUNTS, *options, *published, NAME, *words)

    def once(self, *words: str) -> str:
        """Run one of the program's commands as an installation does, and return what it says."""
        options = [f"--env={key}={value}" for key, value in OPTIONS.items()]
        return self.docker("run", "--rm", *HARDENING, *MOUNTS, *options, NAME, *words)

    def inside(self, program: str, *words: str, user: str = "0") -> str:
        """Run a program of the image, such as ``cat``, without network; returns what it says."""
        return self.docker("run", "--rm", "--network=none", f"--user={user}", f"--entrypoint={program}", NAME, *words)


def architecture() -> str:
    """Return the processors of this machine, which are those of its hosts."""
    return platform.machine()
