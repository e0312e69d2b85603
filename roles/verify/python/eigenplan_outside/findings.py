"""What was found, one line for each thing looked at."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

OK, WARNING, FAILED = "ok", "warning", "FAILED"
HEADINGS = ("check", "result", "found", "what to do")
WIDTHS = (30, 7, 52, 52)


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the table: ``result`` is ok, warning or FAILED; ``advice`` says what to do about it."""

    check: str
    result: str
    found: str
    advice: str = ""


def good(check: str, found: str) -> Finding:
    """Return the finding that a promise holds."""
    return Finding(check, OK, found)


def warning(check: str, found: str, advice: str) -> Finding:
    """Return a finding that somebody should look at, but that is no failure of the site."""
    return Finding(check, WARNING, found, advice)


def bad(check: str, found: str, advice: str) -> Finding:
    """Return the finding that a promise does not hold."""
    return Finding(check, FAILED, found, advice)


def judge(check: str, found: str, holds: bool, advice: str) -> Finding:
    """Return the finding for a promise that holds or not."""
    return good(check, found) if holds else bad(check, found, advice)


def failures(findings: Iterable[Finding]) -> list[str]:
    """Return the names of what failed."""
    return [one.check for one in findings if one.result == FAILED]


def table(findings: Sequence[Finding]) -> str:
    """Return the findings as a table for people, long texts wrapped within their column."""
    rows = [HEADINGS, *((one.check, one.result, one.found, one.advice) for one in findings)]
    cells = [[_wrap(text, width) for text, width in zip(row, WIDTHS, strict=True)] for row in rows]
    widths = [max(len(line) for row in cells for line in row[column]) for column in range(len(HEADINGS))]
    head, *body = (_lines(row, widths) for row in cells)
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([*head, rule, *(line for lines in body for line in lines)])


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width) or [""]


def _lines(row: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    height = max(map(len, row))
    filled = [[*cell, *[""] * (height - len(cell))] for cell in row]
    parts = zip(*filled, strict=True)
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in parts]
