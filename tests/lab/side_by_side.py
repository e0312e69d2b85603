"""Sites on different systems are tested side by side; what is told of them at the end comes from all of them.

A plugin of pytest: the tiers name it by ``-p``, and ``conftest.py`` loads it where somebody starts pytest by hand.
"""

from __future__ import annotations

import os
from dataclasses import astuple

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.lab.fingerprint import fingerprint
from tests.lab.folder import cache_folder
from tests.lab.systems import AFTER_CHANGES, BY_NAME, current_tier, notes
from tests.lab.times import TIMES, Time, Times

TRIED = pytest.StashKey[str]()
"""The fingerprint of what hosts use, when the session began; workers, which note nothing, have none."""


def group_of(nodeid: str) -> str:
    """Return what keeps tests together on one worker: the system that they share, or else their file."""
    file, _, rest = nodeid.partition("::")
    parameters = rest.partition("[")[2]
    return next((name for name in BY_NAME if parameters.startswith(name)), file)


class BySystem(LoadScopeScheduling):
    """Gives each worker one group after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BySystem:
    return BySystem(config, log)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TIMES] = Times()
    config.stash[TRIED] = fingerprint() if current_tier() and not hasattr(config, "workerinput") else ""


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a worker hand over its times."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["times"] = [astuple(one) for one in session.config.stash[TIMES].taken]


def pytest_testnodedown(node: WorkerController) -> None:
    """Take the times of a worker; one that died has none."""
    found = getattr(node, "workeroutput", {}).get("times", [])
    node.config.stash[TIMES].taken.extend(Time(*one) for one in found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Show and keep the times, and note that the older Debian is good, when all its tests have passed."""
    times = config.stash[TIMES]
    if times.taken:
        times.keep(cache_folder(os.environ) / "times.txt")
        terminalreporter.section("times on lab hosts")
        terminalreporter.write(times.report())
    tried = any(AFTER_CHANGES.name in one.nodeid for one in terminalreporter.stats.get("passed", []))
    chosen = bool(config.option.keyword) or any("::" in word or ".py" in word for word in config.args)
    if exitstatus == 0 and tried and not chosen:
        notes(os.environ).keep_if_same(config.stash[TRIED], fingerprint())
