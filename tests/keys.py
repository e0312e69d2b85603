"""The master key of the tests, which protects nothing."""

from __future__ import annotations

from pathlib import Path

from app.crypto.master import read_master_key
from app.storage import store

FILE = Path(__file__).with_name("master_key")
VARIABLE = "EIGENPLAN_MASTER_KEY_FILE"
MASTER = read_master_key(FILE.read_text("ascii"))


def open_store(url: str) -> store.Store:
    """Open a database whose keys the tests' master key wraps."""
    return store.open_store(url, MASTER)
