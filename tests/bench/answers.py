"""Free slots over HTTP: how long an answer takes and how many come a second, against the reference."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.bench.figures import Figure, at_least, at_most, thousandths
from tests.bench.load import Call, send_all
from tests.bench.ours import expect, slots_call
from tests.bench.rig import Effort, Rig
from tests.bench.servers import Server
from tests.bench.sites import AHEAD_DAYS, DAY, PROVIDERS

CLIENTS = 16
LATENCY, RATE, TRIPLE, GROWTH = 3.0, 0.4, 2.0, 1.5


@dataclass(frozen=True, slots=True)
class Contender:
    """One request to one server, measured turn by turn with others."""

    server: Server
    call: Call


def medians(contenders: dict[str, Contender], rounds: int, requests: int) -> dict[str, float]:
    """Return the median seconds of each contender's answer, one request at a time, in its best round."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, one in contenders.items():
            found[name].append(expect(send_all(one.server.port, [one.call] * requests, 1), 200).median)
    return {name: min(values) for name, values in found.items()}


def rates(contenders: dict[str, Contender], rounds: int, requests: int) -> dict[str, float]:
    """Return how many answers a second each contender gives to sixteen clients, in its best round."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, one in contenders.items():
            found[name].append(expect(send_all(one.server.port, [one.call] * requests, CLIENTS), 200).rate)
    return {name: max(values) for name, values in found.items()}


def contenders_of(rig: Rig) -> dict[str, Contender]:
    """Return the requests that are compared."""
    end = rig.base + AHEAD_DAYS * DAY
    found = {
        "plain 1": Contender(rig.plain, Call("GET", f"/slots?start={rig.base}&end={end}&first=1&last=1")),
        "plain 50": Contender(rig.plain, Call("GET", f"/slots?start={rig.base}&end={end}&first=1&last={PROVIDERS}")),
    }
    for size, server in (("small", rig.small), ("large", rig.large)):
        for name in ("One", "Fifty", "Three"):
            found[f"{size} {name}"] = Contender(server, slots_call(rig.sites[size], name, rig.base, end))
    return found


def check_same(plain: Contender, ours: Contender) -> None:
    """Compare what both answer, so that nobody is praised for a wrong answer.

    Raises:
        RuntimeError: they do not offer the same slots.
    """
    theirs, mine = (send_all(one.server.port, [one.call], 1).answers[0].body for one in (plain, ours))
    if json.loads(mine) != json.loads(theirs):
        raise RuntimeError(f"{ours.call.path} does not offer the slots that the reference offers")


def measure_answers(rig: Rig, effort: Effort) -> list[Figure]:
    """Measure slots of one provider, of fifty, and of three pools; and what twenty times the bookings cost."""
    found = contenders_of(rig)
    check_same(found["plain 1"], found["small One"])
    check_same(found["plain 50"], found["small Fifty"])
    quick = {name: found[name] for name in ("plain 1", "small One", "large One")}
    slow = {name: one for name, one in found.items() if name not in quick}
    times = medians(quick, effort.rounds, effort.requests) | medians(slow, effort.rounds, max(10, effort.requests // 8))
    speeds = rates({name: quick[name] for name in ("plain 1", "small One")}, effort.rounds, effort.requests * 4)
    return _figures(rig.kind, times, speeds)


def _figures(kind: str, times: dict[str, float], speeds: dict[str, float]) -> list[Figure]:
    def ratio(name: str, one: str, other: str, target: float) -> Figure:
        note = f"{thousandths(times[one])} against {thousandths(times[other])}"
        return at_most(f"{kind}: {name}", times[one] / times[other], target, note=note)

    note = f"{speeds['small One']:.0f}/s against {speeds['plain 1']:.0f}/s"
    rate = at_least(
        f"{kind}: free slots, 1 provider, {CLIENTS} clients", speeds["small One"] / speeds["plain 1"], RATE, note=note
    )
    return [
        ratio("free slots, 1 provider × 30 days", "small One", "plain 1", LATENCY),
        rate,
        ratio("free slots, 50 providers × 30 days", "small Fifty", "plain 50", LATENCY),
        ratio("free slots, three of pools of ten, against 50 providers", "small Three", "small Fifty", TRIPLE),
        ratio("1 provider with 20 × the bookings", "large One", "small One", GROWTH),
        ratio("50 providers with 20 × the bookings", "large Fifty", "small Fifty", GROWTH),
        ratio("three of pools with 20 × the bookings", "large Three", "small Three", GROWTH),
    ]
