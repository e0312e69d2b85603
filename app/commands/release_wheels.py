"""The wheels of a release: fetched for the Python of the image, each compared with the lock files, and kept."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.commands.release_files import LOCKS, Files, ReleaseError, last_line

PYTHON = "3.13"
"""The Python of debian:trixie-slim."""

PLATFORMS = {
    one: tuple(f"{tag}_{one}" for tag in ("manylinux_2_28", "manylinux_2_17", "manylinux2014"))
    for one in ("x86_64", "aarch64")
}
"""For each architecture what its wheels may be made for; trixie's C library is 2.41."""

NO_HASH = "The package index gave a file whose hash is not in the lock files of requirements/; nothing was packed"
NO_SPACE = "The disk is full, so the wheels could not be fetched; free some space and start again"
NO_INDEX = "The wheels could not be fetched; check the connection to the package index and start again"
PROBLEMS = {"DO NOT MATCH THE HASHES": NO_HASH, "No space left on device": NO_SPACE, "": NO_INDEX}
"""What pip says, and what it means."""


def obtain_wheels(root: Path, architecture: str, cache: Path) -> Files:
    """Return the wheels of the lock files; fetched when they are not in the cache or are damaged there.

    Raises:
        ReleaseError: one cannot be fetched, or has another hash than in the lock.
    """
    locks = {one: (root / one).read_text(encoding="utf-8") for one in LOCKS}
    kept = wheels_folder(locks, architecture, cache)
    wheels = read_wheels(kept)
    if not are_sound(wheels, locks):
        shutil.rmtree(kept, ignore_errors=True)
        _fetch(locks, architecture, kept)
        wheels = read_wheels(kept)
    kept.touch()
    return wheels


def wheels_folder(locks: Mapping[str, str], architecture: str, cache: Path) -> Path:
    """Return where the wheels of some locks are kept."""
    words = json.dumps([locks, PYTHON, PLATFORMS[architecture]], sort_keys=True)
    return cache / f"wheels-{architecture}-{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def read_wheels(folder: Path) -> Files:
    """Return the wheels in a folder; none when there is no such folder."""
    return {f"wheels/{one.name}": one.read_bytes() for one in sorted(folder.glob("*.whl"))}


def are_sound(wheels: Mapping[str, bytes], locks: Mapping[str, str]) -> bool:
    """Say whether there is one wheel for each line of the locks, each with a hash that stands there."""
    allowed = {one for lock in locks.values() for one in re.findall(r"sha256:([0-9a-f]{64})", lock)}
    wanted = sum(len(re.findall(r"^[A-Za-z0-9._-]+==", lock, re.MULTILINE)) for lock in locks.values())
    return len(wheels) == wanted and all(hashlib.sha256(one).hexdigest() in allowed for one in wheels.values())


def _fetch(locks: Mapping[str, str], architecture: str, kept: Path) -> None:
    """Fetch the wheels: first the locked pip, then all others with it, so that every machine chooses the same files."""
    print(f"  · fetching wheels for Python {PYTHON} on {architecture}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix=f"{kept.name}.", dir=kept.parent) as name:
        new = Path(name, "wheels")
        pip: Sequence[str] = ["-m", "pip"]
        for lock in LOCKS:
            bare = Path(name, "lock.txt")
            bare.write_text(without_markers(locks[lock]), encoding="utf-8")
            _download([sys.executable, *pip, *_options(architecture), "--dest", str(new), "-r", str(bare)])
            pip = [str(next(new.glob("pip-*.whl")) / "pip")]
        if not are_sound(read_wheels(new), locks):
            raise ReleaseError(f"{NO_HASH}.")
        new.rename(kept)


def without_markers(lock: str) -> str:
    """Return a lock whose every line counts: markers are judged for the Python that fetches, not for the image's."""
    return re.sub(r" ;[^\\\n]*", " ", lock)


def _options(architecture: str) -> list[str]:
    fixed = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input"]
    target = ["--disable-pip-version-check", "--python-version", PYTHON, "--implementation", "cp", "--retries", "2"]
    return [*fixed, *target, *(f"--platform={one}" for one in PLATFORMS[architecture])]


def _download(words: Sequence[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 our own words
    if done.returncode:
        meaning = next(text for phrase, text in PROBLEMS.items() if phrase in done.stderr)
        raise ReleaseError(f"{meaning}: {last_line(done.stderr)}")
