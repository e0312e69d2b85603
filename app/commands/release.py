"""``./eigenplan release``: pack what a host needs to build the image without any network."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import platform
import shutil
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import click

from app.commands.release_files import Files, ReleaseError, our_files
from app.commands.release_wheels import PLATFORMS, PYTHON, obtain_wheels
from app.config import OPTIONS
from app.storage.migrations import MIGRATIONS

ROOT = Path(__file__).parents[2]
FORM = "1"
"""Part of every release's name: another number renames all of them."""

MOMENT = 1_577_836_800
"""What every packed file says it was changed at (2020): times differ from checkout to checkout."""

GAPS = {"VERSION=0": "version", "RELEASE=none": "id", "SCHEMA=0": "schema", "OPTIONS=": "options"}
"""What the Dockerfile has in the place of each fact: ``options`` lets a host leave out those that a release lacks."""

KEPT = 8
"""How many archives stay in the cache, and how many sets of wheels."""


@click.command(name="release")
@click.option(
    "--architecture",
    type=click.Choice(list(PLATFORMS)),
    help="The hosts' processors; this machine's own when not given.",
)
def command(architecture: str | None) -> None:
    """Pack the release and print the path of its archive.

    It is kept in ~/.cache/eigenplan/releases and named by its content: nothing is made when nothing has changed.
    """
    chosen = architecture or platform.machine()
    if chosen not in PLATFORMS:
        raise click.ClickException(f"There is no image for {chosen}; name the hosts' processors with --architecture.")
    folder = releases_folder(os.environ)
    try:
        click.echo(make_release(ROOT, chosen, folder))
    except ReleaseError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        trouble = f"{error.filename or folder}: {error.strerror}"
        raise click.ClickException(
            f"The release was not packed ({trouble}); free the disk or make the folder writable, then start again."
        ) from error


def releases_folder(environ: Mapping[str, str]) -> Path:
    """Return where releases are kept (XDG base directories)."""
    given = Path(environ.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".cache") / "eigenplan" / "releases"


def make_release(root: Path, architecture: str, folder: Path) -> Path:
    """Return the archive of the release that ``root`` makes now, whole or not there at all.

    Raises:
        ReleaseError: something is missing or cannot be fetched.
        OSError: the folder cannot be written, or its disk is full.
    """
    files = our_files(root)
    facts = describe(root, files, architecture)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        wheels = obtain_wheels(root, architecture, folder)
        content = pack(complete(files, facts) | wheels)
        archive = folder / f"eigenplan-{facts['id']}-{architecture}.tar"
        if not archive.exists() or archive.read_bytes() != content:
            print(f"  · packing release {facts['id']}", file=sys.stderr)
            _write(archive, content)
        archive.touch()
        _forget_old(folder)
    return archive


def describe(root: Path, files: Files, architecture: str) -> dict[str, str]:
    """Return what ``release.json`` says: ``id`` is the version and a checksum of all that is packed.

    Wheels count by the hashes in the locks, so a release has one name for all architectures.
    """
    version: str = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    marks = {place: hashlib.sha256(content).hexdigest() for place, content in files.items()}
    words = json.dumps([FORM, version, PYTHON, PLATFORMS, marks], sort_keys=True)
    own = hashlib.sha256(words.encode()).hexdigest()[:12]
    facts = {"id": f"{version}-{own}", "version": version, "schema": str(MIGRATIONS[-1].number)}
    facts["options"] = ",".join(option.variable for option in OPTIONS)
    return facts | {"architecture": architecture, "python": PYTHON}


def complete(files: Files, facts: Mapping[str, str]) -> Files:
    """Add ``release.json``, and write what it says into the labels of the Dockerfile.

    Raises:
        ReleaseError: the Dockerfile lacks a label's place.
    """
    recipe = files["Dockerfile"].decode()
    for gap, value in GAPS.items():
        if f"ARG {gap}\n" not in recipe:
            raise ReleaseError(f"The Dockerfile has no line ARG {gap}; get the whole project anew.")
        recipe = recipe.replace(f"ARG {gap}\n", f"ARG {gap.partition('=')[0]}={facts[value]}\n")
    described = json.dumps(facts, indent=1, sort_keys=True) + "\n"
    return files | {"Dockerfile": recipe.encode(), "release.json": described.encode()}


def pack(files: Files) -> bytes:
    """Return a tar archive that depends on nothing but the places and contents of its files."""
    stream = io.BytesIO()
    folders = {str(one) for place in files for one in PurePosixPath(place).parents} - {"."}
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for place in sorted(folders | set(files)):
            member = tarfile.TarInfo(place)
            member.mtime = MOMENT
            if place in folders:
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(member)
            else:
                member.size, member.mode = len(files[place]), 0o644
                archive.addfile(member, io.BytesIO(files[place]))
    return stream.getvalue()


def _write(archive: Path, content: bytes) -> None:
    """Write a file aside and give it its name when it is complete and on the disk."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=archive.parent)
    try:
        with open(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).rename(archive)
    except BaseException:
        Path(name).unlink()
        raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time work in the cache; the lock ends with the process, however that ends."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _forget_old(folder: Path) -> None:
    """Remove the oldest archives and wheels, and what a killed process has left; we hold the lock."""
    for pattern in ("eigenplan-*.tar", "wheels-*-????????????????"):
        for one in sorted(folder.glob(pattern), key=lambda each: each.stat().st_mtime, reverse=True)[KEPT:]:
            _remove(one)
    for left in (*folder.glob(".new-*"), *folder.glob("wheels-*.*")):
        _remove(left)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
