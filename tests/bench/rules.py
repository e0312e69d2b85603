"""The rules alone, without a database or a server, against a plain sweep over sorted integers; and the rights."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from app.access.actors import Actor, ActorKind
from app.access.decision import allows, decide
from app.access.grants import Grant, Scope, ScopeKind, Target
from app.access.permissions import READY_MADE, Permission, ReadyMade
from app.booking.slots import SlotQuery, find_slots
from app.booking.values import (
    Catalog,
    Location,
    Requirement,
    Resource,
    ResourceKind,
    Service,
    WallInterval,
    WeeklyHours,
)
from tests.bench import reference
from tests.bench.figures import Figure, at_most, thousandths
from tests.bench.sites import AHEAD_DAYS, DAY, SLOT, bookings_ahead

TARGET = 5.0
_MONDAY = 1_893_888_000 // DAY * DAY
_ROUNDS, _REPEATS = 25, 20


def one_provider() -> Catalog:
    """The set-up that the reference has in its head: open from 8 to 18 o'clock UTC, every day."""
    hours = WallInterval(reference.OPEN // 60, reference.CLOSE // 60)
    weekly = tuple(WeeklyHours(weekday, hours) for weekday in range(7))
    service = Service(1, "s", "One", (SLOT // 60,), (Requirement(1, "Ada", (1,)),), (1,), booking_window_days=4000)
    return Catalog(
        revision=1,
        locations={1: Location(1, "l", "Centre", "UTC", weekly)},
        resources={1: Resource(1, "r", "Ada", ResourceKind.PERSON, "UTC")},
        services={1: service},
    )


def measure_rules() -> list[Figure]:
    """Search thirty days of one provider with a hundred bookings, both ways, turn by turn."""
    catalog, end = one_provider(), _MONDAY + AHEAD_DAYS * DAY
    taken = [(start, until) for _, start, until in bookings_ahead(1, _MONDAY)]
    query = SlotQuery(1, 1, _MONDAY, end)

    def ours() -> list[int]:
        return find_slots(catalog, query, {1: taken}, _MONDAY - DAY)

    def sweep() -> list[int]:
        return reference.free_starts(taken, _MONDAY, end, SLOT)

    if ours() != sweep():
        raise RuntimeError("the rules and the plain sweep do not find the same slots")
    mine, plain = _compare(ours, sweep)
    note = f"{thousandths(mine)} against {thousandths(plain)}"
    return [at_most("rules alone, 1 provider × 30 days, 100 bookings", mine / plain, TARGET, note=note)]


DECIDING_MICROSECONDS = 20.0
_GRANTS = 10


def measure_deciding() -> list[Figure]:
    """Ask whether somebody with ten grants, each for one place, may move a booking."""
    desk = READY_MADE[ReadyMade.FRONT_DESK].extents
    scopes = [Scope(ScopeKind.LOCATION, number, name=f"Place {number}") for number in range(_GRANTS)]
    actor = Actor(ActorKind.USER, "Somebody", 1, grants=tuple(Grant("Front desk", desk, scope) for scope in scopes))
    targets = [Target("booking", (1, 2), place, 1) for place in (0, _GRANTS - 1, _GRANTS)]
    if [allows(actor, Permission.MOVE, target) for target in targets] != [True, True, False]:
        raise RuntimeError("the rights do not say yes at the first and the last place and no elsewhere")
    return [
        _of_deciding("a yes at the first of ten grants", lambda: allows(actor, Permission.MOVE, targets[0])),
        _of_deciding("a yes at the tenth", lambda: allows(actor, Permission.MOVE, targets[1])),
        _of_deciding("a no after ten", lambda: allows(actor, Permission.MOVE, targets[2])),
        _of_deciding("a no after ten, with its sentence", lambda: decide(actor, Permission.MOVE, targets[2])),
    ]


def _of_deciding(name: str, work: Callable[[], object]) -> Figure:
    median = statistics.median(_seconds(work) for _ in range(_ROUNDS))
    return at_most(f"deciding: {name}", median * 1e6, DECIDING_MICROSECONDS, "µs")


def _compare(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    rounds = [(_seconds(one), _seconds(other)) for _ in range(_ROUNDS)]
    return statistics.median(pair[0] for pair in rounds), statistics.median(pair[1] for pair in rounds)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    for _ in range(_REPEATS):
        work()
    return (time.perf_counter() - begun) / _REPEATS
