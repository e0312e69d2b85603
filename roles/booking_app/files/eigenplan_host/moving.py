"""Taking all bookings into the other kind of database while nothing serves, so that none is left behind."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from eigenplan_host import slots
from eigenplan_host.host import Copying
from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.site import SINGLES, SLOTS, Site
from eigenplan_host.state import State, load_state, save_state
from eigenplan_host.update import serve_again, stop_all

KINDS = ("sqlite", "postgresql")
FILE = "eigenplan.db"
BESIDE = (f"{FILE}-wal", f"{FILE}-shm")
"""What SQLite has not written into the file yet, and an index of that, which it makes anew."""

SOCKET = ".s.PGSQL.5432"


def move(site: Site, target: str) -> None:
    """Copy everything into the other database, which is empty. Needs the lock.

    Afterwards nothing serves, not even after a reboot, until the playbook has run: with the settings as they are now
    bookings would go on being made in the old database. That one is left as it is.

    Raises:
        RefusedError: it cannot be done, and nothing was changed.
        FailedError: it was tried, and the site serves from the old database as before; or not, as the text says then.
    """
    state = load_state(site.places.state)
    _refuse(site, state, target)
    site.say(f"Nothing serves from now on, until the playbook has run with site_database: {target}.")
    try:
        stop_all(site)
        told = _copy(site, target)
        _retire(site, state)
    except (FailedError, OSError) as error:
        _bring_back(site, state, error)
        raise FailedError(f"The bookings were not moved: {error}. Slot {state.active} serves as before.") from error
    site.say(f"{told} Now set site_database: {target} and run the playbook.")


def _refuse(site: Site, state: State, target: str) -> None:
    present = state.serving
    if present is None:
        raise RefusedError("Nothing serves here, so there is nothing to move; run the playbook.")
    if (present.database or site.settings.database) == target:
        raise RefusedError(f"The bookings are in {target} already.")
    if target == "postgresql" and not (site.places.postgresql / SOCKET).exists():
        raise RefusedError(
            "PostgreSQL does not run on this host. Set site_database: postgresql and run the playbook with "
            "-- --tags postgresql, which makes it and leaves the site alone."
        )
    file = site.places.data / FILE
    if target == "sqlite" and file.exists():
        raise RefusedError(
            f"{file} is there already, from an earlier time; move it away, and with it {' and '.join(BESIDE)}."
        )


def _copy(site: Site, target: str) -> str:
    """Copy by the account that may: the service into a file of its own, the owner of the tables into PostgreSQL."""
    told = _copy_into_file(site) if target == "sqlite" else _copy_out_of_file(site)
    return (told.strip().splitlines() or [""])[-1]


def _copy_into_file(site: Site) -> str:
    file = site.places.data / FILE
    try:
        return site.host.copy_database(Copying(site.settings.postgresql_url, f"sqlite:///{file}"))
    except FailedError:
        for name in (FILE, *BESIDE):  # nothing was there before, and what is there now is half a database
            file.with_name(name).unlink(missing_ok=True)
        raise


def _copy_out_of_file(site: Site) -> str:
    folder = site.places.state / "moving"
    try:
        _lend(site, folder)
        source = f"sqlite:////mnt/{FILE}"
        return site.host.copy_database(Copying(source, site.settings.owner_url, as_owner=True, folder=str(folder)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lend(site: Site, folder: Path) -> None:
    """Give a copy of the file, with what was not yet written into it, to the account that owns PostgreSQL's tables."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    for name in (FILE, BESIDE[0]):
        if (site.places.data / name).exists():
            shutil.copyfile(site.places.data / name, folder / name)
            (folder / name).chmod(0o600)
            os.chown(folder / name, site.settings.owner_uid, -1)
    os.chown(folder, site.settings.owner_uid, -1)


def _retire(site: Site, state: State) -> None:
    """Let nothing start again by itself that knows only the old database."""
    for service in (*SINGLES, *map(slots.service_of, SLOTS)):
        site.host.enable(service, False)
    save_state(site.places.state, replace(state, active="", web={}, worker=None, live=None))


def _bring_back(site: Site, state: State, cause: Exception) -> None:
    """Let everything run as before, also after a reboot."""
    serve_again(site, state, cause)
    for service in (slots.service_of(state.active), *filter(state.single, SINGLES)):
        site.host.enable(service, True)
