"""The archive of a release: what is in it, its name, when it is made anew, and what stops it."""

from __future__ import annotations

import io
import os
import resource
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands import release
from app.commands.release import KEPT, complete, make_release, pack, releases_folder
from app.commands.release_files import ReleaseError
from app.config import OPTIONS
from app.storage.migrations import MIGRATIONS
from tests.bench.servers import free_port
from tests.containers.project import PLACES, Project, facts_of, make_project


def read(archive: Path) -> dict[str, bytes]:
    """The files of an archive."""
    with tarfile.open(archive) as opened:
        found = [(one, opened.extractfile(one)) for one in opened if one.isfile()]
        return {one.name: stream.read() for one, stream in found if stream}


@pytest.fixture
def cache(project: Project, tmp_path: Path) -> Path:
    """A cache that has the project's wheels."""
    project.keep_wheels(tmp_path / "cache")
    return tmp_path / "cache"


def test_release_holds_what_an_image_needs_and_nothing_else(project: Project, cache: Path) -> None:
    assert sorted(read(make_release(project.root, "x86_64", cache))) == PLACES


def test_release_says_what_it_is(project: Project, cache: Path) -> None:
    archive = make_release(project.root, "x86_64", cache)
    files = read(archive)
    facts = facts_of(files)
    name = facts["id"]
    assert (facts | {"id": ""}) == {
        "id": "",
        "version": "7.1",
        "schema": str(MIGRATIONS[-1].number),
        "options": ",".join(option.variable for option in OPTIONS),
        "architecture": "x86_64",
        "python": "3.13",
    }
    assert archive.name == f"eigenplan-{name}-x86_64.tar"
    filled = {"VERSION": "7.1", "RELEASE": name, "SCHEMA": facts["schema"], "OPTIONS": facts["options"]}
    assert files["Dockerfile"].decode() == "FROM x\n" + "".join(f"ARG {gap}={one}\n" for gap, one in filled.items())


def test_release_of_the_same_files_is_the_same_byte_by_byte(project: Project, cache: Path, tmp_path: Path) -> None:
    other = make_project(tmp_path / "elsewhere")
    other.keep_wheels(tmp_path / "other-cache")
    for path in other.root.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o700)
    ours, theirs = (
        make_release(one.root, "x86_64", kept) for one, kept in ((project, cache), (other, tmp_path / "other-cache"))
    )
    assert (ours.name, ours.read_bytes()) == (theirs.name, theirs.read_bytes())


def test_release_is_packed_for_root_readable_for_all(project: Project, cache: Path) -> None:
    with tarfile.open(make_release(project.root, "x86_64", cache)) as archive:
        found = {(one.isdir(), one.mode, one.uid, one.gid, one.mtime) for one in archive}
    assert found == {(True, 0o755, 0, 0, release.MOMENT), (False, 0o644, 0, 0, release.MOMENT)}


@pytest.mark.parametrize(
    "place", ["app/wsgi.py", "requirements/runtime.txt", "containers/eigenplan/sbom.py", "pyproject.toml"]
)
def test_release_has_another_name_when_a_file_changes(project: Project, cache: Path, place: str) -> None:
    before = make_release(project.root, "x86_64", cache)
    text = (project.root / place).read_text()
    project.write(place, text.replace("7.1", "7.2") if "7.1" in text else f"{text}# more\n")
    if place.startswith("requirements"):
        project.keep_wheels(cache)
    assert make_release(project.root, "x86_64", cache).name != before.name


def test_release_that_is_there_is_not_written_again(project: Project, cache: Path) -> None:
    first = make_release(project.root, "x86_64", cache).stat().st_ino
    assert make_release(project.root, "x86_64", cache).stat().st_ino == first


def test_release_that_is_damaged_is_written_again(project: Project, cache: Path) -> None:
    archive = make_release(project.root, "x86_64", cache)
    whole = archive.read_bytes()
    archive.write_bytes(whole[:1000])
    assert make_release(project.root, "x86_64", cache).read_bytes() == whole


@pytest.mark.gate
def test_release_asked_for_twice_at_once_is_one(project: Project, index: Path, tmp_path: Path) -> None:
    kept = tmp_path / "empty"
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: make_release(project.root, "x86_64", kept), range(2)))
    names = sorted(one.name for one in kept.iterdir())
    assert (len(set(made)), len(names), names[0]) == (1, 2, made[0].name)


def test_release_forgets_old_ones_and_what_a_killed_process_left(project: Project, cache: Path) -> None:
    (cache / ".new-abc").write_text("half an archive")
    (cache / "wheels-x86_64-0123456789abcdef.xyz").mkdir()
    for number in range(KEPT + 2):
        project.write("app/wsgi.py", f"number = {number}")
        newest = make_release(project.root, "x86_64", cache)
    names = [one.name for one in cache.iterdir()]
    kinds = sorted("archive" if one.endswith(".tar") else one.split("-")[0] for one in names)
    assert (kinds, newest.name in names) == ([*["archive"] * KEPT, "wheels"], True)


def test_pack_orders_by_place_and_names_folders_first() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack({"b/c/d": b"1", "a": b""}))) as archive:
        assert archive.getnames() == ["a", "b", "b/c", "b/c/d"]


def test_complete_dockerfile_without_a_place_for_the_name_is_refused() -> None:
    with pytest.raises(ReleaseError, match="The Dockerfile has no line ARG RELEASE=none"):
        complete({"Dockerfile": b"ARG VERSION=0\n"}, {"version": "1", "id": "1-a", "schema": "4"})


def test_folder_is_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    found = [str(releases_folder(each)) for each in ({}, {"XDG_CACHE_HOME": "/var/c"}, {"XDG_CACHE_HOME": "relative"})]
    own = "/home/ada/.cache/eigenplan/releases"
    assert found == [own, "/var/c/eigenplan/releases", own]


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The command works on the small project, with a cache of its own."""
    monkeypatch.setattr(release, "ROOT", project.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "eigenplan" / "releases"


def ask(*words: str) -> tuple[int, str, str]:
    """The exit status of the command, its result, and the last thing it says to people."""
    result = CliRunner().invoke(release.command, words)
    return result.exit_code, result.stdout, result.stderr.splitlines()[-1]


@pytest.mark.gate
def test_command_prints_the_path_alone(here: Path, index: Path) -> None:
    status, result, said = ask("--architecture", "aarch64")
    [archive] = here.glob("eigenplan-7.1-*-aarch64.tar")
    assert (status, result, said) == (0, f"{archive}\n", f"  · packing release {archive.stem.rpartition('-')[0][10:]}")


def test_command_on_a_machine_without_an_image_asks_for_the_hosts_one(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    said = "Error: There is no image for riscv64; name the hosts' processors with --architecture."
    assert ask() == (1, "", said)


@pytest.mark.gate
def test_command_without_network_says_so_and_leaves_nothing(
    here: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{free_port()}/")
    status, result, said = ask("--architecture", "x86_64")
    wanted = "Error: The wheels could not be fetched; check the connection to the package index and start again: "
    assert (status, result, said.startswith(wanted), list(here.iterdir())) == (1, "", True, [])


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond some bytes: writing stops in the middle, as on a disk that gets full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_command_on_a_full_disk_says_so_and_leaves_nothing(here: Path, project: Project) -> None:
    kept = project.keep_wheels(here)
    with largest_file(4096):
        status, result, said = ask("--architecture", "x86_64")
    trouble = f"Error: The release was not packed ({here}: File too large); free the disk or make the folder writable"
    assert (status, result, said.startswith(trouble), list(here.iterdir())) == (1, "", True, [kept])
