"""The command that operators and the role call."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from firewall.commit_confirm.command import answer, describe, main, read_words
from firewall.commit_confirm.timer import SystemdTimer
from firewall.commit_confirm.trials import Caller, Firewall, Status
from tests.firewall.conftest import FIRST, SECOND, NotingTimer, rules


def say(firewall: Firewall, by: Caller, *words: str) -> str:
    return answer(firewall, read_words(words), by)


def test_command_tries_and_confirms(firewall: Firewall, timer: NotingTimer, tmp_path: Path) -> None:
    trial = say(firewall, FIRST, "try", str(rules(tmp_path, 22)), "--seconds", "45")
    assert timer.armed == {trial: 45}
    assert say(firewall, SECOND, "confirm", trial) == "The rules are confirmed."
    assert say(firewall, SECOND, "status") == "The confirmed rules are loaded."


def test_command_rolls_back(firewall: Firewall, tmp_path: Path) -> None:
    say(firewall, FIRST, "try", str(rules(tmp_path, 22)))
    assert say(firewall, FIRST, "rollback") == "The confirmed rules are back."
    assert say(firewall, FIRST, "rollback") == "Nothing was on trial."


def test_command_rehearses(firewall: Firewall, tmp_path: Path) -> None:
    assert "tcp dport 22 accept" in say(firewall, FIRST, "rehearse", str(rules(tmp_path, 22)))


def test_status_for_programs_is_json(firewall: Firewall) -> None:
    assert json.loads(say(firewall, FIRST, "status", "--json")) == asdict(Status(False, False, False, "", 0))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status(True, True, False, "5eed", 12), "Rules are on trial (id 5eed), for another 12 s."),
        (Status(True, True, True, "", 0), "The confirmed rules are loaded."),
        (Status(True, True, False, "", 0), "Other rules are loaded than those that were confirmed"),
        (Status(False, True, False, "", 0), "No rules are loaded, though some were confirmed"),
        (Status(False, False, False, "", 0), "No rules are loaded, and none have been confirmed yet."),
    ],
)
def test_status_is_told_in_words(status: Status, words: str) -> None:
    assert describe(status).partition(";")[0] == words


@pytest.mark.parametrize(
    "words",
    [[], ["flush"], ["try"], ["try", "file", "--seconds", "4"], ["try", "file", "--seconds", "601"], ["confirm"]],
)
def test_words_that_are_wrong_end_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_words(words)
    assert (ended.value.code, capsys.readouterr().err[:6]) == (2, "usage:")


def test_command_is_for_root(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert main(["status"]) == 1
    assert "Only root may" in capsys.readouterr().err


@pytest.mark.usefixtures("kernel")
def test_error_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rehearse", "/nowhere.nft"]) == 1
    assert capsys.readouterr().err.startswith("eigenplan-firewall: nsenter ")


def test_timer_is_one_of_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("systemd-run", "systemctl"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/called\nexit {int(name == "systemctl")}\n')
        program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    timer = SystemdTimer("/usr/local/sbin/eigenplan-firewall")
    timer.start("5eed", 30)
    timer.stop("5eed")
    armed, stopped = (tmp_path / "called").read_text().splitlines()
    assert armed.startswith("systemd-run --quiet --collect --unit=eigenplan-firewall-rollback-5eed --on-active=30s ")
    assert armed.endswith(" -- /usr/local/sbin/eigenplan-firewall rollback 5eed")
    assert stopped == "systemctl --quiet stop eigenplan-firewall-rollback-5eed.timer"
