from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.containers.project import Project, make_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)


@pytest.fixture
def index(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only package index that pip asks: a folder."""
    for name in [one for one in os.environ if one.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(project.index))
    return project.index
