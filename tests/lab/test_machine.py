"""Commands on this machine."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.lab import machine
from tests.lab.machine import LabError, ask, find_obstacle, missing_packages, run


def test_words_reach_a_program_as_they_are() -> None:
    assert run(sys.executable, "-c", "import sys; print(sys.argv[1:])", "a b", "$HOME; *") == "['a b', '$HOME; *']\n"


def test_input_reaches_a_program() -> None:
    assert run("cat", given="words\n") == "words\n"


def test_failure_is_told_with_the_last_words() -> None:
    with pytest.raises(LabError, match=r"ls /nowhere/at/all failed: .*No such file"):
        run("ls", "/nowhere/at/all")


def test_failure_may_be_asked_for() -> None:
    assert ask(["false"]).returncode == 1


def test_program_that_is_missing_is_named() -> None:
    with pytest.raises(LabError, match="no-such-program was not found"):
        run("no-such-program")


def test_command_that_takes_too_long_ends_with_its_children(tmp_path: Path) -> None:
    late = tmp_path / "late"
    child = f"import time; time.sleep(1.0); open({str(late)!r}, 'w')"
    parent = f"import subprocess; subprocess.run([{sys.executable!r}, '-c', {child!r}])"
    with pytest.raises(LabError, match="did not end within"):
        ask([sys.executable, "-c", parent], seconds=0.3)
    time.sleep(1.0)
    assert not late.exists()


def test_missing_packages_are_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        machine, "PROGRAMS", {"none-a": "some", "none-b": "some", "none-c": "another", "cat": "coreutils"}
    )
    assert missing_packages() == ["another", "some"]
    assert find_obstacle() == "The lab needs packages that are not installed; as root: apt install another some"


def test_lab_needs_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "PROGRAMS", {})
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert find_obstacle() == "The lab makes bridges, mounts and hosts, which only root can; start it with sudo."
