"""``./eigenplan demo``: a whole site with demo data, by one command."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from app import clock
from app.demo.folder import DemoError, DemoFolder
from app.demo.group import ACCOUNTS, BERLIN
from app.demo.processes import (
    ROOT,
    Ended,
    base_url,
    check_port,
    family,
    live_line,
    port_beside,
    raise_when_asked_to_end,
    wait_ready,
    watch,
    web_line,
    worker_line,
)
from app.demo.site import database_url, prepare

PREFIX, TEST_PREFIX = "EIGENPLAN_", "EIGENPLAN_TEST_"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to answer at; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to answer at.")
@click.option("--folder", type=click.Path(path_type=Path), default=ROOT / ".demo", help="Where the demo's data are.")
@click.option("--fresh", is_flag=True, help="Start over with new data.")
def command(host: str, port: int, folder: Path, fresh: bool) -> None:
    """Run a site with demo data until Ctrl-C; a second start keeps the data."""
    try:
        _run(DemoFolder(folder.absolute()), host, port, fresh=fresh)
    except DemoError as error:
        click.echo(f"eigenplan: {error}", err=True)
        sys.exit(1)
    except Ended:
        click.echo("\nThe demo has ended; its data stay. Start it again with: ./eigenplan demo")


def _run(folder: DemoFolder, host: str, port: int, *, fresh: bool) -> None:
    raise_when_asked_to_end()
    os.umask(0o077)  # what clients write is for nobody else on this machine
    folder.refuse_second()
    check_port(host, port)
    live_port = port_beside(host, port)
    folder.make()
    url = base_url(host, port)
    with folder.lock(url):
        if fresh:
            folder.clear()
        password = folder.read_password()
        folder.make_key()
        prepare(folder, clock.now(), _say)
        _say("starting the site")
        with family(_environment(folder, url, f"{base_url(host, live_port)}/live")) as processes:
            processes.start("web", web_line(host, port))
            wait_ready(_reachable(host, port), processes.children)
            processes.start("worker", worker_line())
            processes.start("live", live_line(host, live_port))
            click.echo(_welcome(folder, url, password))
            watch(processes.children)


def _say(step: str) -> None:
    click.echo(f"  · {step}", err=True)


def _reachable(host: str, port: int) -> str:
    """Return an address by which we reach ourselves."""
    return base_url({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)  # noqa: S104 compared, not bound  # nosec B104


def _environment(folder: DemoFolder, url: str, live_url: str) -> Mapping[str, str]:
    """Return the options of the site; options of another installation that the shell may have set are left out."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX)
    }
    options = {
        "DATABASE_URL": database_url(folder),
        "SECRET_KEY_FILE": str(folder.key),
        "MASTER_KEY_FILE": str(folder.master_key),
        "BASE_URL": url,
        "LIVE_URL": live_url,
        "DEMO": "yes",
        "TIME_ZONE": BERLIN,
    }
    return kept | {f"{PREFIX}{name}": value for name, value in options.items()}


def _welcome(folder: DemoFolder, url: str, password: str) -> str:
    people = [f"    {one.role.replace('_', ' '):<15} {one.email:<36} {one.name}" for one in ACCOUNTS]
    return "\n".join(
        [
            "",
            "The demo is ready. Book as a visitor would:",
            f"    {url}/",
            "",
            f"Sign in at {url}/sign-in with the password {password}",
            *people,
            "",
            f"The data are in {folder.path}. Ctrl-C ends the demo, --fresh starts over.",
        ]
    )
