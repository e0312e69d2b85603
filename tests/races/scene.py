"""What the races over HTTP share: a server with eight workers on a site of the cast, and fifty visitors at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app import clock
from tests.bench.forms import details_call, filled_in
from tests.bench.load import Call, send_all
from tests.bench.ours import expect, serve_ours
from tests.bench.servers import Server
from tests.bench.sites import DAY, Site
from tests.cast import HOUR, Cast

WORKERS = 8
VISITORS = 50


def next_midnight() -> int:
    """Return the midnight (UTC) of the day after tomorrow."""
    return clock.now() // DAY * DAY + 2 * DAY


def site_of(cast: Cast, url: str) -> Site:
    """Return what the forms need to know of a cast."""
    return Site(url, next_midnight(), cast.ids["Centre"], dict(cast.ids), ())


@contextmanager
def eight_workers(site: Site, folder: Path) -> Iterator[Server]:
    """Run the application with eight requests in service at once."""
    with serve_ours(site, folder, WORKERS) as server:
        yield server


def wishes(server: Server, site: Site, starts: Sequence[int], service: str = "Consultation") -> list[Call]:
    """Let one visitor after the other open the form of a start; return what their buttons will send."""
    opened = [details_call(site, service, start) for start in starts]
    answers = expect(send_all(server.port, opened, WORKERS), 200).answers
    return filled_in(server, [answer.body for answer in answers])


def ten_o_clock(site: Site, day: int) -> int:
    """Return ten o'clock of a day."""
    return site.base + day * DAY + 10 * HOUR
