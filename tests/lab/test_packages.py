"""The kept packages: only what the archive's lists name is kept, and nothing damaged is given."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.lab.packages import ARCHIVES, LISTS, PackageCache, read_checksums

NAMES = ("hello_1%3a2.10-3_amd64.deb", "jq_1.7_amd64.deb")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def tree(folder: Path, packages: dict[str, str], *, listed: bool = True) -> Path:
    """A host's tree that has downloaded these packages."""
    for part in (ARCHIVES, LISTS):
        (folder / part).mkdir(parents=True)
    for name, content in packages.items():
        (folder / ARCHIVES / name).write_text(content)
    lists = "".join(f"Package: x\nSHA256: {digest(one)}\n\n" for one in packages.values()) if listed else ""
    (folder / LISTS / "archive_dists_trixie_main_binary-amd64_Packages").write_text(lists)
    return folder


@pytest.fixture
def full(tmp_path: Path) -> Path:
    return tree(tmp_path / "full", dict.fromkeys(NAMES, "content of both"))


def contents(root: Path) -> dict[str, str]:
    return {one.name: one.read_text() for one in (root / ARCHIVES).glob("*.deb")}


def test_packages_go_from_one_host_to_the_next(tmp_path: Path, full: Path) -> None:
    cache, root = PackageCache(tmp_path / "cache"), tree(tmp_path / "new", {})
    assert (cache.seed(root), cache.collect(full), cache.collect(full)) == (0, 2, 0)
    assert (cache.seed(root), contents(root)) == (2, contents(full))


def test_package_that_no_list_names_is_not_kept(tmp_path: Path) -> None:
    root = tree(tmp_path / "host", {NAMES[0]: "made at home"}, listed=False)
    assert PackageCache(tmp_path / "cache").collect(root) == 0


def test_link_in_a_host_is_not_followed(tmp_path: Path, full: Path) -> None:
    root = tree(tmp_path / "host", {NAMES[0]: "content of both"})
    (root / ARCHIVES / NAMES[0]).unlink()
    (root / ARCHIVES / NAMES[0]).symlink_to(full / ARCHIVES / NAMES[0])
    assert PackageCache(tmp_path / "cache").collect(root) == 0


def test_damaged_package_is_thrown_away(tmp_path: Path, full: Path) -> None:
    cache, root = PackageCache(tmp_path / "cache"), tree(tmp_path / "new", {})
    cache.collect(full)
    sorted(cache.folder.iterdir())[0].write_text("content of b")
    assert (cache.seed(root), len(contents(root)), len(list(cache.folder.iterdir()))) == (1, 1, 1)
    assert cache.collect(full) == 1


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = PackageCache(tmp_path / "cache", limit=7)
    cache.collect(tree(tmp_path / "old", {NAMES[0]: "four"}))
    for one in cache.folder.iterdir():
        os.utime(one, (1, 1))
    cache.collect(tree(tmp_path / "new", {NAMES[1]: "more"}))
    assert [one.read_text() for one in cache.folder.iterdir()] == ["more"]


def test_half_of_a_broken_off_copy_is_forgotten(tmp_path: Path, full: Path) -> None:
    cache = PackageCache(tmp_path / "cache")
    cache.folder.mkdir()
    (cache.folder / "abc.part").touch()
    cache.collect(full)
    assert not list(cache.folder.glob("*.part"))


def test_host_without_packages_makes_no_cache(tmp_path: Path) -> None:
    cache = PackageCache(tmp_path / "cache")
    assert (cache.collect(tree(tmp_path / "new", {})), cache.folder.exists()) == (0, False)


def test_checksums_of_no_lists_are_none(tmp_path: Path) -> None:
    assert read_checksums(tmp_path) == set()
