"""``./eigenplan lab``: real Debian hosts on this machine, to try playbooks on."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from tests.lab.base_system import BaseCache
    from tests.lab.folder import LabFolder


def _fail(sentence: str) -> NoReturn:
    click.echo(f"eigenplan: {sentence}", err=True)
    sys.exit(1)


def _folder() -> LabFolder:
    from tests.lab.folder import LabFolder, state_folder

    return LabFolder(state_folder(os.environ))


def _cache() -> BaseCache:
    from tests.lab.base_system import BaseCache
    from tests.lab.folder import cache_folder

    return BaseCache(cache_folder(os.environ))


@click.group()
def command() -> None:
    """Run real Debian hosts on this machine, to try playbooks on; see docs/lab.md."""


@command.command()
@click.argument("hosts", nargs=-1, metavar="[debian13] [debian12]")
def up(hosts: tuple[str, ...]) -> None:
    """Bring up the hosts of these names; all of them when none is named."""
    from tests.lab import lab
    from tests.lab.machine import LabError

    known = {one.name: one for one in lab.HOSTS}
    unknown = [name for name in hosts if name not in known]
    if unknown:
        _fail(f"There is no host {unknown[0]}; there are {' and '.join(known)}.")
    plans = [known[name] for name in dict.fromkeys(hosts or known)]
    try:
        lab.up(_folder(), _cache(), plans, lambda step: click.echo(f"  · {step}", err=True))
    except (LabError, OSError) as error:
        _fail(str(error))
    click.echo("The lab is up: ./eigenplan lab shell HOST opens a shell, ./eigenplan lab down takes it down.")


@command.command()
def down() -> None:
    """Remove the lab and all that it made on this machine; the kept base systems stay."""
    from tests.lab import lab
    from tests.lab.machine import LabError

    try:
        was_there = lab.down(_folder(), _cache())
    except (LabError, OSError) as error:
        _fail(str(error))
    click.echo("The lab is gone." if was_there else "There was no lab.")


@command.command()
def status() -> None:
    """Show the lab's hosts and what a lab cannot show."""
    from tests.lab import lab
    from tests.lab.machine import LabError
    from tests.lab.report import describe

    try:
        click.echo(describe(lab.find_running(_folder())))
    except LabError as error:
        _fail(str(error))


@command.command(context_settings={"ignore_unknown_options": True})
@click.argument("host", default="debian13")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def shell(host: str, words: tuple[str, ...]) -> None:
    """Open a shell in a host, or run a command there."""
    from tests.lab import lab
    from tests.lab.machine import LabError
    from tests.lab.ssh import ssh_words

    try:
        found = lab.find_running(_folder()).host(host)
    except LabError as error:
        _fail(str(error))
    line = [*ssh_words(found.lab, host), *(["--", shlex.join(words)] if words else [])]
    os.execvp(line[0], line)  # noqa: S606 ssh takes our place, with its terminal and its status


@command.command(context_settings={"ignore_unknown_options": True})
@click.argument("host", default="")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- WORDS FOR ANSIBLE-PLAYBOOK]")
@click.pass_context
def apply(ctx: click.Context, host: str, words: tuple[str, ...]) -> None:
    """Install the site on the lab's hosts, or on one of them: ./eigenplan deploy with the lab's inventory."""
    _deploy(ctx, "site", host, words)


@command.command(context_settings={"ignore_unknown_options": True})
@click.argument("host", default="")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- WORDS FOR ANSIBLE-PLAYBOOK]")
@click.pass_context
def verify(ctx: click.Context, host: str, words: tuple[str, ...]) -> None:
    """Ask the sites on the lab's hosts, or on one of them, whether they keep their promises."""
    _deploy(ctx, "verify", host, words)


def _deploy(ctx: click.Context, playbook: str, host: str, words: tuple[str, ...]) -> None:
    from app.commands import deploy
    from tests.lab import lab
    from tests.lab.machine import LabError

    try:
        running = lab.find_running(_folder())
        name = running.host(host).plan.name if host else None
    except LabError as error:
        _fail(str(error))
    ctx.invoke(deploy.command, inventory=running.folder.inventory, playbook=playbook, limit=name, words=words)
