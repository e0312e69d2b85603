"""Which options a container is started with: those that its image knows.

A release that is older than an option refuses to start with it, so going back would be impossible after the first
release that brought a new one.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from eigenplan_host.site import Places
from eigenplan_host.state import write_whole

PREFIX = "EIGENPLAN_"
LABEL = "eigenplan.options"
"""Names the options that an image knows, with commas between; images from before it was there lack it."""


def write_options(places: Places, name: str, known: Collection[str]) -> Path:
    """Write the site's options that an image knows, all of them where that is not told; return the file."""
    lines = (places.settings / "eigenplan.env").read_text("utf-8").splitlines()
    kept = [line for line in lines if not known or _name(line) in known or not line.startswith(PREFIX)]
    folder = places.state / "options"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.env"
    write_whole(file, "".join(f"{line}\n" for line in kept))
    return file


def _name(line: str) -> str:
    return line.partition("=")[0]
