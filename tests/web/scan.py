"""Every address that shows something, made from the application's own routes, so that a new one cannot be forgotten."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

from flask import Flask

from tests.web.rights_world import rules_of

FULL = os.environ.get("EIGENPLAN_TEST_TIER") == "full"
SEED = 20_306
KEEN = ("/book", "/calendar", "/find", "/today", "/home", "/requests", "/waiting", "/clients", "/audit", "/outbox")
ELSEWHERE_ONE_IN = 8
"""Outside of the pages that are about bookings, in the gate tier, so many addresses are left for each that is asked."""

ENDS = frozenset({"sign_in.sign_out"})
Query = Mapping[str, str]
Ids = Mapping[str, Sequence[str]]
"""Values by how a rule begins, the longest beginning first wins; by ``<name>`` for what no beginning is given."""


def addresses(app: Flask, ids: Ids, queries: Sequence[Query]) -> Iterator[str]:
    """Yield the addresses of all GET routes, with every id and every query; other parts than bookings' sampled.

    Raises:
        AssertionError: a route names something that no id is given for.
    """
    dice = random.Random(SEED)
    for rule in sorted({rule.rule for method, rule in rules_of(app) if method == "GET" and rule.endpoint not in ENDS}):
        for path in _filled(rule, ids):
            asked = queries if FULL or "<" not in rule else ()
            for address in (path, *(f"{path}?{urlencode(query)}" for query in asked)):
                if FULL or rule.startswith(KEEN) or not dice.randrange(ELSEWHERE_ONE_IN):
                    yield address


def _filled(rule: str, ids: Ids) -> list[str]:
    """Return a rule with each of the ids that it can be about."""
    if "<" not in rule:
        return [rule]
    before, _, rest = rule.partition("<")
    name, _, after = rest.partition(">")
    known = max((one for one in ids if before.startswith(one)), key=len, default=f"<{name}>")
    assert known in ids, f"{rule} names something new; please say in its test which ids it can have"
    assert "<" not in after, f"{rule} names two things; please teach this function to fill in both"
    return [f"{before}{one}{after}" for one in ids[known]]
