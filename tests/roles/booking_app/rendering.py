"""Renders the role's files by Ansible's own templating, without a host."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.roles import playing

ROLE = Path(__file__).parents[3] / "roles" / "booking_app"
FILES = (
    "compose.yml",
    "eigenplan.env",
    "host.json",
    "build.json",
    "eigenplan-web@.service",
    "eigenplan-worker.service",
    "eigenplan-live.service",
)


def render(folder: Path, given: Mapping[str, object]) -> dict[str, str]:
    """Return what all files of the role hold, for variables beside the defaults."""
    tasks = [
        {
            "name": "Write a file",
            "ansible.builtin.template": {
                "src": f"{ROLE}/templates/{name}.j2",
                "dest": f"{folder}/{name}",
                "mode": "0600",
            },
        }
        for name in FILES
    ]
    done = play(folder, tasks, given)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: (folder / name).read_text() for name in FILES}


def play(
    folder: Path,
    tasks: Sequence[Mapping[str, object]],
    given: Mapping[str, object],
    programs: Path | None = None,
    more: Mapping[str, object] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run tasks on this machine with the role's variables; ``programs``: stand-ins; ``more``: of the play."""
    return playing.play(folder, ROLE.name, tasks, given, programs=programs, more=more)


def tasks_of(*names: str) -> list[dict[str, Any]]:
    """Return tasks of the role, by how their names begin; handlers as if each were notified."""
    return playing.tasks_of(ROLE.name, *names)


def options(text: str) -> dict[str, str]:
    """Read a file of options as Compose does: in apostrophes only they themselves are special."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: value[1:-1].replace(r"\'", "'") for name, _, value in (line.partition("=") for line in lines)}


def compose(text: str) -> dict[str, Any]:
    """Read the description of the containers."""
    found: dict[str, Any] = yaml.safe_load(text)
    return found
