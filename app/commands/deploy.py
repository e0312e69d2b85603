"""``./eigenplan deploy``: installs the site on hosts, looks at them, asks the running site, or removes it."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click

from app.commands.deploy_events import Run
from app.commands.deploy_run import PLAYBOOKS, PROGRAM, Listener, Log, Process, logs_folder, new_log
from app.commands.deploy_view import View, summarise

PLAYBOOK_NAMES = ("site", "preflight", "verify", "remove")
ASKING = ("remove",)
"""Playbooks that ask questions, so that their output has to be seen as it comes."""
GROUP = "eigenplan"
INTERRUPTED = "Interrupted. What was begun is completed by the next run."
TAIL = 20000
"""So much of Ansible's output is searched for what it says where no host was spoken to."""
ERROR = re.compile(r"^(?:\[ERROR\]|ERROR!|ansible-playbook: error): ?(.+?)(?=\n *\n|\nOrigin|\nusage:|\Z)", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for."""

    playbook: str
    inventory: Path
    words: tuple[str, ...] = ()
    check: bool = False
    plain: bool = False


@click.command()
@click.option(
    "-i", "--inventory", type=click.Path(path_type=Path), help="Folder of the inventory; without it, the lab's."
)
@click.option("--check", is_flag=True, help="Change nothing, and tell what would be changed.")
@click.option("--validate", is_flag=True, help="Only check the inventory; no host is spoken to.")
@click.option("--playbook", type=click.Choice(PLAYBOOK_NAMES), default="site", help="What to run; site installs.")
@click.option("--limit", metavar="HOST", help="Only this host, or these, separated by commas.")
@click.option("-v", "--verbose", count=True, help="Show Ansible's own output; more often: more of it.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- WORDS FOR ANSIBLE-PLAYBOOK]")
def command(
    inventory: Path | None, playbook: str, limit: str | None, words: tuple[str, ...], verbose: int, **flags: bool
) -> None:
    """Bring hosts to what an inventory says; run it again after every change or update."""
    name = "validate" if flags["validate"] else playbook
    options = [*(["--limit", limit] if limit else []), *(["-" + "v" * verbose] if verbose else [])]
    options += ["--check", "--diff"] if flags["check"] else []
    plain = bool(verbose) or name in ASKING
    _deploy(Wish(name, _find_inventory(inventory), (*options, *words), check=flags["check"], plain=plain))


def _fail(sentence: str) -> NoReturn:
    click.echo(f"eigenplan: {sentence}", err=True)
    sys.exit(1)


def _find_inventory(given: Path | None) -> Path:
    if given is not None:
        if not given.exists():
            _fail(f"There is no folder {given}; copy inventory.example to it and fill it in.")
        return given.absolute()
    from tests.lab.folder import LabFolder, state_folder

    lab = LabFolder(state_folder(os.environ)).path / "inventory"
    if not lab.exists():
        _fail(
            "No inventory was named and no lab is up. Copy inventory.example to a folder of yours, fill it in and name "
            "it by -i FOLDER; or bring up a lab by: ./eigenplan lab up"
        )
    return lab


def _deploy(wish: Wish) -> NoReturn:
    playbook = PLAYBOOKS / f"{wish.playbook}.yml"
    if not PROGRAM.exists():
        _fail("Ansible is not in .venv; start ./eigenplan deploy itself, which installs it.")
    try:
        with new_log(logs_folder(os.environ), wish.playbook) as log:
            process, seen, status = _run(wish, [str(playbook), "-i", str(wish.inventory), *wish.words], log)
            seen.log = log.path
            _close(wish, process, seen, status)
    except OSError as error:
        _fail(f"The log of the run cannot be written: {error}")


@dataclass(slots=True)
class _Seen:
    """What was seen of a run."""

    run: Run
    view: View
    log: Path | None = None
    tail: bytes = b""


def _run(wish: Wish, words: list[str], log: Log) -> tuple[Process, _Seen, int]:
    run = Run()
    seen = _Seen(run, View(run, live=False if wish.plain else None))

    def keep(piece: bytes) -> None:
        log.write(piece)
        seen.tail = (seen.tail + piece)[-TAIL:]
        if wish.plain:
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()

    def refresh() -> None:
        if not wish.plain:
            seen.view.refresh()

    process = Process(words, Listener(run.take, keep, refresh))
    status = process.run(os.environ)
    if not wish.plain:
        seen.view.close_part()
    return process, seen, status


def _close(wish: Wish, process: Process, seen: _Seen, status: int) -> NoReturn:
    """Say how it went, a failure last, and end with a status that tells it."""
    summary = summarise(seen.run, seen.view.seconds, wish.playbook, only_looked=wish.check)
    for line in summary if seen.run.ended and not process.interrupted else ():
        click.echo(line)
    failed = [host for host in seen.run.hosts.values() if host.has_failed]
    if not failed and not status and seen.run.hosts and not process.interrupted:
        sys.exit(0)
    click.echo(f"The log of this run: {seen.log}", err=True)
    if process.interrupted:
        _fail(INTERRUPTED)
    failures = [failure for failure in dict.fromkeys(host.failure for host in failed) if failure]
    for failure in failures[:-1]:
        click.echo(f"eigenplan: {failure}", err=True)
    _fail(failures[-1] if failures else _explain(wish, seen, status))


def _explain(wish: Wish, seen: _Seen, status: int) -> str:
    """Return why a run ended before it came to any host."""
    told = ERROR.search(seen.tail.decode(errors="replace"))
    if told:
        return told.group(1).strip()
    if not status:
        return f"The inventory {wish.inventory} names no host in the group {GROUP}."
    return f"Ansible ended with the status {status}; its log says more."
