"""What a release is packed from, wheels aside: our files and the libraries of the pages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

Files = dict[str, bytes]
"""The content of every file by its place in the release."""

LOCKS = ("requirements/image.txt", "requirements/runtime.txt")
IMAGE = "containers/eigenplan"
VENDOR = "app/web/static/vendor"
CHECKOUT_ONLY = re.compile(r"app/commands/(audit_packages|bench|bootstrap|checks|deploy\w*|lab|release\w*|test)\.py")
"""Commands that work on the checkout, with its tests and roles: an image has neither."""


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
        raise ReleaseError(f"git cannot list the files of {root}: {last_line(done.stderr)}")
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


def last_line(text: str) -> str:
    """Return the end of what a program said."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it said nothing")
