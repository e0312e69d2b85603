"""Asking about weaknesses: what is found is named, and not having been able to ask is never taken for "none"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands import audit_packages, test
from app.commands.audit_packages import LOCKS, NOT_ASKED, NotAskedError, audit, command
from tests.static.sizes import ROOT

GOOD = {"name": "flask", "version": "3.1.0", "vulns": []}
WEAK = {"name": "jinja2", "version": "3.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"]}, {"id": "GHSA-2"}]}
SKIPPED = {"name": "six", "skip_reason": "Dependency not found on PyPI"}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program in the place of pip-audit, which says what ``said.json`` holds."""
    path = tmp_path / "pip-audit"
    path.write_text(f"#!/bin/sh\necho trouble >&2\ncat {tmp_path}/said.json\n")
    path.chmod(0o755)
    return path


def say(program: Path, *packages: Mapping[str, object]) -> str:
    (program.parent / "said.json").write_text(json.dumps({"dependencies": packages, "fixes": []}))
    return str(program)


def test_audit_of_sound_packages_finds_nothing(program: Path) -> None:
    assert audit(say(program, GOOD)) == []


def test_audit_names_each_weakness_with_its_mend(program: Path) -> None:
    assert audit(say(program, GOOD, WEAK, SKIPPED)) == [
        "jinja2 3.0: PYSEC-1, mended in 3.1.6",
        "jinja2 3.0: GHSA-2, mended in no version yet",
    ]


def test_audit_without_an_answer_for_a_package_says_so(program: Path) -> None:
    with pytest.raises(NotAskedError, match="knows nothing of 1 of 2 packages"):
        audit(say(program, GOOD, SKIPPED))


@pytest.mark.parametrize("said", ["", "no json", "{}"])
def test_audit_that_broke_off_says_why(program: Path, said: str) -> None:
    (program.parent / "said.json").write_text(said)
    with pytest.raises(NotAskedError, match=r"cannot be reached \(trouble\)"):
        audit(str(program))


def test_audit_without_the_program_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotAskedError, match="cannot be run: No such file"):
        audit(str(tmp_path / "nothing"))


def test_audit_that_takes_too_long_says_so(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(audit_packages, "SECONDS", 0.1)
    with pytest.raises(NotAskedError, match=r"within 0.1 s"):
        audit(str(program))


@pytest.mark.parametrize(
    ("packages", "status", "words"),
    [([GOOD], 0, "0 known"), ([WEAK], 1, "PYSEC-1"), ([SKIPPED], NOT_ASKED, "Not known: the service knows nothing")],
)
def test_command_ends_with_what_is_known(
    program: Path, monkeypatch: pytest.MonkeyPatch, packages: list[Mapping[str, object]], status: int, words: str
) -> None:
    say(program, *packages)
    monkeypatch.setattr(audit_packages, "tool", lambda _: str(program))
    done = CliRunner().invoke(command)
    assert (done.exit_code, words in done.output) == (status, True)


@pytest.mark.parametrize(("package", "passed", "missing"), [(GOOD, [True], 0), (WEAK, [False], 0), (SKIPPED, [], 1)])
def test_full_tier_tells_what_could_not_be_asked(
    program: Path, monkeypatch: pytest.MonkeyPatch, package: Mapping[str, object], passed: list[bool], missing: int
) -> None:
    say(program, package)
    monkeypatch.setattr(audit_packages, "tool", lambda _: str(program))
    unrun: list[str] = []
    assert ([step.passed for step in test.audit_step(unrun)], len(unrun)) == (passed, missing)


def test_audit_is_about_every_lock_that_runs_somewhere() -> None:
    assert [lock for lock in LOCKS if not (ROOT / lock).exists()] == []
