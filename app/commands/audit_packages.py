"""``./eigenplan audit-packages``: whether the pinned packages have weaknesses that a service on the network knows."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import click

from app.commands.checks import ROOT, tool

LOCKS = ("requirements/runtime.txt", "requirements/image.txt", "requirements/deploy.txt")
SECONDS = 300
NOT_ASKED = 3


class NotAskedError(Exception):
    """Nobody knows whether there are weaknesses; the text says why."""


def audit(program: str | None = None) -> list[str]:
    """Return a line for each known weakness; ``program`` is pip-audit.

    Raises:
        NotAskedError: the service could not be asked about every package.
    """
    words = [program or tool("pip-audit"), "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    for lock in LOCKS:
        words += ["--requirement", lock]
    try:
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 our own words
    except OSError as error:
        raise NotAskedError(f"pip-audit cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise NotAskedError(f"the service did not answer within {SECONDS} s") from error
    return _read(done.stdout, done.stderr)


def _read(said: str, errors: str) -> list[str]:
    """Return the weaknesses that pip-audit found; it ends well even where it could ask about no package at all."""
    try:
        packages: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError) as error:
        last = errors.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        raise NotAskedError(f"the service cannot be reached ({last[0][:200]})") from error
    weak = [_line(package, one) for package in packages for one in package.get("vulns", [])]
    unasked = [package["name"] for package in packages if "skip_reason" in package]
    if unasked and not weak:
        raise NotAskedError(f"the service knows nothing of {len(unasked)} of {len(packages)} packages")
    return weak


def _line(package: dict[str, Any], weakness: dict[str, Any]) -> str:
    mended = ", ".join(weakness.get("fix_versions", [])) or "no version yet"
    return f"{package['name']} {package['version']}: {weakness['id']}, mended in {mended}"


@click.command(name="audit-packages")
def command() -> None:
    """Ask whether the pinned packages have known weaknesses; ends with 3 when nobody could be asked."""
    try:
        weak = audit()
    except NotAskedError as error:
        click.secho(
            f"Not known: {error}. Try again where the Python Package Index can be reached.", fg="yellow", err=True
        )
        sys.exit(NOT_ASKED)
    for line in weak:
        click.secho(line, fg="red")
    click.echo(f"{len(weak)} known weaknesses in the packages of {', '.join(LOCKS)}.")
    sys.exit(1 if weak else 0)
