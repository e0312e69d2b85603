"""All that one kind of database is measured with: the reference, our site, and ours with twenty times the bookings."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tests.bench.databases import KINDS, Databases
from tests.bench.load import Call
from tests.bench.ours import serve_ours
from tests.bench.servers import Server, serve
from tests.bench.sites import DAY, Site, fill_ours, fill_reference

REFERENCE = "tests.bench.reference:create_app()"


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rows in the small database, rounds, requests a round, mixed requests for the memory,
    and how many times the bookings the large site and the large demo have."""

    bookings: int
    rounds: int
    requests: int
    mixed: int
    times_more: int = 20
    demo_scale: int = 20
    demo_kinds: tuple[str, ...] = ("sqlite",)


SHORT = Effort(bookings=8_000, rounds=3, requests=100, mixed=2_000, times_more=5, demo_scale=2)
USUAL = Effort(bookings=10_000, rounds=5, requests=200, mixed=20_000)
FULL = Effort(bookings=50_000, rounds=9, requests=400, mixed=20_000, demo_kinds=KINDS)


@dataclass(slots=True)
class Dispenser:
    """Hands out free half hours, each once: those after the thirty days that are asked for."""

    next_place: dict[str, int] = field(default_factory=dict)

    def take(self, name: str, count: int) -> range:
        """Return ``count`` numbers that nobody had yet on the server ``name``."""
        first = self.next_place.get(name, 0)
        self.next_place[name] = first + count
        return range(first, first + count)


@dataclass(frozen=True, slots=True)
class Rig:
    """The running servers: ``plain`` is the reference, ``small`` and ``large`` are ours."""

    kind: str
    base: int
    plain: Server
    small: Server
    large: Server
    sites: Mapping[str, Site]
    dispenser: Dispenser = field(default_factory=Dispenser)


def first_midnight() -> int:
    """Return the midnight (UTC) from which slots are asked for: no slot of that day is too soon."""
    return int(time.time()) // DAY * DAY + 2 * DAY


@contextmanager
def open_rig(databases: Databases, kind: str, effort: Effort) -> Iterator[Rig]:
    """Fill three databases of this kind and start a server on each."""
    base = first_midnight()
    url = databases.new(kind, "reference")
    fill_reference(url, base, effort.bookings)
    sites = {
        "small": fill_ours(databases.new(kind, "small"), base, effort.bookings),
        "large": fill_ours(databases.new(kind, "large"), base, effort.bookings * effort.times_more),
    }
    with ExitStack() as running:
        plain = running.enter_context(serve(REFERENCE, {"REFERENCE_URL": url}, 2, _empty_question().path))
        small = running.enter_context(serve_ours(sites["small"], databases.folder))
        large = running.enter_context(serve_ours(sites["large"], databases.folder))
        yield Rig(kind, base, plain, small, large, sites)


def _empty_question() -> Call:
    return Call("GET", "/slots?start=0&end=1&first=1&last=1")
