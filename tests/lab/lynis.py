"""Runs Lynis on a host and reads what it found."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.lab.host import Host

REPORT = "/var/log/lynis-report.dat"


@dataclass(frozen=True, slots=True)
class Audit:
    """What Lynis says of a host."""

    version: str
    index: int
    skipped: frozenset[str]
    """Tests that the host's profile leaves out."""


def audit(host: Host) -> Audit:
    """Run Lynis as the role installed it, with the host's own profile.

    Raises:
        AssertionError: it is not there or did not come to an end.
    """
    done = host.run("lynis", "audit", "system", "--quick", "--no-colors", "--quiet")
    assert done.returncode == 0, done.stderr
    report = host.run("cat", REPORT).stdout
    profile = host.run("cat", "/etc/lynis/custom.prf").stdout
    found = dict(re.findall(r"^(lynis_version|hardening_index)=(.+)$", report, re.M))
    skipped = frozenset(re.findall(r"^skip-test=(.+)$", profile, re.M))
    return Audit(found["lynis_version"], int(found["hardening_index"]), skipped)


def lynis_index(host: Host) -> int:
    """Return the hardening index of a host, 0 to 100."""
    return audit(host).index
