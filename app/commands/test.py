"""``./eigenplan test``: static checks and every layer of tests, with a closing summary."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree  # reads what our own pytest has written  # nosec B405

import click

from app.commands.checks import ROOT, Step, run_checks

CHROMIUM = "/usr/bin/chromium"
CENTRE = "app/booking/*,app/access/*"
POSTGRES = "EIGENPLAN_TEST_POSTGRES"


@dataclass(frozen=True, slots=True)
class Part:
    """One run of pytest; without words test by test and unmeasured, so that speeds and races are the program's own."""

    name: str
    markers: str
    words: tuple[str, ...] = ()
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Tier:
    """What a tier runs: its parts, whether coverage is enforced, whether it checks code and databases too."""

    parts: tuple[Part, ...]
    coverage: bool
    code: bool = True


PLAIN = "not browser and not race and not lab"
SYSTEM = "(browser or race) and not slow and not lab"
EVERY_PAGE = "(browser or race) and slow and not lab"
UNMEASURED = "on PostgreSQL, and of hosts' parts"
WHOLE = "tests of the whole system"
PAGES = "pages for every role"
HOSTS = "tests on real hosts"
LAB = "tests of the lab itself"
WORKERS = ("-n", str(os.cpu_count() or 1), "--dist")
SPREAD, EACH = (*WORKERS, "loadscope"), (*WORKERS, "load")
"""Tests that share a module's fixtures together, or each for itself."""

BY_SYSTEM = ("-n", "2", "-p", "tests.lab.side_by_side")
"""Both Debians at once: most of the time, Ansible and its host wait for each other."""


def _plain(markers: str) -> Part:
    return Part("tests", markers, SPREAD, measured=True)


def _halves(markers: str) -> tuple[Part, Part]:
    """Measuring takes two thirds more time, so what tells nothing new about coverage runs without it."""
    return _plain(f"{markers} and not unmeasured"), Part(UNMEASURED, f"{markers} and unmeasured", SPREAD)


def _hosts(markers: str) -> tuple[Part, Part]:
    return Part(HOSTS, f"{markers} and not alone", BY_SYSTEM), Part(LAB, f"{markers} and alone")


TIERS = {
    "quick": Tier((_plain(f"{PLAIN} and not slow and not gate"),), coverage=False),
    "gate": Tier((*_halves(f"{PLAIN} and not slow"), Part(WHOLE, SYSTEM)), coverage=True),
    "full": Tier((_plain(PLAIN), Part(WHOLE, SYSTEM), Part(PAGES, EVERY_PAGE, EACH), *_hosts("lab")), coverage=True),
    "lab": Tier(_hosts("lab and not slow"), coverage=False, code=False),
}
TESTS = frozenset(part.name for tier in TIERS.values() for part in tier.parts)
NOTHING_SELECTED = 5
"""pytest's status when no test is selected: right for one part where words on the command line chose others."""


@dataclass(slots=True)
class Machine:
    """What this machine has of what the tests need; ``missing`` names the rest, with the mend."""

    missing: list[str] = field(default_factory=list)
    has_postgres: bool = True
    has_browser: bool = True
    has_hosts: bool = True


@dataclass(slots=True)
class Report:
    """How the tests went; ``skipped`` are names with reasons."""

    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)


def look_at(tier: Tier) -> Machine:
    """Say what of a tier this machine can run."""
    from tests.lab.machine import find_obstacle
    from tests.postgres_server import find_binaries
    from tests.slapd_server import LDAPMODIFY, SLAPD

    machine = Machine()
    obstacle = find_obstacle() if any(part.name == HOSTS for part in tier.parts) else None
    if obstacle:
        machine.has_hosts = False
        machine.missing.append(f"{HOSTS}: {obstacle}" if tier.code else obstacle)
    if not tier.code:
        machine.has_postgres = False
        return machine
    if find_binaries() is None:
        machine.has_postgres = False
        machine.missing.append("tests on PostgreSQL: no server (apt install postgresql)")
    if not (SLAPD.exists() and LDAPMODIFY.exists()):
        machine.missing.append("tests with a directory: no slapd (apt install slapd ldap-utils)")
    if any(part.name in (WHOLE, PAGES) for part in tier.parts) and not Path(CHROMIUM).exists():
        machine.has_browser = False
        machine.missing.append("browser journeys: no Chromium (apt install chromium)")
    return machine


@contextmanager
def postgres(machine: Machine) -> Iterator[dict[str, str]]:
    """Run one PostgreSQL server for all tests; yields the environment that names it."""
    if not machine.has_postgres:
        yield {}  # tests that need it fail and say so
        return
    from tests.postgres_server import start_postgres

    server = start_postgres(["fsync=off"])
    try:
        yield {POSTGRES: server.url()}
    finally:
        server.stop()


def run_tests(name: str, machine: Machine, selection: Sequence[str]) -> tuple[list[Step], Report]:
    """Run pytest for each part of a tier and add up their reports."""
    steps, total = [], Report()
    with postgres(machine) as environment:
        for part in (one for one in TIERS[name].parts if machine.has_hosts or one.name not in (HOSTS, LAB)):
            steps.append(_run_part(name, part, machine, environment, (total, selection)))
    if not (total.passed or total.failed or total.skipped):
        steps.append(Step("any test at all", False, 0.0))
    return steps, total


