"""What makes a booking dear: the same bookings by our application, and by it without one thing each, turn by turn."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from functools import partial

from tests.bench.bookings import Contender, Slot, booking_rates, slots_of
from tests.bench.databases import Databases
from tests.bench.figures import Figure, reported
from tests.bench.forms import booking_calls
from tests.bench.ours import APP, serve_ours
from tests.bench.rig import Dispenser, Effort, first_midnight
from tests.bench.sites import fill_ours

WITHOUT = {"encryption": "encryption", "the audit log": "audit", "counting who books": "counting", "all three": "all"}
"""What the table calls it, and the application of ``tests.bench.without``."""


def measure_costs(databases: Databases, kinds: Collection[str], effort: Effort) -> list[Figure]:
    """Measure them on each kind of database."""
    return [figure for kind in kinds for figure in _measure_kind(databases, kind, effort)]


def _measure_kind(databases: Databases, kind: str, effort: Effort) -> list[Figure]:
    apps = {"": APP} | {name: f"tests.bench.without:without_{what}()" for name, what in WITHOUT.items()}
    base, dispenser = first_midnight(), Dispenser()

    def free(name: str, count: int) -> list[Slot]:
        return slots_of(base, dispenser.take(name, count))

    with ExitStack() as running:
        contenders = {}
        for number, (name, app) in enumerate(apps.items()):
            site = fill_ours(databases.new(kind, f"cost_{number}"), base, effort.bookings)
            server = running.enter_context(serve_ours(site, databases.folder, app=app))
            contenders[name] = Contender(name, server, 303, partial(booking_calls, server, site))
        speeds = booking_rates(contenders, free, effort)
    return [
        reported(
            f"{kind}: booking without {name}",
            speeds[name] / speeds[""],
            note=f"{speeds[name]:.0f}/s against {speeds['']:.0f}/s",
        )
        for name in WITHOUT
    ]
