"""Comparing with files that people have read; ``EIGENPLAN_TEST_WRITE_GOLDEN=1`` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def golden(name: str, now: str) -> str:
    """Return what the golden file says; writes it first where that was asked for."""
    path = FOLDER / name
    if os.environ.get("EIGENPLAN_TEST_WRITE_GOLDEN"):
        path.write_text(now, encoding="utf-8", newline="")
    return path.read_bytes().decode("utf-8")
