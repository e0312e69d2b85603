"""Fixtures for the tests of Caddy as the role configures it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.static.sizes import ROOT

sys.path.insert(0, str(ROOT / "roles/verify/python"))
sys.path.insert(0, str(ROOT / "roles/reverse_proxy/library"))

from tests.conftest import need
from tests.roles.reverse_proxy.rig import PROGRAM, Proxy, running


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A Caddy for all tests of a file."""
    need(PROGRAM is not None, "Caddy", "caddy")
    with running(tmp_path_factory.mktemp("caddy")) as proxy:
        yield proxy


@pytest.fixture
def proxy(shared: Proxy) -> Proxy:
    """That Caddy, with slots that have seen nothing yet and do nothing special."""
    for slot in shared.slots:
        slot.ready, slot.breaks, slot.headers = True, False, {}
        slot.seen.clear()
    return shared


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for a Caddy of a test's own."""
    need(PROGRAM is not None, "Caddy", "caddy")
    return tmp_path
