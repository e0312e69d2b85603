"""``./eigenplan test``: static checks and every layer of tests, with a closing summary."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
LAB_COMES = "The lab tier comes with the installation by playbooks; there is nothing to run in it yet."

STATIC = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "import direction": ["importlinter.cli"],
    "codespell": ["codespell_lib", "."],
    "yamllint": ["yamllint", "--strict", "."],
}


@dataclass(frozen=True, slots=True)
class Tier:
    """What a tier runs: pytest's selection, whether coverage is enforced, what it needs of the machine."""

    markers: str
    coverage: bool
    browser: bool


TIERS = {
    "quick": Tier("not browser and not race and not slow", coverage=False, browser=False),
    "gate": Tier("not slow", coverage=True, browser=True),
    "full": Tier("", coverage=True, browser=True),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the closing summary."""

    name: str
    passed: bool
    seconds: float


def _run(name: str, command: list[str], environment: Mapping[str, str]) -> Step:
    click.secho(f"── {name}", bold=True)
    begun = time.monotonic()
    result = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)  # noqa: S603 our own words
    return Step(name, result.returncode == 0, time.monotonic() - begun)


def _python(*words: str) -> list[str]:
    return [sys.executable, *words]


def _static_steps() -> list[Step]:
    steps = []
    for name, words in STATIC.items():
        command = [shutil.which(words[0], path=str(Path(sys.executable).parent)) or words[0], *words[1:]]
        if name == "import direction":
            command = [str(Path(sys.executable).parent / "lint-imports")]
        elif name == "codespell":
            command = [str(Path(sys.executable).parent / "codespell"), "."]
        steps.append(_run(name, command, {}))
    return steps


def _missing(tier: Tier) -> list[str]:
    """What the machine lacks for this tier, each with the mend."""
    missing = []
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        missing.append("PostgreSQL server (apt install postgresql)")
    if tier.browser and not Path(CHROMIUM).exists():
        missing.append("Chromium (apt install chromium)")
    return missing


def _pytest_step(name: str, tier: Tier, selection: list[str]) -> Step:
    options = ["-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-m", tier.markers, *selection]
    if tier.coverage:
        options = ["-m", "coverage", "run", *options]
    return _run("tests", _python(*options), {"EIGENPLAN_TEST_TIER": name, "COVERAGE_PROCESS_START": "pyproject.toml"})


def _coverage_steps() -> list[Step]:
    subprocess.run(_python("-m", "coverage", "combine", "-q"), cwd=ROOT, check=False)  # noqa: S603 our own words
    centre = _python("-m", "coverage", "report", "--include=app/booking/*,app/access/*", "--fail-under=100")
    rest = _python("-m", "coverage", "report", "--omit=app/booking/*,app/access/*", "--fail-under=90")
    return [_run("coverage of rules and rights", centre, {}), _run("coverage of the rest", rest, {})]


def _show(steps: list[Step], missing: list[str]) -> None:
    click.secho("\nSummary", bold=True)
    for step in steps:
        word = click.style("passed", fg="green") if step.passed else click.style("FAILED", fg="red")
        click.echo(f"  {step.name:<32} {word}  {step.seconds:7.1f} s")
    for what in missing:
        click.secho(f"  could not run without: {what}", fg="yellow")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("tier", type=click.Choice([*TIERS, "lab"]), default="gate")
@click.argument("selection", nargs=-1, type=click.UNPROCESSED)
def command(tier: str, selection: tuple[str, ...]) -> None:
    """Run the tests of a tier; further words go to pytest."""
    if tier == "lab":
        click.echo(LAB_COMES)
        return
    chosen = TIERS[tier]
    missing = _missing(chosen)
    steps = _static_steps() + [_pytest_step(tier, chosen, list(selection))]
    if chosen.coverage:
        steps += _coverage_steps()
    _show(steps, missing)
    broken = not all(step.passed for step in steps)
    sys.exit(1 if broken or (missing and os.environ.get("CI")) else 0)
