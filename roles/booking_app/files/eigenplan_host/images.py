"""Where images come from: a base from an archive, a release built from its archive, or a finished image loaded."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from eigenplan_host.docker_host import REPOSITORY, label, run
from eigenplan_host.fetching import Fetching, load_fetching
from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.site import Site
from eigenplan_host.state import load_state, write_whole

BASE = "debian:trixie-slim"
ROOT_LABEL = "eigenplan.base"
STAGE = f"{REPOSITORY}:build"
_ARCHIVE = re.compile(r"eigenplan-(?P<release>[A-Za-z0-9_][A-Za-z0-9_.-]*)-(?:x86_64|aarch64)\.tar")
_OWN_TAG = re.compile(r"\d[A-Za-z0-9_.-]*")
_TITLE = "org.opencontainers.image.title=Eigenplan"
_MEGABYTE = 1_000_000


def release_of(archive: Path) -> str:
    """Return the name of the release in an archive.

    Raises:
        RefusedError: it is none that ``./eigenplan release`` makes.
    """
    found = _ARCHIVE.fullmatch(archive.name)
    if not found:
        raise RefusedError(
            f"{archive.name} is not named as ./eigenplan release names archives: eigenplan-RELEASE-ARCHITECTURE.tar"
        )
    _check_name(found["release"])
    return found["release"]


def _check_name(release: str) -> None:
    """Refuse what could not be told from names of other images, such as ``slot-a``.

    Raises:
        RefusedError: it begins with something else than a digit.
    """
    if not _OWN_TAG.fullmatch(release):
        raise RefusedError(
            f"A release is called by its version first, such as 1.0-abc, but this one is called {release or 'nothing'};"
            " make it by ./eigenplan release."
        )


def import_base(site: Site, archive: Path, checksum: str) -> None:
    """Make ``debian:trixie-slim`` from the archive of a root file system, and remember which one it was."""
    need_room(site, archive.stat().st_size // _MEGABYTE * 2)
    site.say(f"Importing {BASE} from an archive.")
    run(["docker", "import", "--change", 'CMD ["bash"]', archive, BASE])
    _remember(site, "base", {"archive": checksum, "image": site.host.image_id(BASE)})


def build(site: Site, archive: Path) -> str:
    """Build the image of a release from its archive, without any network on a base that was imported; return its name.

    Raises:
        RefusedError: the archive is none of ours, or there is too little room for it.
        FailedError: the build failed; no image of that name was made or changed.
    """
    release = release_of(archive)
    need_room(site, site.settings.build_megabytes)
    folder = _unpack(site, archive, release)
    if not _is_imported(site):
        _pull_base(site, must=False)
    _make(site, release, folder)
    return release


def rebuild(site: Site, release: str) -> None:
    """Build the image of a release once more, on the newest base and with the newest packages.

    Raises:
        RefusedError: it cannot be built here, or not on anything newer, or there is too little room for it.
        FailedError: nothing newer could be fetched, or the build failed; the image is the one from before.
    """
    folder = site.places.releases / release
    if not folder.is_dir():
        raise RefusedError(
            f"Release {release} was not built here; run the playbook with a newer booking_app_image_archive."
        )
    if _is_imported(site):
        raise RefusedError(f"{BASE} came from an archive; run the playbook with a newer booking_app_base_archive.")
    need_room(site, site.settings.build_megabytes)
    _pull_base(site, must=True)
    _make(site, release, folder)


def _is_imported(site: Site) -> bool:
    imported = archives(site).get("base", {}).get("image")
    return bool(imported) and imported == site.host.image_id(BASE)


def _pull_base(site: Site, *, must: bool) -> None:
    """Get the newest base; one that is here will do for a new release, which may be urgent."""
    site.say(f"Pulling {BASE}.")
    before = site.host.image_id(BASE)
    try:
        run(["docker", "pull", "--quiet", BASE])
    except FailedError as error:
        reason = load_fetching(site.places).without_password(str(error))
        if must or not before:
            raise FailedError(
                f"{BASE} was not pulled; what runs is not touched. {reason} Let this host reach a registry of images, "
                "or run the playbook with booking_app_base_archive."
            ) from None
        site.say(f"{BASE} was not pulled, so the image is built on the one that is here and may lack updates: {reason}")
    if before not in ("", site.host.image_id(BASE)):
        _remember(site, "replaced", sorted({*archives(site).get("replaced", []), before}))


def _make(site: Site, release: str, folder: Path) -> None:
    """Build a release from its folder.

    A base that was imported has Python, and needs no network. The one of a registry gets it by apt, and what apt once
    fetched must not be taken for the newest; only the second build goes by what the first has made.
    """
    site.say(f"Building the image of release {release}.")
    imported = _is_imported(site)
    fetching = Fetching() if imported else load_fetching(site.places)
    words = ["docker", "build", "--quiet", "--force-rm", *(["--network=none"] if imported else fetching.arguments)]
    anew = [] if imported else ["--no-cache"]
    try:
        run([*words, *anew, "--target=build", f"--tag={STAGE}", folder], fetching.environ)
        base = site.host.image_id(BASE)
        run([*words, f"--label={ROOT_LABEL}={base}", f"--tag={REPOSITORY}:{release}", folder], fetching.environ)
    except FailedError as error:
        reason = fetching.without_password(str(error))
        raise FailedError(f"The image of release {release} was not built; what runs is not touched. {reason}") from None
    finally:
        _forget(STAGE)


def load(site: Site, archive: Path, checksum: str) -> str:
    """Load a finished image, as ``docker save`` writes it, and remember which one it was; return its release.

    Raises:
        FailedError: it holds no image, or none of Eigenplan's.
        RefusedError: its release is not called as one of ours.
    """
    need_room(site, archive.stat().st_size // _MEGABYTE * 2)
    site.say("Loading the image from an archive.")
    said = run(["docker", "load", "--quiet", "--input", archive])
    found = re.search(r"Loaded image(?: ID)?: (\S+)", said)
    if not found:
        raise FailedError(f"{archive.name} holds no image; write one with: docker save --output=FILE IMAGE")
    site.host.schema_of(found[1])
    release = label(found[1], "org.opencontainers.image.revision")
    _check_name(release)
    run(["docker", "tag", found[1], f"{REPOSITORY}:{release}"])
    _remember(site, "loaded", {**archives(site).get("loaded", {}), checksum: release})
    return release


def need_room(site: Site, megabytes: int) -> None:
    """Go on only where Docker has room for that much.

    Raises:
        RefusedError: it has not.
    """
    folder = run(["docker", "info", "--format", "{{.DockerRootDir}}"]).strip()
    free = shutil.disk_usage(folder).free // _MEGABYTE
    if free < megabytes:
        raise RefusedError(
            f"{folder} has {free} MB free and this needs {megabytes} MB; make room there. Nothing was changed."
        )


def _unpack(site: Site, archive: Path, release: str) -> Path:
    """Unpack beside and rename, so that a folder with a release's name is whole."""
    folder, part = site.places.releases / release, site.places.releases / f"{release}.part"
    for left in (part, folder):
        shutil.rmtree(left, ignore_errors=True)
    part.mkdir(parents=True)
    run(["tar", "--extract", "--no-same-owner", "--no-same-permissions", f"--directory={part}", f"--file={archive}"])
    part.rename(folder)
    return folder


