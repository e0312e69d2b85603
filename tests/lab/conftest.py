"""A lab for the tests that need one, beside any lab of the developer's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.lab.base_system import BaseCache
from tests.lab.folder import LabFolder, cache_folder
from tests.lab.lab import HOSTS, Lab, down, up
from tests.lab.machine import find_obstacle


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
    yield up(folder, cache, [replace(one, data_mib=64) for one in HOSTS], print)
    down(folder, cache)
