"""What fail2ban on the host reads: each event's line, as the page about it promises, and the filter that we ship."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.operations.accounts.throttle import LIMITS
from app.web.security_log import Event

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security-log.md").read_text("utf-8")
FILTER = ROOT / "firewall/fail2ban/eigenplan.conf"
SAMPLE = re.compile(r"^    # (.+)\n    (eigenplan-security .+)$", re.M)
SAMPLES = SAMPLE.findall(PAGE)
"""Pairs of the expression and the line below it."""

STRICT = ("wrong-code", "forbidden", "csrf-refused")
OTHERS = (
    "eigenplan-security event=wrong-link who=- at=x address=192.0.2.1 and more",
    "eigenplan-security event=unknown who=- at=x address=192.0.2.1",
    "noteigenplan-security event=wrong-link who=- at=x address=192.0.2.1",
    "eigenplan-security event=wrong-link who=- at=x address=-",
)


def event_of(line: str) -> str:
    return line.split()[1].removeprefix("event=")


@pytest.mark.parametrize(("expression", "line"), SAMPLES)
def test_sample_is_found_by_the_expression_above_it_and_by_no_other(expression: str, line: str) -> None:
    assert [one for one, _ in SAMPLES if re.fullmatch(one, line)] == [expression]


def test_page_has_a_sample_of_each_event() -> None:
    assert [event_of(line) for _, line in SAMPLES] == [event.value for event in Event]


def test_page_has_the_limits_as_they_are() -> None:
    rows = [line for line in PAGE.splitlines() if line.endswith(" |") and " s | " in line]
    cells = [(one.name, one.free, f"{one.every} s", f"{one.step} s", f"{one.lock} s", one.reason) for one in LIMITS]
    assert rows == [f"| {' | '.join(map(str, row))} |" for row in cells]


@pytest.fixture
def fail2ban() -> str:
    """The program that tries a filter on lines; CI installs it."""
    found = shutil.which("fail2ban-regex")
    return found or pytest.fail("fail2ban is not installed; on Debian: apt install fail2ban")


def found_by(fail2ban: str, mode: str, log: Path) -> list[str]:
    """Return the addresses that fail2ban finds in a file by our filter."""
    command = [fail2ban, "--out", "<ip>", str(log), f"{FILTER}[mode={mode}]"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("mode", ["normal", "strict"])
@pytest.mark.parametrize(
    "prefix", ["", "Nov 25 09:00:00 host eigenplan-web-a[12]: ", "2026-11-25T09:00:00+0000 host x: "]
)
def test_filter_finds_each_line_of_its_mode(fail2ban: str, tmp_path: Path, mode: str, prefix: str) -> None:
    log = tmp_path / "lines.log"
    log.write_text("".join(f"{prefix}{line}\n" for _, line in SAMPLES))
    counted = [line for _, line in SAMPLES if mode == "strict" or event_of(line) not in STRICT]
    assert found_by(fail2ban, mode, log) == [line.rpartition("address=")[2] for line in counted]


def test_filter_finds_nothing_in_other_lines(fail2ban: str, tmp_path: Path) -> None:
    log = tmp_path / "lines.log"
    log.write_text("".join(f"Nov 25 09:00:00 host x[1]: {line}\n" for line in OTHERS))
    assert found_by(fail2ban, "strict", log) == []
