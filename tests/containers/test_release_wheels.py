"""Fetching wheels: for the image's Python, by the hashes of the locks."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.commands.release_files import ReleaseError
from app.commands.release_wheels import are_sound, obtain_wheels, without_markers
from tests.containers.project import CARELESS_PIP, Project, make_project

PIP = "wheels/pip-99.0-py3-none-any.whl"
LIBRARY = "wheels/small_lib-1.0-py3-none-any.whl"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


@pytest.mark.gate
def test_wheels_are_fetched_whatever_their_markers_say_here(project: Project, index: Path, cache: Path) -> None:
    assert sorted(obtain_wheels(project.root, "x86_64", cache)) == [PIP, LIBRARY]
    assert len(list(cache.iterdir())) == 1


def test_wheels_that_are_kept_need_no_index(project: Project, cache: Path) -> None:
    project.keep_wheels(cache)
    assert sorted(obtain_wheels(project.root, "x86_64", cache)) == [PIP, LIBRARY]


@pytest.mark.gate
@pytest.mark.parametrize("damage", ["removed", "changed"])
def test_wheels_that_are_damaged_are_fetched_again(project: Project, index: Path, cache: Path, damage: str) -> None:
    one = project.keep_wheels(cache) / Path(LIBRARY).name
    if damage == "removed":
        one.unlink()
    else:
        one.write_bytes(b"other")
    fetched = obtain_wheels(project.root, "x86_64", cache)[LIBRARY]
    assert fetched == (project.index / one.name).read_bytes()


@pytest.mark.gate
def test_wheel_with_another_hash_is_refused(project: Project, index: Path, cache: Path) -> None:
    wheel = index / Path(LIBRARY).name
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    with pytest.raises(ReleaseError, match="whose hash is not in the lock files of requirements/; nothing was packed"):
        obtain_wheels(project.root, "x86_64", cache)
    assert list(cache.iterdir()) == []


@pytest.mark.gate
def test_wheel_with_another_hash_is_refused_even_when_pip_does_not_mind(
    index: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = make_project(tmp_path / "careless", CARELESS_PIP)
    monkeypatch.setenv("PIP_FIND_LINKS", str(careless.index))
    with pytest.raises(ReleaseError, match="whose hash is not in the lock files of requirements/; nothing was packed"):
        obtain_wheels(careless.root, "x86_64", cache)
    assert list(cache.iterdir()) == []


@pytest.mark.gate
def test_wheel_that_the_index_lacks_is_named(project: Project, index: Path, cache: Path) -> None:
    (index / Path(LIBRARY).name).unlink()
    with pytest.raises(ReleaseError, match=r"check the connection to the package index.*small-lib==1\.0"):
        obtain_wheels(project.root, "x86_64", cache)
    assert list(cache.iterdir()) == []


def test_sound_is_one_wheel_for_each_line_with_a_hash_of_the_lock() -> None:
    lock = {"lock": f"one==1 \\\n    --hash=sha256:{hashlib.sha256(b'one').hexdigest()}\n"}
    given = [{"one": b"one"}, {}, {"one": b"two"}, {"one": b"one", "more": b"one"}]
    assert [are_sound(wheels, lock) for wheels in given] == [True, False, False, False]


def test_without_markers_keeps_names_and_hashes() -> None:
    lock = "one==1 ; python_version < '3.13' \\\n    --hash=sha256:00\ntwo==2 \\\n    --hash=sha256:11\n"
    assert without_markers(lock) == "one==1 \\\n    --hash=sha256:00\ntwo==2 \\\n    --hash=sha256:11\n"
