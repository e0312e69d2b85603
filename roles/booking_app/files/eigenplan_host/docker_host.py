"""A host as it is: Docker, Compose and systemd, each by its own command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from eigenplan_host.host import Copying, Facts
from eigenplan_host.options import LABEL, write_options
from eigenplan_host.refusal import FailedError
from eigenplan_host.site import SINGLES, Places, Settings

REPOSITORY = "eigenplan"
PROJECT = "eigenplan"
MIGRATION = "migration"
ARCHIVE = "archive"
TASK_TAG = "EIGENPLAN_TASK_TAG"
OPTIONS = "EIGENPLAN_OPTIONS"
"""Where Compose finds the options for the containers that it makes."""
_LAST_LINES = 4


def container_of(service: str) -> str:
    """Return the name of a service's container."""
    return f"{PROJECT}-{service}"


def unit_of(service: str) -> str:
    """Return the name of a service's unit."""
    return f"eigenplan-{service}.service" if service in SINGLES else f"eigenplan-web@{service[-1]}.service"


def run(words: Sequence[str | Path], environ: Mapping[str, str] | None = None) -> str:
    """Run a program and return what it says.

    Raises:
        FailedError: it is not there, or it ended with an error; the text holds its last words.
    """
    try:
        done = _call(words, environ, subprocess.PIPE)
    except FileNotFoundError as error:
        raise FailedError(f"{words[0]} is not installed on this host.") from error
    if done.returncode:
        raise FailedError(f"{' '.join(map(str, words[:3]))} failed: {last_lines(done.stderr or done.stdout)}")
    return done.stdout


