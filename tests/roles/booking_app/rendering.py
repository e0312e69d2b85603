"""Renders the role's files by Ansible's own templating, without a host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROLE = Path(__file__).parents[3] / "roles" / "booking_app"
SITE = {
    "site_domain": "bookings.example.org",
    "site_time_zone": "Europe/Vienna",
    "site_mail_relay": "relay.example.org",
    "site_mail_from": "Bookings <bookings@example.org>",
}
FILES = (
    "compose.yml",
    "eigenplan.env",
    "host.json",
    "build.json",
    "eigenplan-web@.service",
    "eigenplan-worker.service",
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
    folder: Path, tasks: Sequence[Mapping[str, object]], given: Mapping[str, object], programs: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run tasks on this machine with the role's variables; ``programs``: a folder with stand-ins for programs."""
    content = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars_files": [
            str(ROLE.parent / "site/defaults/main.yml"),
            str(ROLE / "defaults/main.yml"),
            str(ROLE / "vars/main.yml"),
        ],
        "vars": {**SITE, **given, "role_path": str(ROLE)},
        "tasks": list(tasks),
    }
    (folder / "play.yml").write_text(yaml.safe_dump([content]))
    environ = {
        **os.environ,
        "ANSIBLE_FILTER_PLUGINS": str(ROLE / "filter_plugins"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        **({"PATH": f"{programs}:{os.environ['PATH']}"} if programs else {}),
    }
    words = [str(Path(sys.executable).with_name("ansible-playbook")), str(folder / "play.yml"), "-i", "localhost,"]
    extra = ["-e", json.dumps({**given, "ansible_python_interpreter": sys.executable})]
    return subprocess.run([*words, *extra], env=environ, cwd=folder, capture_output=True, text=True, check=False)


def tasks_of(*names: str) -> list[dict[str, Any]]:
    """Return tasks of the role, by how their names begin; handlers as if each were notified."""
    files = sorted([*ROLE.glob("tasks/*.yml"), *ROLE.glob("handlers/*.yml")])
    known = [task for file in files for task in yaml.safe_load(file.read_text())]
    found = [task for name in names for task in known if task["name"].startswith(name)]
    assert [task["name"][: len(name)] for task, name in zip(found, names, strict=True)] == list(names)
    return [{word: what for word, what in task.items() if word not in ("listen", "notify")} for task in found]


def program(folder: Path, name: str, text: str) -> Path:
    """Put a stand-in for a program into a folder of its own and return that folder."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    (programs / name).write_text(f"#!/bin/sh\n{text}\n")
    (programs / name).chmod(0o755)
    return programs


def options(text: str) -> dict[str, str]:
    """Read a file of options as Compose does: in apostrophes only they themselves are special."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: value[1:-1].replace(r"\'", "'") for name, _, value in (line.partition("=") for line in lines)}


def compose(text: str) -> dict[str, Any]:
    """Read the description of the containers."""
    found: dict[str, Any] = yaml.safe_load(text)
    return found
