"""The command ``eigenplan`` on a host."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType

from eigenplan_host import images, slots, status, units
from eigenplan_host.archives import Wanted, export_archive, import_archive
from eigenplan_host.docker_host import DockerHost, container_of
from eigenplan_host.lock import locked
from eigenplan_host.moving import KINDS, move
from eigenplan_host.refresh import refresh
from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.site import SINGLES, SLOTS, Places, Site, load_settings
from eigenplan_host.site_key import make_key, make_master_key
from eigenplan_host.state import load_state, save_state
from eigenplan_host.update import update

APPLICATION = {
    "administrator": "make an administrator's account: eigenplan administrator EMAIL NAME --link",
    "audit": "verify the audit log against its seals, or print it",
    "database": "check, migrate or copy the database",
    "import-calendar": "read iCalendar files of the present folder as busy time",
    "keys": "look at or exchange the keys of clients' details",
    "probe": "try the site from within",
}
EPILOG = "commands of the application, run in a container of their own:\n" + "\n".join(
    f"  {name:<16}{text}" for name, text in APPLICATION.items()
)


class EndedError(FailedError):
    """The tool was asked to end."""


def main(words: Sequence[str]) -> int:
    """Run a command and return the exit status: 0 done, 1 refused or failed, 2 wrong words."""
    if os.geteuid() != 0:
        print(f"eigenplan: only root may do this; say: sudo eigenplan {' '.join(words)}".rstrip(), file=sys.stderr)
        return 1
    os.umask(0o022)  # whatever the caller's is: the service has to read what becomes an image
    try:
        if words and words[0] in APPLICATION:
            return _pass_on(words)
        if words and words[0] == "logs" and words[1:] not in (["-h"], ["--help"]):
            return _show_logs(words[1:])
        chosen = _parse(words)
        return int(chosen.work(chosen))
    except (RefusedError, FailedError) as error:
        print(f"eigenplan: {error}", file=sys.stderr)
        return 1


def say(text: str) -> None:
    """Tell a step; a terminal that has gone away stops nothing."""
    try:
        print(text, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def open_site() -> Site:
    """Return the installation of this host."""
    return _open()[0]


def _open() -> tuple[Site, DockerHost]:
    places = Places()
    settings = load_settings(places)
    host = DockerHost(places, settings)
    return Site(places, settings, host, say), host


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser, commands = _parser()
    if words and not words[0].startswith("-") and words[0] not in commands:  # argparse would list what units call, too
        parser.error(f"there is no command {words[0]}; sudo eigenplan --help lists them")
    return parser.parse_args(words)


def _parser() -> tuple[argparse.ArgumentParser, Collection[str]]:
    """Return the parser and the names of its commands."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "eigenplan", description="Operate this host's Eigenplan.", epilog=EPILOG, formatter_class=form
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, work: Callable[[argparse.Namespace], int], text: str | None) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text) if text else commands.add_parser(name)
        command.set_defaults(work=work)
        return command

    add("status", _status, "show what runs; ends with 1 when something is not as it should be").add_argument(
        "--json", action="store_true", help="facts for programs"
    )
    command = add("update", _update, "make a release run, or the present one with changed settings, without a gap")
    command.add_argument(
        "release", nargs="?", default="", help="a release that has an image here; else the present one"
    )
    command.add_argument("--check", action="store_true", help="only say whether there is anything to do")
    add("refresh", _refresh, "build the present release anew, with the newest security updates, and make that run")
    command = add("move", _move, "take all bookings into the other database; the site is down until the playbook ran")
    command.add_argument("database", choices=KINDS)
    _add_archives(add)
    add("rollback", _rollback, "go back to the release before, if the database's schema is the same")
    add("logs", _logs, "show what the site logs; options of journalctl follow, such as -f")
    _add_inner(add)
    return parser, commands.choices


def _add_archives(add: Callable[..., argparse.ArgumentParser]) -> None:
    out = add("export", _export, "write all records to a new file that only root reads; the site goes on")
    out.add_argument("--plain", action="store_true", help="do not encrypt: whoever has the file reads everything")
    into = add("import", _import, "let the site serve what an archive has; what it has now is put aside and kept")
    into.add_argument("--replace", action="store_true", help="also where the site has bookings now")
    for command in (out, into):
        command.add_argument("file", type=Path)
        command.add_argument("--passphrase-file", type=Path, help="its first line; without it one is asked for")


