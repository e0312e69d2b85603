"""The cache of base systems, and what of this machine's apt goes into hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.base_system import (
    BaseCache,
    BaseSystem,
    apt_settings,
    apt_sources,
    checksum,
    is_sound,
    read_mirrors,
    removed_on_failure,
)
from tests.lab.machine import LabError

SOURCES = """Types: deb
# URIs: http://commented.example/debian
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://mirror.example/security http://other.example/security
Suites: bookworm-security
"""


def keep(folder: Path, content: str) -> BaseSystem:
    base = BaseSystem("trixie", ("one",))
    kept = folder / base.key
    kept.mkdir()
    (kept / "system.tar").write_text(content)
    (kept / "sha256").write_text(checksum(kept / "system.tar"))
    return base


def test_key_depends_on_suite_and_packages_alone() -> None:
    keys = [
        BaseSystem("trixie", ("one", "two")).key,
        BaseSystem("trixie", ("two", "one", "one")).key,
        BaseSystem("bookworm", ("one", "two")).key,
        BaseSystem("trixie", ("one",)).key,
    ]
    assert (keys[0] == keys[1], len(set(keys)), keys[2].startswith("bookworm-")) == (True, 3, True)


def test_mirrors_are_this_machines() -> None:
    assert read_mirrors(SOURCES) == ("http://mirror.example/debian", "http://mirror.example/security")


@pytest.mark.parametrize("sources", ["", SOURCES.replace("Types: deb", "Types: deb\nEnabled: no")])
def test_mirrors_that_are_not_named_are_asked_for(sources: str) -> None:
    with pytest.raises(LabError, match="names no Debian archive"):
        read_mirrors(sources)


def test_sources_have_the_hosts_suite() -> None:
    assert apt_sources("trixie", SOURCES) == [
        "deb http://mirror.example/debian trixie main",
        "deb http://mirror.example/debian trixie-updates main",
        "deb http://mirror.example/security trixie-security main",
    ]


def test_apt_settings_are_those_that_lead_to_the_archive() -> None:
    wanted = 'Acquire::http::Proxy "http://proxy.example:3128";\nAcquire::Check-Date "false";\n'
    dump = f'APT::Architecture "amd64";\n{wanted}Acquire::https::CaInfo "";\nDir::Cache "x";\n'
    assert apt_settings(dump) == wanted


def test_kept_base_system_is_used_again(tmp_path: Path) -> None:
    base = keep(tmp_path, "a tree")
    said: list[str] = []
    archive = BaseCache(tmp_path).obtain(base, said.append)
    assert (archive.read_text(), said) == ("a tree", [])


@pytest.mark.parametrize("damage", ["system.tar", "sha256"])
def test_base_system_with_a_part_missing_is_not_sound(tmp_path: Path, damage: str) -> None:
    kept = tmp_path / keep(tmp_path, "a tree").key
    assert is_sound(kept)
    (kept / damage).unlink()
    assert not is_sound(kept)


def test_base_system_that_was_changed_is_not_sound(tmp_path: Path) -> None:
    kept = tmp_path / keep(tmp_path, "a tree").key
    (kept / "system.tar").write_text("another tree")
    assert not is_sound(kept)


def test_failed_building_leaves_nothing(tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    with pytest.raises(KeyboardInterrupt), removed_on_failure(new):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
