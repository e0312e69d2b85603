"""Folders of the use cases know each other in one direction: who changes one need not read in a circle."""

from __future__ import annotations

import re

from tests.static.sizes import ROOT

OPERATIONS = ROOT / "app" / "operations"
IMPORTED = re.compile(r"^\s*from app\.operations\.(\w+)", re.MULTILINE)


def imports() -> set[tuple[str, str]]:
    """Return which folder imports from which."""
    folders = [one for one in OPERATIONS.iterdir() if (one / "__init__.py").exists()]
    names = {one.name for one in folders}
    return {
        (folder.name, imported)
        for folder in folders
        for file in folder.rglob("*.py")
        for imported in IMPORTED.findall(file.read_text("utf-8"))
        if imported in names - {folder.name}
    }


def test_no_two_folders_import_each_other() -> None:
    found = imports()
    assert ("setup", "accounts") in found
    assert {(one, other) for one, other in found if (other, one) in found} == set()
