"""Our side of a measurement: the real application under gunicorn, and the requests that people send to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import keys
from tests.bench.load import LOOPBACK, Answer, Call, Result
from tests.bench.servers import Server, free_port, serve
from tests.bench.sites import Site

APP = "app.wsgi:app"


def environment(site: Site, folder: Path, port: int) -> dict[str, str]:
    """Return what the application is told: its database, its address and the site's secret key."""
    key = folder / f"key-{port}"
    key.write_bytes(site.secret)
    return {
        "EIGENPLAN_DATABASE_URL": site.url,
        "EIGENPLAN_SECRET_KEY_FILE": str(key),
        keys.VARIABLE: str(keys.FILE),
        "EIGENPLAN_BASE_URL": f"http://{LOOPBACK}:{port}",
        "EIGENPLAN_DEMO": "yes",
        "EIGENPLAN_LIMIT_TIMES": "10000",  # more than people ever ask for; counted they are all the same
        "EIGENPLAN_PROXIES": "1",  # what ``visitor`` says is believed, as behind the site's own proxy
    }


@contextmanager
def serve_ours(site: Site, folder: Path, workers: int = 2, app: str = APP) -> Iterator[Server]:
    """Run the application on this site."""
    port = free_port()
    with serve(app, environment(site, folder, port), workers, "/healthz", port=port) as server:
        yield server


def visitor(number: int) -> dict[str, str]:
    """Return the header by which a proxy names a visitor's address (RFC 2544's network, for benchmarks)."""
    return {"X-Forwarded-For": f"198.18.{number // 250 % 250}.{number % 250 + 1}"}


def slots_call(site: Site, service: str, start: int, end: int) -> Call:
    """Return the request for the free slots of a service between two instants."""
    place = f"service={site.services[service]}&location={site.location}"
    return Call("GET", f"/slots.json?{place}&start={start}&end={end}")


def expect(result: Result, status: int) -> Result:
    """Return the result when every answer had this status.

    Raises:
        RuntimeError: some had another; a figure made of failures would be worth nothing.
    """
    if result.count(status) != len(result.answers):
        odd = next(answer for answer in result.answers if answer.status != status)
        raise RuntimeError(f"expected only {status}, got {result.statuses()}; one of them: {_shown(odd)}")
    return result


def _shown(answer: Answer) -> str:
    return answer.body[-600:].decode(errors="replace")
