"""Reads what to ask as JSON from standard input, asks the site from outside, and writes the findings as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from eigenplan_outside.answers import check_answers, check_clock, check_live
from eigenplan_outside.booking import check_booking
from eigenplan_outside.encryption import check_encryption
from eigenplan_outside.findings import Finding
from eigenplan_outside.names import check_names, look_up
from eigenplan_outside.ports import check_ports
from eigenplan_outside.target import Target


def findings(wish: Mapping[str, Any]) -> Iterator[Finding]:
    """Ask about everything; ``wish`` is what the role writes (tasks/outside.yml)."""
    target = Target(wish["name"], wish["address"], tuple(wish["roots"]))
    yield from check_encryption(target, time.time(), renewed=wish["renewed"])
    yield from check_answers(target)
    if wish["live"]:
        yield check_live(target)
    if wish["probe"]:
        yield from check_booking(target, wish["probe"], wish["email"])
    yield check_ports(target.address, wish["listening"], wish["ports"], wish["allowed"])
    yield check_clock(target)
    yield from check_names(look_up, target.name, wish["addresses"], wish["sender"], wish["relay"], wish["selectors"])


def main() -> None:
    """Do it."""
    json.dump([asdict(one) for one in findings(json.load(sys.stdin))], sys.stdout)


if __name__ == "__main__":
    main()
