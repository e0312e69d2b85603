"""The presets that come with the program, one readable file each."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from app.booking.refusals import NotFound
from app.operations.presets.reading import read_preset
from app.operations.presets.values import Preset

FOLDER = Path(__file__).resolve().parents[2] / "presets"
KEYS = ("clinic", "technical-team", "consultancy", "public-office")
ENDING = ".yml"


def preset_text(key: str) -> str:
    """Return the text of a preset's file.

    Raises:
        NotFound: there is none of this key.
    """
    if key not in KEYS:
        raise NotFound(kind="example", reference=key)
    return (FOLDER / f"{key}{ENDING}").read_text("utf-8")


@cache
def find_preset(key: str) -> Preset:
    """Return a preset, or raise NotFound."""
    return read_preset(preset_text(key))
