"""Booking over HTTP by sixteen clients at once: the whole real operation with its outbox row, against the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

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
    return slots_of(rig.base, rig.dispenser.take(name, count))


def slots_of(base: int, places: range) -> list[Slot]:
    """Return the slots of these numbers, all after the thirty days that are asked for."""
    after = AHEAD_DAYS * SLOTS_A_DAY
    return [(place % PROVIDERS, slot_start(base, after + place // PROVIDERS)) for place in places]


def plain_calls(slots: Sequence[Slot]) -> list[Call]:
    """Return the reference's booking requests."""
    return [Call("POST", "/book", {"provider": str(number + 1), "start": str(start)}) for number, start in slots]


@dataclass(frozen=True, slots=True)
class Contender:
    """One way of booking: whose slots it takes, on which server, the status of success, how requests are made."""

    name: str
    server: Server
    status: int
    make: Callable[[Sequence[Slot]], list[Call]]


def contenders_of(rig: Rig) -> dict[str, Contender]:
    """Return the ways of booking that are compared."""
    small, large = rig.sites["small"], rig.sites["large"]
    return {
        "plain": Contender("plain", rig.plain, 201, plain_calls),
        "ours": Contender("small", rig.small, 303, lambda slots: booking_calls(rig.small, small, slots)),
        "grown": Contender("large", rig.large, 303, lambda slots: booking_calls(rig.large, large, slots)),
        "anybody": Contender(
            "small", rig.small, 303, lambda slots: booking_calls(rig.small, small, slots, anybody=True)
        ),
    }


def measure_bookings(rig: Rig, effort: Effort) -> list[Figure]:
    """Book distinct slots in all these ways, turn by turn; of each the best round counts."""
    return _figures(rig.kind, booking_rates(contenders_of(rig), partial(free_slots, rig), effort))


def booking_rates(
    contenders: Mapping[str, Contender], free: Callable[[str, int], list[Slot]], effort: Effort
) -> dict[str, float]:
    """Return how many bookings a second each way makes for sixteen clients, in its best round."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(effort.rounds):
        for name, one in contenders.items():
            calls = one.make(free(one.name, effort.requests))
            found[name].append(expect(send_all(one.server.port, calls, CLIENTS), one.status).rate)
    return {name: max(values) for name, values in found.items()}


def _figures(kind: str, speeds: dict[str, float]) -> list[Figure]:
    def note(one: str, other: str) -> str:
        return f"{speeds[one]:.0f}/s against {speeds[other]:.0f}/s"

    def ratio(one: str, other: str) -> float:
        return speeds[one] / speeds[other]

    return [
        at_least(f"{kind}: booking, {CLIENTS} clients", ratio("ours", "plain"), TARGET, note=note("ours", "plain")),
        at_most(f"{kind}: booking with 20 × the bookings", ratio("ours", "grown"), GROWTH, note=note("grown", "ours")),
        reported(f"{kind}: booking anybody of fifty", ratio("anybody", "plain"), note=note("anybody", "plain")),
        reported(f"{kind}: bookings a second", speeds["ours"], "/s"),
    ]


def compare_databases(figures: Sequence[Figure]) -> list[Figure]:
    """Return the ratio of the two databases' booking rates, where both were measured."""
    speeds = {one.name.partition(":")[0]: one.value for one in figures if one.name.endswith("bookings a second")}
    if len(speeds) < 2:
        return []
    return [reported("booking, PostgreSQL against SQLite", speeds["postgresql"] / speeds["sqlite"])]
