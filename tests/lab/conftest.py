"""Labs for the tests that need one, beside any lab of the developer's own, and sites on their hosts."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from tests.lab.base_system import BaseCache
from tests.lab.fingerprint import fingerprint
from tests.lab.folder import LabFolder, cache_folder
from tests.lab.lab import HOSTS, Lab, down, up
from tests.lab.machine import find_obstacle
from tests.lab.playbook import Run
from tests.lab.site import Site, files_changed_since, new_site
from tests.lab.systems import AFTER_CHANGES, BY_NAME, SMALL_DATA_MIB, System, current_tier, notes, site_systems
from tests.lab.systems import trouble_systems as systems_of_trouble
from tests.lab.times import Times

INSTALL_SECONDS = 8 * 60.0
TIMES = pytest.StashKey[Times]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TIMES] = Times()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "system" not in metafunc.fixturenames:
        return
    tier = current_tier()
    wanted = systems_of_trouble(tier) if "bare" in metafunc.fixturenames else site_systems(tier, notes(os.environ))
    metafunc.parametrize("system", [one.name for one in wanted], indirect=True, scope="session")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    times = config.stash[TIMES]
    if times.taken:
        times.keep(cache_folder(os.environ) / "times.txt")
        terminalreporter.section("times on lab hosts")
        terminalreporter.write(times.report())


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Note that the older Debian is good, when all its tests have passed."""
    tried = any(AFTER_CHANGES.name in item.nodeid for item in session.items)
    chosen = bool(session.config.option.keyword) or any("::" in word or ".py" in word for word in session.config.args)
    if exitstatus == 0 and tried and not chosen:
        notes(os.environ).keep(fingerprint())


@pytest.fixture(scope="session")
def times(request: pytest.FixtureRequest) -> Times:
    return request.config.stash[TIMES]


@pytest.fixture(scope="session")
def cache() -> BaseCache:
    """The user's own cache of base systems, on a machine that can run a lab."""
    obstacle = find_obstacle()
    if obstacle:
        pytest.skip(obstacle)
    return BaseCache(cache_folder(os.environ))


@pytest.fixture(scope="session")
def lab(cache: BaseCache, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Both hosts, with small data disks."""
    folder = LabFolder(tmp_path_factory.mktemp("lab") / "lab")
    yield up(folder, cache, [replace(one, data_mib=SMALL_DATA_MIB) for one in HOSTS], print)
    down(folder, cache)


@pytest.fixture(scope="session")
def system(request: pytest.FixtureRequest) -> System:
    return BY_NAME[request.param]


@pytest.fixture(scope="session")
def hosts(system: System, cache: BaseCache, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Two hosts of one Debian that nothing was done to yet."""
    folder = LabFolder(tmp_path_factory.mktemp("hosts") / "lab")
    yield up(folder, cache, system.plans, print)
    down(folder, cache)


@dataclass(frozen=True, slots=True)
class Installed:
    """A site, and how it came about."""

    site: Site
    dry: Run
    """Check mode on the bare host."""
    touched: list[str]
    """Files that check mode has changed there."""
    install: Run
    verify: Run


@pytest.fixture(scope="session")
def installed(hosts: Lab, system: System, times: Times, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The site from nothing; its failures are told by the tests that look at it."""
    site = new_site(hosts, hosts.host(system.host), tmp_path_factory.mktemp("site"), site_database=system.database)
    moment = time.time()
    dry = site.player.play("site", "--check", "--diff")
    touched = files_changed_since(site.host.root, moment)
    install = site.player.deploy("site")
    verify = site.player.deploy("verify")
    for what, run in (("check mode on a bare host", dry), ("installation", install), ("verification", verify)):
        times.note(system.name, what, run.seconds)
    times.note(system.name, "from nothing to a verified site", install.seconds + verify.seconds, INSTALL_SECONDS)
    return Installed(site, dry, touched, install, verify)


@pytest.fixture(scope="session")
def site(installed: Installed) -> Site:
    """A site that is there."""
    assert installed.install.status == 0, installed.install.output[-4000:]
    return installed.site


@pytest.fixture(scope="session")
def bare(hosts: Lab, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The other host, which gets its site step by step."""
    return new_site(hosts, hosts.host("other"), tmp_path_factory.mktemp("other"))
