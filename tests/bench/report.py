"""The table: on the screen, and in docs/benchmarks.md between two marks, so that what people wrote around it stays."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.servers import ROOT
from tests.postgres_server import find_binaries

PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def machine_facts() -> list[str]:
    """Return what the figures depend on, as short lines without any name of the machine."""
    return [
        f"{_processor()}, {os.cpu_count()} cores, {_memory_gigabytes()} GB of memory",
        f"{_system()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_postgres_version()}",
    ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gigabytes() -> int:
    total = int(Path("/proc/meminfo").read_text().split()[1])
    return round(total / 1024 / 1024)


def _system() -> str:
    release = platform.freedesktop_os_release()
    return f"{release.get('NAME', 'Linux')} {release.get('VERSION_ID', '')}".strip()


def _postgres_version() -> str:
    binaries = find_binaries()
    if binaries is None:
        return "no PostgreSQL"
    words = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    return "PostgreSQL " + words.stdout.split()[2]


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return done.stdout.strip() or "unknown"


def as_table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| figure | target | reached | verdict | measured |", "|---|---|---|---|---|"]
    lines += [f"| {one.name} | {one.target_text} | {one.value_text} | {one.verdict} | {one.note} |" for one in figures]
    return "\n".join(lines)


def as_section(figures: Sequence[Figure], how: str) -> str:
    """Return the table with what it was measured on, by which commit, and when."""
    day = datetime.now(UTC).date().isoformat()
    facts = "\n".join(f"- {line}" for line in [*machine_facts(), f"commit {_commit()}, {day}, {how}"])
    return f"{facts}\n\n{as_table(figures)}"


def write_page(section: str, page: Path = PAGE) -> None:
    """Exchange what stands between the marks.

    Raises:
        ValueError: the page has no marks.
    """
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} needs the lines {BEGIN} and {END}; please put them back.")
    page.write_text(f"{before}{BEGIN}\n{section}\n{END}{after}")
