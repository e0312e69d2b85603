"""What a release is packed from: our files, the pages' libraries, and wheels for the Python of the image."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

Files = dict[str, bytes]
"""The content of every file by its place in the release."""

PYTHON = "3.13"
"""The Python of debian:trixie-slim."""

PLATFORMS = {
    one: tuple(f"{tag}_{one}" for tag in ("manylinux_2_28", "manylinux_2_17", "manylinux2014"))
    for one in ("x86_64", "aarch64")
}
"""For each architecture what its wheels may be made for; trixie's C library is 2.41."""

LOCKS = ("requirements/image.txt", "requirements/runtime.txt")
IMAGE = "containers/eigenplan"
VENDOR = "app/web/static/vendor"
CHECKOUT_ONLY = re.compile(r"app/commands/(bench|bootstrap|checks|deploy\w*|lab|release\w*|test)\.py")
"""Commands that work on the checkout, with its tests and roles: an image has neither."""

FETCH_PROBLEM = "The wheels could not be fetched; check the connection to the package index and start again"
HASH_PROBLEM = "The package index gave a file whose hash is not in the lock files of requirements/; nothing was packed"


class ReleaseError(Exception):
    """No release can be made; the text is one sentence that says why."""


def our_files(root: Path) -> Files:
    """Return everything of a release but its wheels.

    Raises:
        ReleaseError: a file is missing, or the libraries of the pages are not those of the lock file.
    """
    places = {one: one for one in [*shipped(root), *vendor_files(root), *LOCKS, "LICENSE", "package-lock.json"]}
    places |= {f"{IMAGE}/{one}": one for one in ("Dockerfile", "health.py", "sbom.py")}
    try:
        return {place: (root / origin).read_bytes() for origin, place in places.items()}
    except FileNotFoundError as error:
        raise ReleaseError(f"{error.filename} is missing; get the whole project anew.") from error


def shipped(root: Path) -> list[str]:
    """Return the files of ``app/`` that the project holds, without those for the checkout alone."""
    found = _known_to_git(root) if (root / ".git").exists() else _by_their_names(root)
    return sorted(one for one in found if _is_for_images(one) and (root / one).is_file())


def _is_for_images(place: str) -> bool:
    return not CHECKOUT_ONLY.fullmatch(place)


def _known_to_git(root: Path) -> list[str]:
    """List what git holds and what it would take: a module that is not added yet is missed by those that import it."""
    others = _git(root, "--others", "--exclude-standard")
    for one in filter(_is_for_images, others):
        print(f"  · {one} is packed, though not in git yet", file=sys.stderr)
    return [*_git(root), *others]


def _git(root: Path, *options: str) -> list[str]:
    # The folder may be another user's, as with sudo; nothing that its settings name may run then.
    trusted = ("-c", f"safe.directory={root}", "-c", "core.fsmonitor=false")
    words = ["git", *trusted, "ls-files", "-z", *options, "--", "app"]
    try:
        done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 our own words
    except FileNotFoundError as error:
        raise ReleaseError("git was not found, which tells what belongs to a release; install it.") from error
    if done.returncode:
        raise ReleaseError(f"git cannot list the files of {root}: {_last_line(done.stderr)}")
    return [one for one in done.stdout.split("\0") if one]


def _by_their_names(root: Path) -> list[str]:
    """List the files of an unpacked archive of the project, where there is no git to ask."""
    found = (PurePosixPath(one.relative_to(root)) for one in (root / "app").rglob("*"))
    return [str(one) for one in found if "__pycache__" not in one.parts and not str(one).startswith(f"{VENDOR}/")]


def vendor_files(root: Path) -> list[str]:
    """Return the files of the pages' libraries.

    Raises:
        ReleaseError: they were not fetched, or the lock has changed since.
    """
    lock = "".join((root / one).read_text(encoding="utf-8") for one in ("package-lock.json", "frontend.json"))
    done = root / VENDOR / "lock"
    if not done.exists() or done.read_text(encoding="utf-8") != lock:
        raise ReleaseError(f"{VENDOR} is not what package-lock.json asks for; remove that folder and start again.")
    return [f"{VENDOR}/{one}" for one in json.loads((root / "frontend.json").read_text(encoding="utf-8"))]


def obtain_wheels(root: Path, architecture: str, cache: Path) -> Files:
    """Return the wheels of the lock files; fetched when they are not in the cache or are damaged there.

    Raises:
        ReleaseError: one cannot be fetched, or has another hash than in the lock.
    """
    locks = {one: (root / one).read_text(encoding="utf-8") for one in LOCKS}
    words = json.dumps([locks, PYTHON, PLATFORMS[architecture]])
    kept = cache / f"wheels-{architecture}-{hashlib.sha256(words.encode()).hexdigest()[:16]}"
    wheels = read_wheels(kept)
    if not are_sound(wheels, locks):
        shutil.rmtree(kept, ignore_errors=True)
        _fetch(locks, architecture, kept)
        wheels = read_wheels(kept)
    kept.touch()
    return wheels


def read_wheels(folder: Path) -> Files:
    """Return the wheels in a folder; none when there is no such folder."""
    return {f"wheels/{one.name}": one.read_bytes() for one in sorted(folder.glob("*.whl"))}


def are_sound(wheels: Mapping[str, bytes], locks: Mapping[str, str]) -> bool:
    """Say whether there is one wheel for each line of the locks, each with a hash that stands there."""
    allowed = {one for lock in locks.values() for one in re.findall(r"sha256:([0-9a-f]{64})", lock)}
    wanted = sum(len(re.findall(r"^[a-z0-9.-]+==", lock, re.MULTILINE)) for lock in locks.values())
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
            raise ReleaseError(f"{HASH_PROBLEM}.")
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
        mismatch = "DO NOT MATCH THE HASHES" in done.stderr
        raise ReleaseError(f"{HASH_PROBLEM}." if mismatch else f"{FETCH_PROBLEM}: {_last_line(done.stderr)}")


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it said nothing")
