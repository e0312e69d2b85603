"""The process that starts a host again; a plain folder stands for the control group here."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.lab.keeper import keep

REBOOTS_ONCE = """
import pathlib, sys
lives = pathlib.Path(sys.argv[1])
lives.write_text(lives.read_text() + "lived\\n")
sys.exit(133 if len(lives.read_text().split()) == 1 else 7)
"""


def test_keeper_starts_again_only_after_a_reboot(tmp_path: Path) -> None:
    lives, pid = tmp_path / "lives", tmp_path / "pid"
    lives.touch()
    assert keep(tmp_path, pid, [sys.executable, "-c", REBOOTS_ONCE, str(lives)]) == 7
    assert (lives.read_text(), pid.exists()) == ("lived\nlived\n", False)


def test_keeper_keeps_itself_and_the_host_apart(tmp_path: Path) -> None:
    keep(tmp_path, tmp_path / "pid", ["true"])
    assert (tmp_path / "keeper" / "cgroup.procs").read_text() == str(os.getpid())
    assert (tmp_path / "cgroup.procs").exists()
