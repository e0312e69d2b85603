"""Lets tests import what the module is made of, by the names that Ansible gives it on hosts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import ansible.module_utils
import pytest

from tests.static.sizes import ROOT

ROLE = ROOT / "roles/preflight"
ansible.module_utils.__path__.append(str(ROLE / "module_utils"))
sys.path.insert(0, str(ROLE / "library"))

Files = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Return a function that writes files below a folder, and returns that folder as a host's root."""

    def write(content: Mapping[str, str]) -> Path:
        for name, text in content.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write
