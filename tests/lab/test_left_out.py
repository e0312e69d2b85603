"""Roles that are left out of a play; ``base`` is left out in ``test_bad_input.py``, where a host is made anyway."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.lab.base_system import BaseCache
from tests.lab.folder import LabFolder
from tests.lab.lab import down, up
from tests.lab.site import Site, new_site
from tests.lab.systems import BY_NAME
from tests.lab.test_bad_input import kill, play_without, refused, squatter

pytestmark = [pytest.mark.lab, pytest.mark.slow]

ASK = """
import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:8001/healthz", timeout=10).read().decode().strip())
"""


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def third(request: pytest.FixtureRequest, cache: BaseCache, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host to which roles come one after the other."""
    folder = LabFolder(tmp_path_factory.mktemp("third") / "lab")
    lab = up(folder, cache, BY_NAME[f"{request.param}-sqlite"].plans[:1], print)
    yield new_site(lab, lab.hosts[0], tmp_path_factory.mktemp("left-out"))
    down(folder, cache)


def lose_power(site: Site, process: subprocess.Popen[bytes]) -> None:
    """End a run in the midst of a task, and the host's power with it."""
    time.sleep(2.0)
    kill(process)
    site.host.cut_power()


@pytest.mark.parametrize(
    "task",
    [
        "TASK [base : Install what every host needs",
        "TASK [base : Limit the journal",
        "TASK [docker : Install Docker, which starts only",
        "TASK [docker : Write the daemon's configuration",
    ],
)
def test_run_ends_with_the_power_of_its_host(third: Site, task: str, tmp_path: Path) -> None:
    """In the midst of packages and of settings, with ``base``; the next test completes what is left."""
    play = play_without(tmp_path, "firewall", "reverse_proxy")
    run = third.player.play_until(task, partial(lose_power, third), play)
    third.host.start()
    third.host.wait_up()
    assert run.status == -signal.SIGKILL


def test_site_without_a_reverse_proxy_and_a_firewall_answers_on_its_host(third: Site, tmp_path: Path) -> None:
    """Another proxy has port 443 meanwhile: an operator's own is why one leaves ours out."""
    play = play_without(tmp_path, "firewall", "reverse_proxy")
    with squatter(third):
        refused(third.player.play(play), "held by python3", "take 443 out of preflight_ports")
        run = third.player.play(play, "-e", '{"preflight_ports": [80, 8001, 8002]}')
        assert run.status == 0, run.output[-4000:]
        skipped = third.player.play("site", "--skip-tags", "firewall,reverse_proxy")
        assert (skipped.status, skipped.recap(third.name)["changed"]) == (0, 0), skipped.output[-4000:]
        assert third.host.run("python3", "-c", ASK).stdout == "alive\n"


def test_site_without_a_firewall_answers_its_visitors(third: Site, tmp_path: Path) -> None:
    run = third.player.play(play_without(tmp_path, "firewall"))
    assert run.status == 0, run.output[-4000:]
    assert third.visit(third.plan(30, visitors=1)).failed == 0


def test_firewall_is_added_later(third: Site) -> None:
    run = third.player.play("site")
    assert run.status == 0, run.output[-4000:]
    assert third.visit(third.plan(30, visitors=1, seed=2)).failed == 0
