"""Plays single tasks of a role on this machine, with stand-ins for programs and files of its own, without a host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.static.sizes import ROOT

ROLES = ROOT / "roles"
SITE = {
    "site_domain": "bookings.example.org",
    "site_time_zone": "Europe/Vienna",
    "site_mail_relay": "relay.example.org",
    "site_mail_from": "Bookings <bookings@example.org>",
}


def play(
    folder: Path,
    role: str,
    tasks: Sequence[Mapping[str, object]],
    given: Mapping[str, object],
    *options: str,
    programs: Path | None = None,
    more: Mapping[str, object] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run tasks with a role's variables and filters.

    ``programs``: a folder with stand-ins for programs; ``more``: what else the play has.
    """
    files = [ROLES / "site/defaults/main.yml", ROLES / role / "defaults/main.yml", ROLES / role / "vars/main.yml"]
    content = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars_files": [str(one) for one in files if one.exists()],
        "vars": {**SITE, **given, "role_path": str(ROLES / role)},
        "tasks": list(tasks),
        **(more or {}),
    }
    (folder / "play.yml").write_text(yaml.safe_dump([content]))
    environ = {
        **os.environ,
        "ANSIBLE_FILTER_PLUGINS": str(ROLES / role / "filter_plugins"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        **({"PATH": f"{programs}:{os.environ['PATH']}"} if programs else {}),
    }
    words = [str(Path(sys.executable).with_name("ansible-playbook")), str(folder / "play.yml"), "-i", "localhost,"]
    extra = ["-e", json.dumps({**given, "ansible_python_interpreter": sys.executable})]
    return subprocess.run(
        [*words, *options, *extra], env=environ, cwd=folder, capture_output=True, text=True, check=False
    )


def tasks_of(role: str, *names: str) -> list[dict[str, Any]]:
    """Return tasks of a role, by how their names begin; handlers as if each were notified."""
    files = sorted([*(ROLES / role).glob("tasks/*.yml"), *(ROLES / role).glob("handlers/*.yml")])
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


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a play said, on one line with single spaces, however it was wrapped."""
    return " ".join(done.stdout.split())
