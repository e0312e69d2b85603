"""``./eigenplan test`` itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands import test as tiers
from app.commands.checks import CHECKS, Step, _check, tool
from app.commands.cli import COMMANDS, cli
from app.commands.test import TIERS, Machine, Report, is_unrun, look_at, read_report, run_tests, show

XML = """<testsuites><testsuite>
<testcase classname="tests.a" name="one"/>
<testcase classname="tests.a" name="two"><failure message="no"/></testcase>
<testcase classname="tests.a" name="three"><error message="no"/></testcase>
<testcase classname="tests.b" name="four"><skipped message="no server"/></testcase>
</testsuite></testsuites>"""


def test_report_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    file.write_text(XML)
    report = Report(passed=1)
    read_report(file, report)
    assert report == Report(passed=2, failed=2, skipped=["tests.b.four: no server"])


def test_report_of_a_broken_run_is_empty(tmp_path: Path) -> None:
    report = Report()
    read_report(tmp_path / "none.xml", report)
    assert report == Report()


@pytest.mark.parametrize(
    ("tests_passed", "failed", "last"),
    [
        (True, 0, "8 passed, 1 failed, 1 skipped in 61 s"),
        (False, 2, "8 passed, 3 failed, 1 skipped in 61 s"),
        (False, 0, "8 passed, 2 failed, 1 skipped in 61 s"),
    ],
)
def test_summary_ends_with_the_counts(
    capsys: pytest.CaptureFixture[str], tests_passed: bool, failed: int, last: str
) -> None:
    steps = [Step("mypy", True, 1.0), Step("yamllint", False, 1.0), Step("tests", tests_passed, 9.0)]
    show(steps, ["browser journeys"], Report(7, failed, ["one: no server"]), 61.2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == last
    assert "  not run: browser journeys" in lines
    assert "  not run: one: no server" in lines


def test_machine_without_chromium_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "CHROMIUM", "/nowhere/chromium")
    assert look_at(TIERS["gate"]).missing == ["browser journeys: no Chromium (apt install chromium)"]
    assert look_at(TIERS["quick"]).missing == []


def test_machine_without_a_directory_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.slapd_server.SLAPD", Path("/nowhere"))
    assert look_at(TIERS["quick"]) == Machine(["tests with a directory: no slapd (apt install slapd ldap-utils)"])


def test_machine_without_postgresql_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.postgres_server.BINARIES", Path("/nowhere"))
    assert look_at(TIERS["quick"]).missing == ["tests on PostgreSQL: no server (apt install postgresql)"]


def test_machine_without_the_labs_packages_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.lab.machine.PROGRAMS", {"no-such-program": "no-such-package"})
    sentence = "The lab needs packages that are not installed; as root: apt install no-such-package"
    assert look_at(TIERS["lab"]) == Machine([sentence], has_postgres=False, has_hosts=False)
    assert f"tests on real hosts: {sentence}" in look_at(TIERS["full"]).missing
    assert look_at(TIERS["gate"]).missing == []


@pytest.mark.parametrize(
    ("missing", "skipped", "not_asked", "ci", "failed"),
    [
        ([], [], [], "true", False),
        (["no server"], [], [], "", True),
        ([], ["a test"], [], "", True),
        ([], [], ["no service"], "", False),
        ([], [], ["no service"], "true", True),
    ],
)
def test_what_a_tier_cannot_run_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, missing: list[str], skipped: list[str], not_asked: list[str], ci: str, failed: bool
) -> None:
    monkeypatch.setenv("CI", ci)
    assert is_unrun(Machine(missing), Report(skipped=skipped), not_asked) is failed


def test_machine_without_hosts_leaves_their_tests_out() -> None:
    machine = Machine(has_postgres=False, has_hosts=False)
    steps, report = run_tests("lab", machine, [])
    assert ([step.name for step in steps], report) == (["any test at all"], Report())


def test_hosts_are_in_the_tiers_that_say_so() -> None:
    with_hosts = {name for name, tier in TIERS.items() for part in tier.parts if "not lab" not in part.markers}
    assert with_hosts == {"lab", "full"}


@pytest.mark.parametrize("tier", ["lab", "full"])
def test_the_lab_itself_is_looked_at_when_no_other_lab_comes_or_goes(tier: str) -> None:
    hosts, itself = TIERS[tier].parts[-2:]
    assert [part.markers.rpartition(" and ")[2] for part in (hosts, itself)] == ["not alone", "alone"]
    assert itself.words == ()


def test_unknown_tier_is_refused() -> None:
    result = CliRunner().invoke(cli, ["test", "everything"])
    assert result.exit_code == 2
    assert "'quick', 'gate', 'full', 'lab'" in result.output


def test_check_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert not _check("ruff check", ("ruff", "check", "/nowhere")).passed
    assert "ruff check: FAILED" in capsys.readouterr().out


@pytest.mark.parametrize("words", CHECKS.values(), ids=CHECKS)
def test_check_tool_is_in_the_venv(words: tuple[str, ...]) -> None:
    assert Path(tool(words[0])).exists()


def test_tests_are_run_without_a_server() -> None:
    steps, report = run_tests("quick", Machine(has_postgres=False), ["tests/static/test_rules.py", "-k", "hash"])
    assert ([step.passed for step in steps], report) == ([True], Report(passed=4))


def test_run_without_any_test_is_a_failure() -> None:
    steps, _ = run_tests("quick", Machine(has_postgres=False), ["tests/static/test_rules.py", "-k", "nothing_like_it"])
    assert [(step.name, step.passed) for step in steps] == [("tests", True), ("any test at all", False)]


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_a_page_of_help(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")


def test_command_list_names_all() -> None:
    output = CliRunner().invoke(cli, ["-h"]).output
    assert [name for name in COMMANDS if name not in output] == []


def test_command_unknown_is_refused() -> None:
    assert CliRunner().invoke(cli, ["nonsense"]).exit_code == 2