def _run_part(
    tier: str, part: Part, machine: Machine, environment: Mapping[str, str], into: tuple[Report, Sequence[str]]
) -> Step:
    """Run one part and add its report to the total."""
    total, selection = into
    markers = part.markers if machine.has_browser else f"{part.markers} and not browser"
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="eigenplan-test-") as folder:
        file = Path(folder) / "report.xml"
        options = ["-m", "pytest", "-q", "-m", markers, f"--junit-xml={file}", *part.words, *selection]
        measured = TIERS[tier].coverage and part.measured
        command = [sys.executable, *(("-m", "coverage", "run") if measured else ()), *options]
        status = _run(command, {**environment, "EIGENPLAN_TEST_TIER": tier})
        read_report(file, total)
    return Step(part.name, status in (0, NOTHING_SELECTED), time.monotonic() - begun)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode  # noqa: S603 our own words


def read_report(file: Path, report: Report) -> None:
    """Add pytest's report (JUnit's XML) to ours; nothing when pytest did not come to its end."""
    if not file.exists():
        return
    for case in ElementTree.parse(file).getroot().iter("testcase"):  # noqa: S314 written by our own pytest  # nosec B314
        skipped = case.find("skipped")
        if skipped is not None:
            report.skipped.append(f"{case.get('classname')}.{case.get('name')}: {skipped.get('message')}")
        elif case.find("failure") is not None or case.find("error") is not None:
            report.failed += 1
        else:
            report.passed += 1


def audit_step(missing: list[str]) -> list[Step]:
    """Ask about known weaknesses of our packages; where nobody can be asked that is said among what was not run."""
    from app.commands.audit_packages import NotAskedError, audit

    begun = time.monotonic()
    try:
        weak = audit()
    except NotAskedError as error:
        missing.append(f"known weaknesses of packages: {error}")
        return []
    for line in weak:
        click.secho(line, fg="red")
    return [Step("known weaknesses of packages", not weak, time.monotonic() - begun)]


def run_coverage() -> list[Step]:
    """Combine what all processes measured and compare it with what we ask for."""
    coverage = [sys.executable, "-m", "coverage"]
    _run([*coverage, "combine", "-q"], {})
    wanted = {
        "coverage of rules and rights": (f"--include={CENTRE}", "--fail-under=100"),
        "coverage of the rest": (f"--omit={CENTRE}", "--fail-under=90"),
    }
    steps = []
    for name, options in wanted.items():
        click.secho(f"── {name}", bold=True)
        begun = time.monotonic()
        steps.append(Step(name, _run([*coverage, "report", *options], {}) == 0, time.monotonic() - begun))
    return steps


def show(steps: Sequence[Step], missing: Sequence[str], report: Report, seconds: float) -> None:
    """Print the closing summary; its last line counts tests and other steps together."""
    click.secho("\nSummary", bold=True)
    for step in steps:
        word = click.style("passed", fg="green") if step.passed else click.style("FAILED", fg="red")
        click.echo(f"  {step.name:<32} {word}  {step.seconds:7.1f} s")
    for what in (*missing, *report.skipped):
        click.secho(f"  not run: {what}", fg="yellow")
    others = [step for step in steps if step.name not in TESTS]
    passed = report.passed + sum(step.passed for step in others)
    failed = report.failed + sum(not step.passed for step in others)
    if not report.failed and not all(step.passed for step in steps if step.name in TESTS):
        failed += 1  # pytest itself broke off
    click.echo(f"{passed} passed, {failed} failed, {len(report.skipped)} skipped in {seconds:.0f} s")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("tier", type=click.Choice([*TIERS]), default="gate")
@click.argument("selection", nargs=-1, type=click.UNPROCESSED)
def command(tier: str, selection: tuple[str, ...]) -> None:
    """Run the tests of a tier; further words go to pytest, and then coverage is not asked for."""
    begun = time.monotonic()
    machine = look_at(TIERS[tier])
    forget_coverage()
    steps = run_checks() if TIERS[tier].code else []
    tests, report = run_tests(tier, machine, selection)
    steps += tests
    not_asked: list[str] = []
    if tier == "full":
        steps += audit_step(not_asked)
    if TIERS[tier].coverage and not selection:
        steps += run_coverage()
    show(steps, [*machine.missing, *not_asked], report, time.monotonic() - begun)
    sys.exit(0 if all(step.passed for step in steps) and not is_unrun(machine, report, not_asked) else 1)


def is_unrun(machine: Machine, report: Report, not_asked: Sequence[str]) -> bool:
    """Whether something of the tier was not run, which is a failure; what nobody could be asked is one under ``CI``."""
    return bool(machine.missing or report.skipped or (os.environ.get("CI") and not_asked))


def forget_coverage() -> None:
    """Remove what earlier runs measured."""
    for file in ROOT.glob(".coverage*"):
        file.unlink()
