"""``eigenplan probe``: the service that ``playbooks/verify.yml`` books from outside to see whether the site works."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import click

from app.commands.opening import named_site, system_at

_DATABASE = click.option("--database", metavar="URL", help="Database; without it the one of EIGENPLAN_DATABASE_URL.")
_SITE = click.option("--site", metavar="URL", help="Address of the site; without it EIGENPLAN_BASE_URL.")


@click.group(name="probe")
def command() -> None:
    """Open, close or ask about the service "Installation check", which checks of the installation book; prints JSON."""


@command.command("open")
@_DATABASE
@_SITE
def open_command(database: str | None, site: str | None) -> None:
    """Make the service, or switch it on again, and print where it can be booked; it is not listed."""
    from app.operations.installation.probe import open_probe

    address = named_site(site)
    with system_at(database) as context:
        probe = open_probe(context)
    path = "/book/times?" + urlencode({"service": probe.service, "location": probe.location})
    said = {"state": "open", "service": probe.service, "location": probe.location, "path": path, "url": address + path}
    click.echo(json.dumps(said))


@command.command("close")
@_DATABASE
def close_command(database: str | None) -> None:
    """Switch the service off and cancel what is still booked of it."""
    from app.operations.installation.probe import close_probe, probe_status

    with system_at(database) as context:
        cancelled = close_probe(context)
        click.echo(json.dumps({"state": probe_status(context).state, "cancelled": cancelled}))


@command.command("status")
@click.option("--booking", metavar="ID", help="The booking to tell about; without it the last one.")
@_DATABASE
def status_command(booking: str | None, database: str | None) -> None:
    """Print what became of the service's last booking and of its mails: pending, delivered or failed."""
    from dataclasses import asdict

    from app.operations.installation.probe import probe_status

    with system_at(database) as context:
        click.echo(json.dumps(asdict(probe_status(context, booking))))
