"""The files of this checkout, as git would hold them, and copies of them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.lab.playbook import ROOT


def files_of(root: Path, *places: str) -> list[str]:
    """Return what git knows or would take of a checkout, all of it or below some places, sorted; only what is there."""
    words = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *places]
    listed = subprocess.run(words, capture_output=True, check=True, text=True).stdout.split("\0")
    return sorted({one for one in listed if one and (root / one).is_file()})


def copy_checkout(folder: Path) -> Path:
    """Copy what git would hold of this checkout, with what its first start has made; returns the copy."""
    for name in files_of(ROOT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    for made in (".venv", "app/web/static/vendor"):
        (folder / made).symlink_to(ROOT / made)
    return folder
