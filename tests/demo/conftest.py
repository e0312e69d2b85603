"""A loaded demo, made once for each process that runs tests and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.load import load_demo
from app.storage.store import Store
from tests.keys import open_store

NOW = 1_774_433_220
"""Wednesday 2026-03-25, 10:07 UTC: four days before the clocks go forward in both zones of the demo."""

PASSWORD = "lano-koke-bupa-fona"


@pytest.fixture(scope="session")
def loaded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo of ``NOW``."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    load_demo(store, NOW, PASSWORD, say=lambda step: None)
    store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


@pytest.fixture
def demo(loaded: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of the loaded demo, to be changed."""
    path = tmp_path / "demo.db"
    shutil.copy(loaded, path)
    store = open_store(f"sqlite:///{path}")
    yield store
    store.close()
