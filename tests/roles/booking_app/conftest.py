from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .thread_host import ThreadHost
    from .world import World

ROLE = Path(__file__).parents[3] / "roles" / "booking_app"
sys.path[:0] = [str(ROLE / "files"), str(ROLE / "filter_plugins")]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A host whose programs are stubs."""
    from .world import make_world

    return make_world(tmp_path, monkeypatch)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[ThreadHost]:
    """A host that has releases and runs none."""
    from .updating import bare_host, shut_down

    made = bare_host(tmp_path)
    yield made
    shut_down(made)


@pytest.fixture
def host(bare: ThreadHost) -> ThreadHost:
    """A host on which ``one`` serves in slot a."""
    from eigenplan_host.update import update

    update(bare.site(), "one")
    bare.changes.clear()
    bare.said.clear()
    return bare
