"""Booking over HTTP by sixteen clients at once: the whole real operation with its outbox row, against the reference."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from tests.bench.answers import CLIENTS, GROWTH
from tests.bench.figures import Figure, at_least, at_most, reported
from tests.bench.forms import booking_calls
from tests.bench.load import Call, send_all
from tests.bench.ours import expect
from tests.bench.rig import Effort, Rig
from tests.bench.servers import Server
from tests.bench.sites import AHEAD_DAYS, PROVIDERS, SLOTS_A_DAY, slot_start

TARGET = 0.3
Slot = tuple[int, int]
"""Number of the provider, start."""


def free_slots(rig: Rig, name: str, count: int) -> list[Slot]:
    """Return slots that nobody has asked the server ``name`` for yet."""
    after = AHEAD_DAYS * SLOTS_A_DAY
    return [
        (place % PROVIDERS, slot_start(rig.base, after + place // PROVIDERS))
        for place in rig.dispenser.take(name, count)
    ]


def plain_calls(slots: Sequence[Slot]) -> list[Call]:
    """Return the reference's booking requests."""
    return [Call("POST", "/book", {"provider": str(number + 1), "start": str(start)}) for number, start in slots]


def measure_bookings(rig: Rig, effort: Effort) -> list[Figure]:
    """Book distinct slots on all three servers, turn by turn."""
    makers: dict[str, tuple[Server, int, Callable[[Sequence[Slot]], list[Call]]]] = {
        "plain": (rig.plain, 201, plain_calls),
        "small": (rig.small, 303, lambda slots: booking_calls(rig.small, rig.sites["small"], slots)),
        "large": (rig.large, 303, lambda slots: booking_calls(rig.large, rig.sites["large"], slots)),
    }
    found: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(effort.rounds):
        for name, (server, status, make) in makers.items():
            calls = make(free_slots(rig, name, effort.requests))
            found[name].append(expect(send_all(server.port, calls, CLIENTS), status).rate)
    return _figures(rig.kind, {name: statistics.median(values) for name, values in found.items()})


def _figures(kind: str, speeds: dict[str, float]) -> list[Figure]:
    note = f"{speeds['small']:.0f}/s against {speeds['plain']:.0f}/s"
    grown = f"{speeds['large']:.0f}/s against {speeds['small']:.0f}/s"
    return [
        at_least(f"{kind}: booking, {CLIENTS} clients", speeds["small"] / speeds["plain"], TARGET, note=note),
        at_most(f"{kind}: booking with 20 × the bookings", speeds["small"] / speeds["large"], GROWTH, note=grown),
        reported(f"{kind}: bookings a second", speeds["small"], "/s"),
    ]


def compare_databases(figures: Sequence[Figure]) -> list[Figure]:
    """Return the ratio of the two databases' booking rates, where both were measured."""
    speeds = {one.name.partition(":")[0]: one.value for one in figures if one.name.endswith("bookings a second")}
    if len(speeds) < 2:
        return []
    return [reported("booking, PostgreSQL against SQLite", speeds["postgresql"] / speeds["sqlite"])]
