"""Every page of the demo, signed in: how long it takes with the demo's bookings and with twenty times as many."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import ExitStack

from tests.bench.databases import Databases
from tests.bench.demo_site import Page, all_pages, fill_demo, sign_in
from tests.bench.figures import Figure, at_most, reported
from tests.bench.load import Call, Result, send_all
from tests.bench.ours import serve_ours
from tests.bench.rig import Effort
from tests.bench.servers import Server
from tests.bench.sites import Site

TARGET = 100.0
SHOWN = 5
_EACH = 9

Medians = Mapping[str, float]
"""Milliseconds by rule."""


def measure_pages(databases: Databases, kinds: Collection[str], effort: Effort) -> list[Figure]:
    """Measure both sizes on each kind of database."""
    figures: list[Figure] = []
    for kind in kinds:
        figures += _measure_kind(databases, kind, effort)
    return figures


def _measure_kind(databases: Databases, kind: str, effort: Effort) -> list[Figure]:
    sites = {
        "small": fill_demo(databases.new(kind, "demo"), 1),
        "large": fill_demo(databases.new(kind, "demo_large"), effort.demo_scale),
    }
    with ExitStack() as running:
        servers = {size: running.enter_context(serve_ours(site, databases.folder)) for size, site in sites.items()}
        small, large = (_medians(servers[size], sites[size], effort) for size in ("small", "large"))
    return _figures(kind, small, large, effort.demo_scale)


def _medians(server: Server, site: Site, effort: Effort) -> Medians:
    headers = sign_in(server)
    return {page.rule: _send(server, page, headers, effort).median * 1000 for page in all_pages(site)}


def _send(server: Server, page: Page, headers: Mapping[str, str], effort: Effort) -> Result:
    """Ask for one page several times.

    Raises:
        RuntimeError: it was not shown.
    """
    result = send_all(server.port, [Call("GET", page.path, headers=headers)] * min(_EACH, effort.rounds * 3), 1)
    if result.count(200) != len(result.answers):
        raise RuntimeError(f"{page.rule} at {page.path} answered {result.statuses()}")
    return result


def _figures(kind: str, small: Medians, large: Medians, scale: int) -> list[Figure]:
    slow, slow_large = max(small, key=small.__getitem__), max(large, key=large.__getitem__)
    slowest = sorted(large, key=large.__getitem__, reverse=True)[:SHOWN]
    return [
        at_most(f"{kind}: slowest of {len(small)} pages of the demo", small[slow], TARGET, "ms", f"`{slow}`"),
        at_most(
            f"{kind}: the same with {scale} × the bookings", large[slow_large], 2 * TARGET, "ms", f"`{slow_large}`"
        ),
        *(
            reported(f"{kind}: `{rule}`", large[rule], "ms", f"{small[rule]:.1f} ms with the demo's bookings")
            for rule in slowest
        ),
    ]
