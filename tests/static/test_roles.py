"""House rules of roles and playbooks that ansible-lint does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2.nativetypes import NativeEnvironment

from tests.static.sizes import ROOT

ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if (path / "meta/main.yml").exists())
PHASES = ["preflight", "install", "configure", "verify"]
WITHOUT_PHASES = {
    "site": "it checks the inventory and touches no host",
    "preflight": "it looks at a host and changes nothing",
    "verify": "it asks the running site and changes nothing",
    "remove": "it takes a site away",
}
MOST_TASKS = 16
TEMPLATED = re.compile(r"\{\{|\{%")
NESTED = ("block", "rescue", "always")


class _Loader(yaml.SafeLoader):
    """Reads what Ansible adds to YAML as plain text."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: node.value)


def load(path: Path) -> Any:  # noqa: ANN401 YAML holds anything
    return yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 a loader of plain data


def options_of(role: str) -> dict[str, dict[str, Any]]:
    content = load(ROOT / "roles" / role / "meta/argument_specs.yml")
    options: dict[str, dict[str, Any]] = content["argument_specs"]["main"]["options"]
    return options


def defaults_of(role: str) -> dict[str, Any]:
    return load(ROOT / "roles" / role / "defaults/main.yml") or {}


def task_files(role: str) -> list[Path]:
    folder = ROOT / "roles" / role
    return sorted([*folder.glob("tasks/*.yml"), *folder.glob("handlers/*.yml")])


def tasks_in(tasks: list[dict[str, Any]] | None) -> Iterator[dict[str, Any]]:
    for task in tasks or []:
        yield task
        for nested in NESTED:
            yield from tasks_in(task.get(nested))


def all_files() -> list[Path]:
    return [*(ROOT / "playbooks").glob("*.yml"), *(file for role in ROLES for file in task_files(role))]


@pytest.mark.parametrize("role", ROLES)
def test_role_declares_each_default_with_the_same_value(role: str) -> None:
    declared = {name: about["default"] for name, about in options_of(role).items() if "default" in about}
    assert declared == defaults_of(role)


@pytest.mark.parametrize("role", ROLES)
def test_role_declares_each_variable_wholly(role: str) -> None:
    incomplete = [
        name
        for name, about in options_of(role).items()
        if not {"type", "description"} <= set(about) or ("default" in about) == bool(about.get("required"))
    ]
    assert incomplete == []


@pytest.mark.parametrize("role", ROLES)
def test_role_prefixes_its_variables(role: str) -> None:
    assert [name for name in options_of(role) if not name.startswith(f"{role}_")] == []


@pytest.mark.parametrize("role", ROLES)
def test_role_prefixes_its_internals(role: str) -> None:
    files = [ROOT / "roles" / role / "vars/main.yml", *task_files(role)]
    found = [name for file in files if file.exists() for name in _internals(load(file))]
    assert [name for name in found if not name.startswith(f"__{role}_")] == []


def _internals(content: Any) -> Iterator[str]:  # noqa: ANN401 variables or tasks
    if isinstance(content, dict):
        yield from content
        return
    for task in tasks_in(content):
        if isinstance(task.get("register"), str):
            yield task["register"]
        yield from (name for name in task.get("ansible.builtin.set_fact", {}) if name != "cacheable")


@pytest.mark.parametrize("role", sorted(set(ROLES) - set(WITHOUT_PHASES)))
def test_role_takes_in_its_four_phases_in_order_and_tagged(role: str) -> None:
    tasks = load(ROOT / "roles" / role / "tasks/main.yml")
    phases = [(file.removesuffix(".yml"), task) for task in tasks for file in [taken_in(task)] if file]
    assert [phase for phase, _ in phases if phase in PHASES] == PHASES
    assert [phase for phase, task in phases if phase in PHASES and phase not in task["tags"]] == []


def taken_in(task: dict[str, Any]) -> str:
    """Return the file of tasks that a task takes in; empty when it takes in none."""
    file = task.get("ansible.builtin.import_tasks") or task.get("ansible.builtin.include_tasks") or ""
    return str(file["file"] if isinstance(file, dict) else file)


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"site"}))
def test_role_depends_on_the_shared_variables(role: str) -> None:
    assert {"role": "site"} in load(ROOT / "roles" / role / "meta/main.yml")["dependencies"]


@pytest.mark.parametrize("role", ROLES)
def test_role_explains_each_of_its_variables(role: str) -> None:
    page = (ROOT / "roles" / role / "README.md").read_text("utf-8")
    assert [name for name in options_of(role) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("role", ROLES)
def test_role_has_tests_of_its_own(role: str) -> None:
    assert list((ROOT / "tests/roles" / role).glob("test_*.py")) != []


@pytest.mark.parametrize("file", all_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_tasks_are_named_by_sentences_and_few(file: Path) -> None:
    content = load(file) or []
    tasks = list(tasks_in(content))
    assert [task for task in tasks if not re.match(r"[A-Z].*[^.]$", task.get("name", ""))] == []
    assert len(content) <= MOST_TASKS


@pytest.mark.parametrize("file", all_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_tasks_none_ignores_errors_nor_becomes_somebody(file: Path) -> None:
    for task in tasks_in(load(file)):
        assert "ignore_errors" not in task
        assert "ignore_unreachable" not in task
        assert not task.get("become") or "hosts" in task or "become_user" in task


def test_playbooks_run_only_roles_that_exist() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "playbooks").glob("*.yml"))
    assert set(re.findall(r"^\s+- role: (\w+)$", text, re.M)) | {"site"} == set(ROLES)


def test_each_role_of_the_site_looks_before_any_of_them_changes_anything() -> None:
    play = load(ROOT / "playbooks/site.yml")[-1]
    looked = next(tasks_in(play["pre_tasks"]))["ansible.builtin.include_role"]
    roles = [one["role"] for one in play["roles"]]
    assert (looked["name"], looked["tasks_from"]) == ("{{ __site_role }}", "preflight")
    assert play["vars"]["__site_roles"] == roles
    assert load(ROOT / "playbooks/preflight.yml")[-1]["vars"]["__site_to_come"] == roles
    assert [role for role in roles if f"'{role}' not in __site_looked" not in _looking(role)] == []


@pytest.mark.parametrize(
    ("database", "left_out", "looking"),
    [
        ("sqlite", "", "base docker firewall booking_app reverse_proxy"),
        ("postgresql", "", "base docker firewall postgresql booking_app reverse_proxy"),
        ("sqlite", "firewall", "base docker booking_app reverse_proxy"),
    ],
)
def test_roles_that_are_played_look_in_their_order(database: str, left_out: str, looking: str) -> None:
    chosen = load(ROOT / "playbooks/site.yml")[-1]["vars"]
    roles = sorted(set(chosen["__site_roles"]) - {left_out})
    given = {"__site_roles": chosen["__site_roles"], "ansible_play_role_names": roles, "ansible_skip_tags": ()}
    said: object = NativeEnvironment().from_string(chosen["__site_looking"]).render(given, site_database=database)
    assert said == looking.split()


def _looking(role: str) -> str:
    """Return the condition under which a role looks by itself."""
    tasks = load(ROOT / "roles" / role / "tasks/main.yml")
    return str(next(task["when"] for task in tasks if taken_in(task) == "preflight.yml"))
