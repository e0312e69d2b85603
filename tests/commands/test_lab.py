"""``./eigenplan lab``: what it says where there is no lab, and no way to have one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands.cli import cli
from tests.lab.folder import LabFolder
from tests.lab.inventory import Target, write_inventory
from tests.lab.lab import HOSTS
from tests.lab.machine import boot_id
from tests.lab.state import State

NONE_THERE = "eigenplan: There is no lab of this user; bring one up with: sudo ./eigenplan lab up\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LabFolder:
    """An empty home for labs."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return LabFolder(tmp_path / "eigenplan" / "lab")


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["lab", *words])
    return result.exit_code, result.output


def plant(folder: LabFolder, *, complete: bool = True) -> None:
    """Write the state of a lab whose hosts are all off."""
    folder.make()
    State(folder.state, "ep0001", boot_id(), "10.213.7.0/24", [], list(HOSTS), complete=complete).save()


@pytest.mark.parametrize(
    "words", [("status",), ("shell",), ("shell", "debian12", "true"), ("apply",), ("verify", "debian12")]
)
def test_lab_that_is_not_there_is_named(words: tuple[str, ...]) -> None:
    assert call(*words) == (1, NONE_THERE)


def test_down_without_a_lab_is_fine() -> None:
    assert call("down") == (0, "There was no lab.\n")


def test_down_of_a_lab_says_so(folder: LabFolder) -> None:
    plant(folder)
    assert (call("down"), folder.path.exists()) == ((0, "The lab is gone.\n"), False)


def test_up_of_an_unknown_host_names_the_known() -> None:
    sentence = "eigenplan: There is no host debian11; there are debian13 and debian12.\n"
    assert call("up", "debian13", "debian11") == (1, sentence)


def test_up_names_missing_packages(monkeypatch: pytest.MonkeyPatch, folder: LabFolder) -> None:
    monkeypatch.setattr("tests.lab.machine.PROGRAMS", {"no-such-program": "no-such-package"})
    sentence = "eigenplan: The lab needs packages that are not installed; as root: apt install no-such-package\n"
    assert (call("up"), folder.path.exists()) == ((1, sentence), False)


def test_up_as_somebody_else_asks_for_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.lab.machine.PROGRAMS", {})
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    sentence = "eigenplan: The lab makes bridges, mounts and hosts, which only root can; start it with sudo.\n"
    assert call("up") == (1, sentence)


@pytest.mark.parametrize("verb", ["status", "down", "shell"])
def test_damaged_state_is_named(folder: LabFolder, verb: str) -> None:
    folder.make()
    folder.state.write_text("{")
    status, said = call(verb)
    assert (status, "state.json is damaged" in said) == (1, True)


@pytest.mark.parametrize("verb", ["status", "shell"])
def test_lab_that_was_broken_off_is_named(folder: LabFolder, verb: str) -> None:
    plant(folder, complete=False)
    status, said = call(verb)
    assert (status, "remove what is left: ./eigenplan lab down" in said) == (1, True)


def test_status_lists_hosts_and_limits(folder: LabFolder) -> None:
    plant(folder)
    status, said = call("status")
    rows = [line.split() for line in said.splitlines()[1:3]]
    assert (status, rows) == (
        0,
        [
            ["debian13", "trixie", "systemd-networkd", "10.213.7.11", "off"],
            ["debian12", "bookworm", "ifupdown", "10.213.7.12", "off"],
        ],
    )
    assert "What a lab cannot show:" in said


def test_shell_becomes_ssh(folder: LabFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr("os.execvp", lambda program, line: became.append([program, *line]))
    plant(folder)
    call("shell")
    call("shell", "debian12", "echo", "a  b")
    ssh = ["ssh", "ssh", "-F", str(folder.ssh_config)]
    assert became == [[*ssh, "debian13"], [*ssh, "debian12", "--", "echo 'a  b'"]]


@pytest.mark.parametrize("verb", ["apply", "verify"])
def test_playbooks_are_not_run_on_an_unknown_host(folder: LabFolder, verb: str) -> None:
    plant(folder)
    sentence = "eigenplan: This lab has no host debian11; it has debian13 and debian12.\n"
    assert call(verb, "debian11") == (1, sentence)


def test_apply_deploys_with_the_inventory_of_the_lab(folder: LabFolder) -> None:
    plant(folder)
    write_inventory(folder.inventory, [Target("debian13", "10.213.7.11")], {"site_tls": "interna"})
    status, said = call("apply", "debian13")
    assert (status, "site_tls" in said, "nothing was touched" in said) == (1, True, True)


def test_verbs_are_those_that_work() -> None:
    listed = call("--help")[1].partition("Commands:")[2].split("\n")
    assert [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "] == [
        "apply",
        "down",
        "shell",
        "status",
        "up",
        "verify",
    ]
