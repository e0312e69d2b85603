"""Measuring group after group, on each database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from tests.bench.answers import measure_answers
from tests.bench.bookings import compare_databases, measure_bookings
from tests.bench.browser import measure_browser
from tests.bench.costs import measure_costs
from tests.bench.databases import KINDS, Databases, open_databases
from tests.bench.encryption import measure_encryption
from tests.bench.figures import Figure
from tests.bench.memory import measure_memory
from tests.bench.pages import measure_pages
from tests.bench.rig import Effort, open_rig
from tests.bench.rules import measure_deciding, measure_rules

Say = Callable[[str], object]


def measure(groups: Collection[str], effort: Effort, say: Say) -> Iterator[Figure]:
    """Yield figure after figure, as soon as each is known."""
    if "rules" in groups:
        say("The rules alone")
        yield from measure_rules()
        yield from measure_deciding()
    with open_databases() as databases:
        yield from _measure_servers(groups, databases, effort, say)
        if "costs" in groups:
            say("What makes a booking dear")
            yield from measure_costs(databases, KINDS, effort)
        if "pages" in groups:
            say("Every page of the demo")
            yield from measure_pages(databases, effort.demo_kinds, effort)
        if "encryption" in groups:
            say("What encryption costs")
            yield from measure_encryption(databases, KINDS, effort)
        if "browser" in groups:
            say("What a browser makes of the pages")
            yield from measure_browser(databases, effort)


def _measure_servers(groups: Collection[str], databases: Databases, effort: Effort, say: Say) -> Iterator[Figure]:
    if not {"slots", "booking", "memory"} & set(groups):
        return
    known: list[Figure] = []
    for kind in KINDS:
        large = effort.bookings * effort.times_more
        say(f"Filling three {kind} databases with {effort.bookings:,} and {large:,} bookings")
        for figure in _measure_kind(groups, databases, kind, effort):
            known.append(figure)
            yield figure
    yield from compare_databases(known)


def _measure_kind(groups: Collection[str], databases: Databases, kind: str, effort: Effort) -> Iterator[Figure]:
    with open_rig(databases, kind, effort) as rig:
        if "slots" in groups:
            yield from measure_answers(rig, effort)
        if "booking" in groups:
            yield from measure_bookings(rig, effort)
        if "memory" in groups:
            yield from measure_memory(databases, rig, effort)
