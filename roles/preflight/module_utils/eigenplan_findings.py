"""What was found on a host, and the table that tells it. Like all that runs on hosts: Python 3.9, standard library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

GOOD, SHORT, UNKNOWN = "good", "short", "unknown"
HEAD = ("check", "found", "wanted", "what to do")
GAP = "  "


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``remedy`` says what to do about a shortfall, or why something is not known."""

    check: str
    state: str
    found: str
    wanted: str
    remedy: str = ""


def judge(good: bool, found: Finding) -> Finding:
    """Return a finding as it is when ``good``, without its remedy, else as a shortfall."""
    if good:
        return Finding(found.check, GOOD, found.found, found.wanted)
    return Finding(found.check, SHORT, found.found, found.wanted, found.remedy)


def find_shortfalls(findings: Iterable[Finding]) -> list[Finding]:
    """Return those that stand in the way of a site."""
    return [one for one in findings if one.state == SHORT]


def make_table(findings: Sequence[Finding]) -> str:
    """Return a table of columns that are as wide as they need to be."""
    rows = [HEAD, *((one.check, one.found, one.wanted, one.remedy or _mark(one)) for one in findings)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(GAP.join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _mark(finding: Finding) -> str:
    return "nothing" if finding.state == GOOD else finding.state


def tell(findings: Sequence[Finding]) -> str:
    """Return why a host is refused; empty when it is not."""
    shortfalls = find_shortfalls(findings)
    if not shortfalls:
        return ""
    number = "One thing is" if len(shortfalls) == 1 else f"{len(shortfalls)} things are"
    return f"{number} not as the site needs it, and nothing was changed.\n\n{make_table(shortfalls)}"
