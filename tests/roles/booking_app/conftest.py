from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .world import World

ROLE = Path(__file__).parents[3] / "roles" / "booking_app"
sys.path[:0] = [str(ROLE / "files"), str(ROLE / "filter_plugins")]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A host whose programs are stubs."""
    from .world import make_world

    return make_world(tmp_path, monkeypatch)
