"""Settings of Docker that are there already: none that the role does not set may be lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from roles.docker.filter_plugins.docker_settings import FilterModule, docker_strange_settings
from tests.roles.docker.test_config import VARIABLES
from tests.roles.playing import play, said, tasks_of

TASKS = ("Look for settings of Docker", "Refuse to lose settings that somebody has made")
OURS = [*VARIABLES["__docker_config_all"], "firewall-backend"]


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("", []),
        (" \n", []),
        ("{}", []),
        ('{"icc": true}', []),
        ('{"icc": true, "data-root": "/srv", "bip": "10.0.0.1/24"}', ["bip", "data-root"]),
        ("[1]", ["what is no JSON object"]),
        ("{", ["what is no JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"]),
    ],
)
def test_settings_that_would_be_lost_are_named(text: str, strange: list[str]) -> None:
    assert docker_strange_settings(text, ["icc"]) == strange


def test_settings_filter_is_found_by_its_name() -> None:
    assert FilterModule().filters() == {"docker_strange_settings": docker_strange_settings}


@pytest.mark.parametrize(
    ("settings", "status"),
    [(None, 0), (dict.fromkeys(OURS, ""), 0), ({"icc": True, "data-root": "/srv", "insecure-registries": []}, 2)],
)
def test_role_refuses_to_lose_settings(tmp_path: Path, settings: dict[str, object] | None, status: int) -> None:
    file = tmp_path / "daemon.json"
    if settings is not None:
        file.write_text(json.dumps(settings))
    look, refuse = tasks_of("docker", *TASKS)
    look["ansible.builtin.slurp"]["src"] = str(file)
    done = play(tmp_path, "docker", [look, refuse], {})
    assert (done.returncode, "of localhost holds data-root, insecure-registries, which" in said(done)) == (
        status,
        status == 2,
    ), done.stdout


def test_file_before_is_kept_beside_the_one_that_is_written() -> None:
    [task] = tasks_of("docker", "Write the daemon's configuration")
    assert task["ansible.builtin.copy"]["backup"] is True
