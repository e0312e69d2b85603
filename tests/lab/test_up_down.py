"""A lab comes up whole or not at all, and goes without a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.lab.base_system import BUILDING, BaseCache, BaseSystem, is_sound
from tests.lab.folder import LabFolder
from tests.lab.host import ROOT, Leftover
from tests.lab.lab import HOSTS, down, find_running, up
from tests.lab.machine import LabError, run
from tests.lab.state import HostPlan
from tests.lab.traces import find_traces

pytestmark = [pytest.mark.lab, pytest.mark.alone]

DEBIAN13 = HOSTS[0]
TOO_SMALL = replace(HOSTS[1], data_mib=1)


@pytest.fixture
def folder(tmp_path: Path) -> LabFolder:
    return LabFolder(tmp_path / "eigenplan" / "lab")


@pytest.fixture(autouse=True)
def without_a_trace(cache: BaseCache, folder: LabFolder) -> Iterator[None]:
    """Every test here has to leave this machine as it was."""
    before = find_traces()
    yield
    assert find_traces() == before
    assert not folder.path.exists()


@pytest.fixture
def environment(tmp_path: Path, cache: BaseCache) -> dict[str, str]:
    return {**os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHONUNBUFFERED": "yes"}


def start(environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "app.commands", "lab", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        line,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        text=True,
        preexec_fn=hear_interrupts,
    )


def hear_interrupts() -> None:
    """What a shell starts in the background, and all that comes from it, would be deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def call(environment: dict[str, str], *words: str) -> tuple[int, str]:
    process = start(environment, *words)
    said, complained = process.communicate(timeout=120)
    return process.returncode, said + complained


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    assert any(words in line for line in iter(process.stderr.readline, ""))


def test_lab_comes_up_and_goes(folder: LabFolder, cache: BaseCache) -> None:
    made = up(folder, cache, [DEBIAN13], print)
    assert find_running(folder).state == made.state
    assert (down(folder), down(folder)) == (True, False)


def test_second_up_at_the_same_time_says_so(environment: dict[str, str]) -> None:
    with start(environment, "up", "debian13") as first:
        wait_for(first, "making debian13")
        assert call(environment, "up") == (
            1,
            "eigenplan: Another lab command is at work here; wait until it has ended.\n",
        )
        assert first.wait(120) == 0
    sentence = "eigenplan: A lab is here already; `lab status` shows it, `lab down` takes it down.\n"
    assert call(environment, "up") == (1, sentence)
    assert call(environment, "shell", "debian13", "--", "echo", "a  b") == (0, "a  b\n")
    assert call(environment, "shell", "nobody")[0] == 1
    assert call(environment, "down") == (0, "The lab is gone.\n")


@pytest.mark.parametrize(
    ("plans", "trouble"),
    [
        ([HostPlan("old", "no-such-suite")], "mmdebstrap"),
        ([replace(DEBIAN13, packages=("no-such-package",))], "no-such-package"),
        ([DEBIAN13, TOO_SMALL], "too small"),
        ([DEBIAN13, DEBIAN13], "both be called debian13"),
    ],
    ids=["suite", "package", "second host", "twice"],
)
def test_up_that_fails_leaves_nothing(folder: LabFolder, cache: BaseCache, plans: list[HostPlan], trouble: str) -> None:
    before = sorted(cache.folder.iterdir())
    with pytest.raises(LabError, match=trouble):
        up(folder, cache, plans, print)
    assert sorted(cache.folder.iterdir()) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_up_that_is_interrupted_leaves_nothing(environment: dict[str, str], number: signal.Signals) -> None:
    with start(environment, "up", "debian13", "debian12") as process:
        wait_for(process, "making debian12")
        process.send_signal(number)
        assert process.wait(60) != 0


def test_up_that_is_killed_is_removed_by_down(environment: dict[str, str]) -> None:
    with start(environment, "up", "debian13", "debian12") as process:
        wait_for(process, "making debian12")
        process.kill()
    assert "remove what is left: ./eigenplan lab down" in call(environment, "status")[1]
    assert call(environment, "down") == (0, "The lab is gone.\n")


def test_down_removes_hosts_that_are_off_or_gone(folder: LabFolder, cache: BaseCache) -> None:
    made = up(folder, cache, [DEBIAN13], print)
    made.hosts[0].cut_power()
    made.bridge.remove()
    assert down(folder)


def test_leftover_that_is_a_mount_is_removed(tmp_path: Path) -> None:
    place = tmp_path / "unix-export"
    place.mkdir()
    run("mount", "-t", "tmpfs", "lab", str(place))
    Leftover(str(place)).remove()
    assert not place.exists()


def test_two_labs_at_once_leave_each_other_alone(folder: LabFolder, cache: BaseCache, tmp_path: Path) -> None:
    second = LabFolder(tmp_path / "second" / "lab")
    one, other = up(folder, cache, [DEBIAN13], print), up(second, cache, [DEBIAN13], print)
    assert one.plan != other.plan
    down(folder)
    assert other.hosts[0].run("apt-get", "-qq", "update").returncode == 0
    down(second)


def test_labs_that_come_up_at_the_same_time_have_networks_of_their_own(tmp_path: Path, cache: BaseCache) -> None:
    homes = [{**os.environ, "XDG_STATE_HOME": str(tmp_path / name)} for name in ("one", "other")]
    processes = [start(home, "up", "debian13") for home in homes]
    assert [one.communicate(timeout=120) and one.returncode for one in processes] == [0, 0]
    assert [call(home, "shell", "debian13", "--", "hostname")[1] for home in homes] == ["debian13\n"] * 2
    assert [call(home, "down")[0] for home in homes] == [0, 0]


def test_broken_base_system_is_made_anew(tmp_path: Path, cache: BaseCache) -> None:
    own, base, said = BaseCache(tmp_path / "cache"), BaseSystem("trixie", ("ca-certificates",)), list[str]()
    (own.folder / base.key).mkdir(parents=True)
    (own.folder / f"{base.key}{BUILDING}stale").mkdir()
    archive = own.obtain(base, said.append)
    assert (is_sound(archive.parent), len(said)) == (True, 2)
    assert [one.name for one in own.folder.iterdir()] == [base.key]