def _add_inner(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add what only units and the playbook call."""
    for name, work in (("slot-up", _slot_up), ("slot-down", _slot_down)):
        add(name, work, None).add_argument("slot", choices=SLOTS)
    for service in SINGLES:
        add(f"{service}-up", partial(_single_up, service), None)
        add(f"{service}-down", partial(_single_down, service), None)
    for name, work in (("base", _base), ("load", _load)):
        command = add(name, work, None)
        command.add_argument("archive", type=Path)
        command.add_argument("checksum")
    add("make-key", _make_key, None).add_argument("uid", type=int)
    add("make-master-key", _make_master_key, None).add_argument("gid", type=int)
    add("build", _build, None).add_argument("archive", type=Path)
    command = add("first-administrator", _first_administrator, None)
    command.add_argument("email")
    command.add_argument("name")


def _status(chosen: argparse.Namespace) -> int:
    site = open_site()
    if chosen.json:
        print(json.dumps(status.facts(site)))
        return 0
    found = status.rows(site)
    print(status.table(found))
    return 0 if all(row.is_good for row in found) else 1


def _update(chosen: argparse.Namespace) -> int:
    site = open_site()
    if chosen.check:
        done = status.is_up_to_date(site, chosen.release)
        print("Nothing to do." if done else "An update would change what runs.")
        return 0
    with _changing() as site:
        changed = update(site, chosen.release)
        images.prune(site)
    site.say("Done." if changed else "Nothing to do.")
    return 0


@contextmanager
def _changing() -> Iterator[Site]:
    """Give the installation to one command alone; where that is ended, the step in hand is undone."""
    site = open_site()
    _end_in_order()
    with locked(site.places.state):
        yield site


def _end_in_order() -> None:
    """Take a wish to end as a failure of the step in hand, which is then undone; a lost connection stops nothing."""

    def end(number: int, frame: FrameType | None) -> None:
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.SIG_IGN)
        raise EndedError(f"the tool was asked to end by {signal.Signals(number).name}")

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, end)


def _refresh(chosen: argparse.Namespace) -> int:
    with _changing() as site:
        refresh(site, partial(images.rebuild, site))
        images.prune(site)
    site.say("Done.")
    return 0


def _move(chosen: argparse.Namespace) -> int:
    with _changing() as site:
        move(site, chosen.database)
    return 0


def _export(chosen: argparse.Namespace) -> int:
    with _changing() as site:
        export_archive(site, Wanted(chosen.file, chosen.passphrase_file, plain=chosen.plain))
    return 0


def _import(chosen: argparse.Namespace) -> int:
    with _changing() as site:
        import_archive(site, Wanted(chosen.file, chosen.passphrase_file, replace=chosen.replace))
    return 0


def _rollback(chosen: argparse.Namespace) -> int:
    with _changing() as site:
        state = load_state(site.places.state)
        if not state.previous or not state.serving:
            raise RefusedError("There is no release before the present one to go back to.")
        site.say(f"Going back from release {state.serving.release} to {state.previous.release}.")
        update(site, state.previous.release)
    return 0


def _logs(chosen: argparse.Namespace) -> int:
    return _show_logs([])


def _show_logs(words: Sequence[str]) -> int:
    names = [container_of(service) for service in (*map(slots.service_of, SLOTS), *SINGLES)]
    fields = [word for name in names for word in (f"CONTAINER_NAME={name}", "+")][:-1]
    return os.execvp("journalctl", ["journalctl", *words, *fields])  # noqa: S606,S607 root's own journalctl


def _slot_up(chosen: argparse.Namespace) -> int:
    units.slot_up(open_site(), chosen.slot)
    return 0


def _slot_down(chosen: argparse.Namespace) -> int:
    units.slot_down(open_site(), chosen.slot)
    return 0


def _single_up(service: str, chosen: argparse.Namespace) -> int:
    units.single_up(open_site(), service)
    return 0


def _single_down(service: str, chosen: argparse.Namespace) -> int:
    units.single_down(open_site(), service)
    return 0


def _base(chosen: argparse.Namespace) -> int:
    site = open_site()
    with locked(site.places.state):
        images.import_base(site, chosen.archive, chosen.checksum)
    return 0


def _make_key(chosen: argparse.Namespace) -> int:
    make_key(Places().settings / "secrets" / "secret_key", chosen.uid)
    return 0


def _make_master_key(chosen: argparse.Namespace) -> int:
    make_master_key(Places().settings / "secrets" / "master_key", chosen.gid)
    return 0


def _build(chosen: argparse.Namespace) -> int:
    site = open_site()
    with locked(site.places.state):
        print(images.build(site, chosen.archive))
    return 0


def _load(chosen: argparse.Namespace) -> int:
    site = open_site()
    with locked(site.places.state):
        print(images.load(site, chosen.archive, chosen.checksum))
    return 0


def _first_administrator(chosen: argparse.Namespace) -> int:
    """Make the link for the first administrator, once; it goes to the terminal only, as the container logs nothing."""
    site = open_site()
    with locked(site.places.state):
        status_ = _pass_on(["administrator", chosen.email, chosen.name, "--link", "--if-none"], wait=True)
        if status_ == 0:
            save_state(site.places.state, replace(load_state(site.places.state), administrator_asked=True))
    return status_


def _needs_owner(words: Sequence[str]) -> bool:
    """Whether a command changes PostgreSQL's tables, or their counters, which only their owner may."""
    into_postgresql = words[-1].startswith("postgresql")
    return list(words[:2]) == ["database", "migrate"] or (list(words[:2]) == ["database", "copy"] and into_postgresql)


def _pass_on(words: Sequence[str], *, wait: bool = False) -> int:
    """Run a command of the application in a container of its own, at this terminal if there is one."""
    site, host = _open()
    if not load_state(site.places.state).active:
        raise RefusedError("Nothing is installed yet; run the playbook first.")
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    owner = _needs_owner(words)
    folder = str(Path.cwd()) if words[0] == "import-calendar" else ""
    call, environ = host.task(words, terminal=is_terminal, owner=owner, folder=folder), host.task_environ("task")
    if wait:
        return os.spawnvpe(os.P_WAIT, call[0], call, environ)  # noqa: S606 the words are ours
    return os.execvpe(call[0], call, environ)  # noqa: S606 the words are ours