def releases(site: Site) -> dict[str, str]:
    """Return the releases that have an image here, each with the base that it was built on (empty: loaded)."""
    listed = run(["docker", "image", "ls", "--format", "{{.Tag}}", REPOSITORY]).split()
    return {tag: label(f"{REPOSITORY}:{tag}", ROOT_LABEL) for tag in listed if _OWN_TAG.fullmatch(tag)}


def archives(site: Site) -> dict[str, Any]:
    """Return which archives images were made from: checksums, as the playbook knows them."""
    path = site.places.state / "archives.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _remember(site: Site, name: str, value: object) -> None:
    write_whole(site.places.state / "archives.json", json.dumps({**archives(site), name: value}, indent=2) + "\n")


def prune(site: Site) -> None:
    """Remove images and folders of releases other than the present one and the one before, and what builds left."""
    state = load_state(site.places.state)
    kept = {one.release for one in (state.serving, state.previous, state.worker, state.live) if one}
    for release in releases(site):
        if release not in kept:
            site.say(f"Removing release {release}, which is neither the present one nor the one before.")
            _forget(f"{REPOSITORY}:{release}")
    for folder in site.places.releases.glob("*"):
        if folder.name not in kept:
            shutil.rmtree(folder)
    try:
        run(["docker", "image", "prune", "--force", f"--filter=label={_TITLE}"])
    except FailedError as error:  # it needs room, and nothing else
        site.say(f"What builds have left stays for now: {error}")
    _prune_bases(site)


def _prune_bases(site: Site) -> None:
    """Remove bases that newer ones have replaced; what is still built on one keeps it until a later time."""
    replaced = archives(site).get("replaced", [])
    left = [base for base in replaced if not _is_removed(base)]
    if left != replaced:
        _remember(site, "replaced", left)


def _is_removed(image: str) -> bool:
    if image not in run(["docker", "image", "ls", "--all", "--quiet", "--no-trunc"]).split():
        return True
    try:
        run(["docker", "image", "rm", image])
    except FailedError:
        return False
    return True


def _forget(image: str) -> None:
    """Take a name off an image; Docker keeps what a container still uses."""
    if run(["docker", "image", "ls", "--quiet", image]).strip():
        run(["docker", "image", "rm", image])