def _call(
    words: Sequence[str | Path], environ: Mapping[str, str] | None, pipe: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; without a pipe it reads and writes at this terminal."""
    given = subprocess.DEVNULL if pipe else None
    return subprocess.run(  # noqa: S603 a list of words that no shell reads
        words, env=environ, stdin=given, stdout=pipe, stderr=pipe, text=True, errors="replace", check=False
    )


def last_lines(text: str) -> str:
    """Return the end of a program's output as one line."""
    return " | ".join(line.strip() for line in text.strip().splitlines()[-_LAST_LINES:])


def label(image: str, name: str) -> str:
    """Return what an image's label says; empty when it has none."""
    return run(["docker", "image", "inspect", "--format", f'{{{{index .Config.Labels "{name}"}}}}', image]).strip()


class DockerHost:
    """Acts by ``docker``, ``docker-compose`` and ``systemctl``."""

    def __init__(self, places: Places, settings: Settings) -> None:
        self.places = places
        self.settings = settings

    def compose(self, *words: str) -> list[str]:
        """Return the words that call Compose for this installation."""
        file = self.places.settings / "compose.yml"
        return ["docker-compose", "--project-name", PROJECT, "--file", str(file), *words]

    def image_id(self, image: str) -> str:
        """Return Docker's id of an image; empty when there is none."""
        if image.startswith("sha256:"):
            return image if image in run(["docker", "image", "ls", "--all", "--quiet", "--no-trunc"]).split() else ""
        name = image if ":" in image else f"{REPOSITORY}:{image}"
        return run(["docker", "image", "ls", "--quiet", "--no-trunc", name]).strip().split("\n")[0]

    def tag(self, image: str, name: str) -> None:
        """Give an image another name of ours."""
        source = image if image.startswith("sha256:") else f"{REPOSITORY}:{image}"
        run(["docker", "tag", source, f"{REPOSITORY}:{name}"])

    def task_environ(self, name: str) -> dict[str, str]:
        """Return the environment in which Compose starts the image of this name, as ``task`` or another service."""
        known = self.options_of(f"{REPOSITORY}:{name}") if self.image_id(name) else set()
        options = write_options(self.places, name, known)
        return {**os.environ, TASK_TAG: name, OPTIONS: str(options)}

    def task(
        self, words: Sequence[str], *, terminal: bool = False, owner: bool = False, folder: str = "", name: str = ""
    ) -> list[str]:
        """Return the words that run a command of the application in a container of its own.

        ``owner``: by the account that owns PostgreSQL's tables. ``folder``: where it is, read-only. ``name``: the
        container's.
        """
        options = ["run", "--rm", "--no-deps", *([f"--name={name}"] if name else [])]
        if not terminal:
            options.append("-T")
        if owner and self.settings.database == "postgresql":
            options += [*self._as_owner(), "-e", f"EIGENPLAN_DATABASE_URL={self.settings.owner_url}"]
        if folder:
            options += ["--volume", f"{folder}:/mnt:ro", "--workdir", "/mnt"]
        return self.compose(*options, "task", *words)

    def schema_of(self, image: str) -> int:
        """Return the number of the database's schema that an image needs: what its label says."""
        said = label(image, "eigenplan.schema")
        if not said.isdigit():
            raise FailedError(f"The image {image} has no label eigenplan.schema, so it is none of Eigenplan's.")
        return int(said)

    def options_of(self, image: str) -> set[str]:
        """Return the names of the options that an image knows: what its label says."""
        return set(filter(None, label(image, LABEL).split(",")))

    def migrate(self, name: str) -> None:
        """Bring the database to the schema of the image of this name; nothing goes on with it once this has failed."""
        self._run_alone(self.task(["database", "migrate"], owner=True, name=container_of(MIGRATION)), name)

    def copy_database(self, copying: Copying) -> str:
        """Copy everything from one database into another one; nothing goes on with it once this has failed."""
        options = ["run", "--rm", "--no-deps", f"--name={container_of(MIGRATION)}", "-T"]
        if copying.as_owner:
            options += self._as_owner()
        if self.settings.database == "sqlite":  # then no container knows PostgreSQL's socket by itself
            options += ["--volume", f"{self.places.postgresql}:{self.places.postgresql}"]
        if copying.folder:
            options += ["--volume", f"{copying.folder}:/mnt"]
        words = ["database", "copy", copying.source, copying.target]
        return self._run_alone(self.compose(*options, "task", *words), "task")

    def run_at_terminal(self, words: Sequence[str], folder: Path) -> int:
        """Run a command of the application at this terminal, in a folder that it may write to; return its status."""
        is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        options = ["run", "--rm", "--no-deps", f"--name={container_of(ARCHIVE)}", *([] if is_terminal else ["-T"])]
        call = self.compose(*options, "--volume", f"{folder}:/mnt", "--workdir", "/mnt", "task", *words)
        self._remove(ARCHIVE)
        try:
            return _call(call, self.task_environ("task")).returncode
        finally:
            with suppress(FailedError):  # it is gone unless the tool was asked to end
                self._remove(ARCHIVE)

    def _as_owner(self) -> list[str]:
        """By the service's group, as the master key is for that group."""
        return ["--user", f"{self.settings.owner_uid}:{self.settings.service_gid}"]

    def _run_alone(self, call: Sequence[str], name: str) -> str:
        """Run a command of the image of this name in the one container that is called so."""
        self._remove(MIGRATION)
        try:
            return run(call, self.task_environ(name))
        except FailedError:
            with suppress(FailedError):  # of two who remove it one fails, and Docker may be the other
                self._remove(MIGRATION)
            raise

    def _remove(self, service: str) -> None:
        if self._inspect(service):
            run(["docker", "rm", "--force", container_of(service)])

    def prepare(self, service: str) -> None:
        """Make the container of a service anew, stopped."""
        words = self.compose("up", "--no-start", "--no-build", "--no-deps", "--force-recreate", service)
        run(words, self.task_environ(service if service in SINGLES else f"slot-{service[-1]}"))

    def start(self, service: str) -> None:
        """Start the unit of a service."""
        run(["systemctl", "start", unit_of(service)])

    def stop(self, service: str) -> None:
        """Stop the unit of a service, and its container even where the unit does not know of it."""
        run(["systemctl", "stop", unit_of(service)])
        self.stop_container(service)

    def enable(self, service: str, wanted: bool) -> None:
        """Let a service start with the host, or not."""
        run(["systemctl", "--quiet", "enable" if wanted else "disable", unit_of(service)])

    def start_container(self, service: str) -> None:
        """Start a container as it was made last; make it where it is gone."""
        if not self._inspect(service):
            self.prepare(service)
        run(["docker", "start", container_of(service)])

    def stop_container(self, service: str) -> None:
        """End a container after what it has in hand; one that is not there is fine."""
        if self._inspect(service):
            run(["docker", "stop", "--time", str(self.settings.stop_seconds), container_of(service)])

    def facts(self, service: str) -> Facts:
        """Return what the container of a service does now."""
        found = self._inspect(service)
        if not found:
            return Facts()
        state = found["State"]
        running = state["Running"] and not state["Restarting"]
        return Facts(running, found["RestartCount"], found["Image"], state["StartedAt"])

    def _inspect(self, service: str) -> dict[str, Any]:
        listed = run(["docker", "container", "ls", "--all", "--quiet", "--filter", f"name=^{container_of(service)}$"])
        if not listed.strip():
            return {}
        found: dict[str, Any] = json.loads(run(["docker", "inspect", listed.strip()]))[0]
        return found

    def complaint(self, service: str) -> str:
        """Return the last lines that the present container of a service has logged."""
        number = self._inspect(service).get("Id", "")
        words = ["journalctl", "--quiet", "--no-pager", "--output=cat", f"--lines={_LAST_LINES}"]
        return last_lines(run([*words, f"CONTAINER_ID_FULL={number}"])) or "it has logged nothing"

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def clock(self) -> float:
        """Return a time that only grows, in seconds."""
        return time.monotonic()
