"""Filters of the role: what a host says becomes findings, findings become a table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

from eigenplan_outside import host
from eigenplan_outside.findings import failures, table


def host_findings(facts: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the findings about a host, as plain data."""
    return [asdict(one) for one in host.check_host(facts)]


def findings_table(rows: Sequence[Mapping[str, str]]) -> str:
    """Return findings as a table."""
    return table(host.as_findings(rows))


def findings_failures(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the names of what failed."""
    return failures(host.as_findings(rows))


class FilterModule:
    """What Ansible asks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {
            "eigenplan_failures": findings_failures,
            "eigenplan_host_findings": host_findings,
            "eigenplan_listening_ports": host.listening_ports,
            "eigenplan_table": findings_table,
        }
