"""Labs for the tests that need one, beside any lab of the developer's own, and sites on their hosts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.lab.base_system import BaseCache
from tests.lab.folder import LabFolder, cache_folder
from tests.lab.installing import Installed, in_a_lab, on_a_host
from tests.lab.lab import HOSTS, Lab, down, up
from tests.lab.machine import find_obstacle
from tests.lab.site import Site, new_site
from tests.lab.systems import BY_NAME, SMALL_DATA_MIB, USUAL, System, current_tier, notes, site_systems
from tests.lab.systems import trouble_systems as systems_of_trouble
from tests.lab.times import TIMES, Times

INSTALL_SECONDS = 8 * 60.0
PLUGIN = "tests.lab.side_by_side"


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.has_plugin(PLUGIN):
        config.pluginmanager.import_plugin(PLUGIN)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "system" not in metafunc.fixturenames:
        return
    tier = current_tier()
    wanted = systems_of_trouble(tier) if "bare" in metafunc.fixturenames else site_systems(tier, notes(os.environ))
    metafunc.parametrize("system", [one.name for one in wanted], indirect=True, scope="session")


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
def other(system: System, cache: BaseCache, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A host that nothing was done to yet."""
    folder = LabFolder(tmp_path_factory.mktemp("hosts") / "lab")
    yield up(folder, cache, system.plans[1:], print)
    down(folder, cache)


@pytest.fixture(scope="session")
def installed(
    system: System, cache: BaseCache, times: Times, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """The site from nothing, by the README's steps; their failures are told by the tests that look at it.

    Debian 13 is a lab's own host, Debian 12 is somebody's, with an account that may use sudo.
    """
    folder = tmp_path_factory.mktemp("site")
    way = in_a_lab(system, folder) if system.host == USUAL.host else on_a_host(system, folder, cache)
    with way as found:
        runs = {"check mode on a bare host": found.dry, "installation": found.install, "verification": found.verify}
        for what, run in runs.items():
            times.note(system.name, what, run.seconds)
        total = found.install.seconds + found.verify.seconds
        times.note(system.name, "from nothing to a verified site", total, INSTALL_SECONDS)
        yield found


@pytest.fixture(scope="session")
def site(installed: Installed) -> Site:
    """A site that is there."""
    assert installed.install.status == 0, installed.install.output[-4000:]
    return installed.site


@pytest.fixture(scope="session")
def bare(other: Lab, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The other host, which gets its site step by step."""
    return new_site(other, other.host("other"), tmp_path_factory.mktemp("other"))
