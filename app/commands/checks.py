"""The static checks of ``./eigenplan test``: what can be said about the code without running it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 2

CHECKS = {
    "mypy": ("mypy",),
    "ansible-lint": ("ansible-lint", "-q", "--nocolor"),
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "bandit": ("bandit", "-q", "-c", "pyproject.toml", "-r", "app", "firewall", "roles"),
    "import direction": ("lint-imports", "--no-logo"),
    "codespell": ("codespell", "."),
    "yamllint": ("yamllint", "--strict", "."),
}
"""The longest first, as two run at once."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the closing summary."""

    name: str
    passed: bool
    seconds: float


def tool(name: str) -> str:
    """Return the path of a program in our own .venv."""
    return str(Path(sys.executable).parent / name)


def run_checks() -> list[Step]:
    """Run all checks, showing what those say that find something."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(_check, CHECKS, CHECKS.values()))


def _check(name: str, words: Sequence[str]) -> Step:
    begun = time.monotonic()
    result = subprocess.run([tool(words[0]), *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 our own words
    step = Step(name, result.returncode == 0, time.monotonic() - begun)
    said = "" if step.passed else f"\n{result.stdout}{result.stderr}".rstrip()
    click.echo(f"── {name}: {'passed' if step.passed else 'FAILED'} ({step.seconds:.1f} s){said}")
    return step
