"""Rules are kept only when a new connection confirms them; everything else leads back to those before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from firewall.commit_confirm.kernel import FirewallError, Kernel
from firewall.commit_confirm.trials import Firewall, Status, write_durably
from tests.firewall.conftest import CONSOLE, FIRST, SECOND, NotingTimer, caller, rules


def confirm_port(firewall: Firewall, tmp_path: Path, port: int) -> None:
    """Bring a firewall to the state in which these rules are confirmed."""
    trial = firewall.try_rules(rules(tmp_path, port), 30, FIRST)
    firewall.confirm(trial.id, SECOND)


def test_rules_on_trial_are_in_the_kernel_but_in_no_file(
    firewall: Firewall, kernel: Kernel, timer: NotingTimer, tmp_path: Path
) -> None:
    trial = firewall.try_rules(rules(tmp_path, 22), 30, FIRST)
    assert "tcp dport 22 accept" in kernel.listing()
    assert (firewall.confirmed.exists(), timer.armed) == (False, {trial.id: 30})
    assert firewall.status(115.0) == Status(True, False, False, trial.id, 15)


def test_rules_that_are_confirmed_are_in_the_file_and_the_timer_is_off(
    firewall: Firewall, timer: NotingTimer, tmp_path: Path
) -> None:
    file = rules(tmp_path, 22)
    firewall.confirm(firewall.try_rules(file, 30, FIRST).id, SECOND)
    assert (firewall.confirmed.read_text(), firewall.confirmed.stat().st_mode & 0o777) == (file.read_text(), 0o600)
    assert (timer.armed, firewall.status(111.0)) == ({}, Status(True, True, True, "", 0))


def test_rollback_without_confirmed_rules_removes_our_table_alone(
    firewall: Firewall, kernel: Kernel, tmp_path: Path
) -> None:
    kernel.add_table("ip", "nat")
    firewall.try_rules(rules(tmp_path, 22), 30, FIRST)
    assert (firewall.rollback(), kernel.tables()) == (True, {("ip", "nat")})


def test_rollback_puts_the_confirmed_rules_back(firewall: Firewall, kernel: Kernel, tmp_path: Path) -> None:
    confirm_port(firewall, tmp_path, 22)
    trial = firewall.try_rules(rules(tmp_path, 23), 30, caller(120.0))
    assert "tcp dport 23" in kernel.listing()
    assert firewall.rollback(trial.id)
    assert ("tcp dport 22" in kernel.listing(), firewall.status(121.0).as_confirmed) == (True, True)


@pytest.mark.parametrize("other", [None, "0badcafe"], ids=["nothing on trial", "another trial"])
def test_rollback_that_comes_too_late_changes_nothing(firewall: Firewall, tmp_path: Path, other: str | None) -> None:
    confirm_port(firewall, tmp_path, 22)
    if other:
        firewall.try_rules(rules(tmp_path, 23), 30, caller(120.0))
    before = firewall.status(121.0)
    assert (firewall.rollback(other), firewall.status(121.0)) == (False, before)


def test_second_trial_at_the_same_time_is_refused(firewall: Firewall, kernel: Kernel, tmp_path: Path) -> None:
    trial = firewall.try_rules(rules(tmp_path, 22), 30, FIRST)
    with pytest.raises(
        FirewallError, match=rf"already \(id {trial.id}\): confirm them, roll them back, or wait 20 s\."
    ):
        firewall.try_rules(rules(tmp_path, 23), 30, SECOND)
    assert "tcp dport 22" in kernel.listing()


def test_trial_whose_timer_was_never_armed_is_put_back_by_the_next(
    firewall: Firewall, kernel: Kernel, timer: NotingTimer, tmp_path: Path
) -> None:
    firewall.try_rules(rules(tmp_path, 22), 30, FIRST)
    second = firewall.try_rules(rules(tmp_path, 23), 30, caller(141.0))
    assert ("tcp dport 23" in kernel.listing(), timer.armed) == (True, {second.id: 30})


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        (replace(FIRST, now=110.0), "is older than the rules on trial"),
        (caller(110.0, "198.51.100.7 39999 192.0.2.1 22", began=99.0), "is older than the rules on trial"),
        (replace(CONSOLE, now=110.0), "tried over SSH, so they are confirmed over SSH"),
    ],
    ids=["the same connection", "another that was there before", "the console"],
)
def test_confirmation_that_proves_nothing_is_refused(
    firewall: Firewall, tmp_path: Path, by: object, sentence: str
) -> None:
    trial = firewall.try_rules(rules(tmp_path, 22), 30, FIRST)
    with pytest.raises(FirewallError, match=sentence):
        firewall.confirm(trial.id, by)  # type: ignore[arg-type]  # parametrised
    assert (firewall.confirmed.exists(), firewall.status(110.0).on_trial) == (False, trial.id)


def test_rules_tried_on_the_console_may_be_confirmed_there(firewall: Firewall, tmp_path: Path) -> None:
    trial = firewall.try_rules(rules(tmp_path, 22), 30, CONSOLE)
    firewall.confirm(trial.id, replace(CONSOLE, now=101.0))
    assert firewall.status(102.0).as_confirmed


def test_confirmation_of_what_was_rolled_back_is_refused(firewall: Firewall, tmp_path: Path) -> None:
    trial = firewall.try_rules(rules(tmp_path, 22), 30, FIRST)
    firewall.rollback(trial.id)
    with pytest.raises(FirewallError, match=f"No rules with the id {trial.id} are on trial"):
        firewall.confirm(trial.id, SECOND)
    assert not firewall.confirmed.exists()


def test_rules_that_cannot_be_loaded_change_nothing(
    firewall: Firewall, kernel: Kernel, timer: NotingTimer, tmp_path: Path
) -> None:
    file = rules(tmp_path, 22)
    file.write_text(file.read_text().replace("dport", "doorport"))
    with pytest.raises(FirewallError, match="syntax error"):
        firewall.try_rules(file, 30, FIRST)
    assert (kernel.tables(), timer.armed, firewall.trial()) == (set(), {}, None)


def test_rules_that_nobody_can_read_are_an_error(firewall: Firewall, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        firewall.try_rules(tmp_path / "nowhere.nft", 30, FIRST)
    assert firewall.trial() is None


def test_trial_without_a_way_back_is_refused(firewall: Firewall, kernel: Kernel, tmp_path: Path) -> None:
    firewall.confirmed.write_text("table inet eigenplan { damaged }")
    with pytest.raises(FirewallError, match=r"There would be no way back, as .* cannot be loaded"):
        firewall.try_rules(rules(tmp_path, 22), 30, FIRST)
    assert kernel.tables() == set()


def test_trial_without_a_timer_is_not_begun(kernel: Kernel, tmp_path: Path) -> None:
    class BrokenTimer(NotingTimer):
        def start(self, trial: str, seconds: int) -> None:
            raise FirewallError("systemd-run could not be run.")

    firewall = Firewall(tmp_path / "confirmed.nft", tmp_path / "run", kernel, BrokenTimer())
    with pytest.raises(FirewallError, match="systemd-run"):
        firewall.try_rules(rules(tmp_path, 22), 30, FIRST)
    assert (kernel.tables(), firewall.trial()) == (set(), None)


def slow_nft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *files: str) -> None:
    """Let nft load these files, by their names, and then not end in time."""
    program = tmp_path / "bin" / "nft"
    program.parent.mkdir()
    slow = "|".join(f'"--file "*/{name}' for name in files)
    program.write_text(f'#!/bin/sh\n{shutil.which("nft")} "$@" || exit\ncase "$*" in {slow}) exec sleep 60;; esac\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr("firewall.commit_confirm.kernel.COMMAND_SECONDS", 2)


def test_rules_whose_loading_takes_too_long_are_not_left_in_force(
    firewall: Firewall, kernel: Kernel, timer: NotingTimer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm_port(firewall, tmp_path, 22)
    slow_nft(tmp_path, monkeypatch, "tried.nft")
    with pytest.raises(FirewallError, match="timed out"):
        firewall.try_rules(rules(tmp_path, 23), 30, caller(120.0))
    assert ("tcp dport 22" in kernel.listing(), firewall.trial(), timer.armed) == (True, None, {})


def test_timer_stays_armed_until_the_rules_before_are_back(
    firewall: Firewall, timer: NotingTimer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm_port(firewall, tmp_path, 22)
    with monkeypatch.context() as meanwhile:
        slow_nft(tmp_path, meanwhile, "tried.nft", "confirmed.nft")
        with pytest.raises(FirewallError, match=r"could not be put back either; it is tried again in 30 s\."):
            firewall.try_rules(rules(tmp_path, 23), 30, caller(120.0))
    trial = firewall.trial()
    assert trial is not None
    assert timer.armed == {trial.id: 30}
    assert (firewall.rollback(trial.id), firewall.status(151.0).as_confirmed, timer.armed) == (True, True, {})


def test_confirmation_that_cannot_be_written_leaves_the_rules_on_trial(
    firewall: Firewall, timer: NotingTimer, tmp_path: Path
) -> None:
    broken = replace(firewall, confirmed=tmp_path / "no-folder" / "confirmed.nft")
    trial = broken.try_rules(rules(tmp_path, 22), 30, FIRST)
    with pytest.raises(FileNotFoundError):
        broken.confirm(trial.id, SECOND)
    assert (broken.trial(), timer.armed) == (trial, {trial.id: 30})


def test_table_that_somebody_changed_by_hand_is_noticed(firewall: Firewall, kernel: Kernel, tmp_path: Path) -> None:
    confirm_port(firewall, tmp_path, 22)
    kernel.load(rules(tmp_path, 23))
    assert firewall.status(120.0) == Status(True, True, False, "", 0)
    kernel.remove()
    assert firewall.status(120.0) == Status(False, True, False, "", 0)


def test_two_that_try_at_once_one_is_refused(firewall: Firewall, kernel: Kernel, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.firewall.conftest import NotingTimer, FIRST;"
        "from firewall.commit_confirm.kernel import FirewallError, Kernel;"
        "from firewall.commit_confirm.trials import Firewall;"
        "one = Firewall(*map(Path, sys.argv[1:3]), Kernel(tuple(sys.argv[4:])), NotingTimer())\n"
        "try: one.try_rules(Path(sys.argv[3]), 30, FIRST)\n"
        "except FirewallError as error: print(error)\n"
    )
    places = map(str, [firewall.confirmed, firewall.folder, rules(tmp_path, 22)])
    words = [sys.executable, "-c", script, *places, *kernel.prefix]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate(timeout=30)[0] for one in both]
    assert sorted(one.startswith("Rules are on trial already") for one in said) == [False, True]


def test_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("before")
    (tmp_path / ".file.new").write_text("left by somebody who was killed")
    write_durably(file, b"after")
    assert ([one.name for one in tmp_path.iterdir()], file.read_text()) == (["file"], "after")
