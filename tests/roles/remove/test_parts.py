"""What ``remove.yml`` takes away, and what it leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.static.sizes import ROOT

PARTS: list[str] = yaml.safe_load((ROOT / "roles/remove/vars/main.yml").read_text())["__remove_parts"]
DATA = (
    "/var/lib/eigenplan",
    "/var/lib/caddy",
    "/var/lib/postgresql",
    "secrets",
    "__booking_app_settings }}",
    "postgresql_db",
)
"""What holds bookings, keys and certificates, as it is written in tasks."""

WORDS = ("absent", "rm", "delete", "down")


def tasks_of(part: str) -> Iterator[dict[str, Any]]:
    """Yield the tasks that take a part away; those in a block have its condition too."""
    for task in yaml.safe_load((ROOT / "roles" / part / "tasks/remove.yml").read_text()):
        for one in task.get("block", [task]):
            yield {**one, "when": [task.get("when", ""), one.get("when", "")]}


def places_of(task: dict[str, Any]) -> list[str]:
    """Return what a task takes away, however it is named."""
    looped = task.get("loop", [])
    return [str(one) for one in looped] if isinstance(looped, list) else [str(looped)]


def path_of(task: dict[str, Any]) -> str:
    return str(task.get("ansible.builtin.file", {}).get("path", ""))


@pytest.mark.parametrize("part", PARTS)
def test_part_removes_data_only_where_it_was_told(part: str) -> None:
    careless = [
        task["name"]
        for task in tasks_of(part)
        if any(word in json.dumps(task) for word in WORDS)
        and any(_is_data(place) for place in [*places_of(task), path_of(task)])
        and "remove_data" not in str(task["when"])
    ]
    assert careless == []


def _is_data(place: str) -> bool:
    known = ("/var/lib/eigenplan-host",)  # what runs in which slot, made anew by the next installation
    return place.endswith(DATA) and place not in known


@pytest.mark.parametrize("part", PARTS)
def test_part_removes_packages_only_where_it_was_told(part: str) -> None:
    careless = [
        task["name"]
        for task in tasks_of(part)
        if "ansible.builtin.apt" in task and "remove_packages" not in str(task["when"])
    ]
    assert careless == []


@pytest.mark.parametrize("part", PARTS)
def test_part_removes_no_folder_that_holds_additions_of_others(part: str) -> None:
    """Whoever administers the host may have added to the unit of a daemon too."""
    careless = [
        task["name"]
        for task in tasks_of(part)
        if "absent" in json.dumps(task)
        and any(re.search(r"\.d/?$|dirname", place) for place in [*places_of(task), path_of(task)])
        and "additions.files" not in str(task["when"])
    ]
    assert careless == []


def test_every_role_that_installs_something_is_a_part() -> None:
    roles = {path.parents[1].name for path in (ROOT / "roles").glob("*/tasks/install.yml")}
    assert roles - set(PARTS) == {"base"}  # what it has hardened stays as it is


def test_units_of_the_site_are_all_removed() -> None:
    written = {path.name.removesuffix(".j2") for path in (ROOT / "roles/booking_app/templates").glob("*.service.j2")}
    removed = (ROOT / "roles/booking_app/tasks/remove.yml").read_text()
    assert [name for name in written if f"/etc/systemd/system/{name}" not in removed] == []
