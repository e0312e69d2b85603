"""How much memory a web process takes, whether it grows, and how soon it answers after its start."""

from __future__ import annotations

from tests.bench.bookings import free_slots
from tests.bench.databases import Databases
from tests.bench.figures import Figure, at_most
from tests.bench.forms import booking_calls
from tests.bench.load import Call, send_all
from tests.bench.ours import serve_ours, slots_call
from tests.bench.rig import Effort, Rig
from tests.bench.servers import Server
from tests.bench.sites import AHEAD_DAYS, DAY, Site

MEGABYTE = 1024 * 1024
MEMORY, GROWTH, FIRST_ANSWER = 90.0, 4.0, 1.5
_BATCH = 500
_WARM_UP = 4
_STARTS = 3


def measure_memory(databases: Databases, rig: Rig, effort: Effort) -> list[Figure]:
    """Send mixed requests to fresh processes: those after the first quarter must not make them larger."""
    site = rig.sites["small"]
    starts = [_start_once(databases, site) for _ in range(_STARTS)]
    with serve_ours(site, databases.folder) as server:
        batches = max(2 * _WARM_UP, effort.mixed // _BATCH)
        warm = 0.0
        for number in range(batches):
            _send_mixed(rig, server, site, number)
            if number == batches // _WARM_UP:
                warm = max(server.memory()) / MEGABYTE
        end = max(server.memory()) / MEGABYTE
    count = batches * _BATCH
    return [
        at_most(f"{rig.kind}: memory of a web process after {count} requests", end, MEMORY, "MB"),
        at_most(f"{rig.kind}: its growth after the first {count // _WARM_UP}", end - warm, GROWTH, "MB"),
        at_most(f"{rig.kind}: first answer after the start", min(starts), FIRST_ANSWER, "s", f"best of {_STARTS}"),
    ]


def _start_once(databases: Databases, site: Site) -> float:
    with serve_ours(site, databases.folder) as server:
        return server.first_answer


def _send_mixed(rig: Rig, server: Server, site: Site, number: int) -> None:
    """Search, look, book, and go wrong: every kind of answer that visitors cause."""
    end = rig.base + AHEAD_DAYS * DAY
    bookings = booking_calls(server, site, free_slots(rig, "small", _BATCH // 10))
    calls = [slots_call(site, "One", rig.base + number * DAY, end + number * DAY)] * (_BATCH * 4 // 10)
    calls += [slots_call(site, name, rig.base, rig.base + 7 * DAY) for name in ("Fifty", "Three")] * (_BATCH // 20)
    calls += [Call("GET", path) for path in ("/", "/sign-in", "/no-such-page")] * (_BATCH // 15)
    calls += bookings + bookings[: _BATCH // 20]
    result = send_all(server.port, calls, 8)
    if any(answer.status in (0, 500) for answer in result.answers):
        raise RuntimeError(f"some requests failed: {result.statuses()}")
