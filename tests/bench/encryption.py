"""What encryption costs: the page that lists fifty clients, with it and without it, turn by turn in one run."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack

from tests.bench.answers import Contender, medians
from tests.bench.databases import Databases
from tests.bench.demo_site import fill_demo, sign_in
from tests.bench.figures import Figure, at_most, thousandths
from tests.bench.load import Call, send_all
from tests.bench.ours import APP, expect, serve_ours
from tests.bench.rig import Effort
from tests.bench.servers import Server
from tests.bench.without import leave_in_clear

TARGET = 1.15
LISTED = 50
IN_CLEAR = "tests.bench.without:without_encryption()"
_SCALE = 0.2


def measure_encryption(databases: Databases, kinds: Collection[str], effort: Effort) -> list[Figure]:
    """Measure it on each kind of database."""
    return [_measure_kind(databases, kind, effort) for kind in kinds]


def _measure_kind(databases: Databases, kind: str, effort: Effort) -> Figure:
    sites = {
        APP: fill_demo(databases.new(kind, "demo_encrypted"), _SCALE),
        IN_CLEAR: fill_demo(databases.new(kind, "demo_in_clear"), _SCALE, leave_in_clear),
    }
    with ExitStack() as running:
        folder = databases.folder
        servers = {app: running.enter_context(serve_ours(site, folder, app=app)) for app, site in sites.items()}
        listed = {app: Contender(server, _page(server)) for app, server in servers.items()}
        found = medians(listed, effort.rounds, max(20, effort.requests // 4))
    name = f"{kind}: page with {LISTED} clients, encrypted against in clear"
    note = f"{thousandths(found[APP])} against {thousandths(found[IN_CLEAR])}"
    return at_most(name, found[APP] / found[IN_CLEAR], TARGET, note=note)


def _page(server: Server) -> Call:
    """Return the request for the list of bookings.

    Raises:
        RuntimeError: it does not list fifty of them.
    """
    call = Call("GET", "/bookings/", headers=sign_in(server))
    listed = expect(send_all(server.port, [call], 1), 200).answers[0].body.count(b'data-label="Client"')
    if listed != LISTED:
        raise RuntimeError(f"The list has {listed} bookings instead of {LISTED}.")
    return call
