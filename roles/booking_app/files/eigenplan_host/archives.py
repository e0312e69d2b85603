"""Everything out of this host's site as one archive, and everything in from one.

The application works in a container, as an account that may look into nobody's folder. So it is lent a folder of its
own, below one that only root enters, which is gone afterwards.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from eigenplan_host.moving import BESIDE, FILE
from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.site import Site
from eigenplan_host.state import State, load_state
from eigenplan_host.update import run_again, serve_again, stop_all

LENT = "archive"
LENT_ARCHIVE = "archive"
"""What an archive that comes in is called in there, so that no name of it is one of ours."""

LENT_LINE = ".first-line"
"""The copy of the file with the passphrase."""

OWN_ONLY = 0o600
MOST_PASSPHRASE = 4096


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operator asked for. ``passphrase``: a file with it; None: it is asked for at the terminal.

    ``plain``: do not encrypt. ``replace``: put what was booked here aside.
    """

    file: Path
    passphrase: Path | None = None
    plain: bool = False
    replace: bool = False


def export_archive(site: Site, wanted: Wanted) -> None:
    """Write all records to a new file that only root reads, while the site goes on. Needs the lock.

    Raises:
        RefusedError: the file is there already, cannot be made, or there is nothing installed.
        FailedError: the application gave up, or the disk is full; there is no file then.
    """
    _require_site(site)
    _refuse_target(wanted.file)
    with _lent_folder(site) as folder:
        secret = ["--plain"] if wanted.plain else _passphrase_words(site, wanted, folder)
        _run(site, ["export", *secret, "--", wanted.file.name], folder)
        try:
            with _open_lent(folder / wanted.file.name) as source, _new_file(wanted.file) as target:
                shutil.copyfileobj(source, target)
        except OSError as error:
            raise FailedError(f"{wanted.file} cannot be written: {error.strerror}.") from error


def import_archive(site: Site, wanted: Wanted) -> None:
    """Bring an archive into a new database and let the site serve from that; the one before is kept. Needs the lock.

    The site serves until the archive is read and compared, and is down only while the databases are exchanged.

    Raises:
        RefusedError: it cannot be done, and nothing was changed.
        FailedError: it was tried, and the site serves from its own database as before; or not, as the text says then.
    """
    state = _require_site(site)
    _refuse_import(site, state, wanted)
    with _lent_folder(site) as folder:
        _lend(site, wanted.file, folder / LENT_ARCHIVE)
        secret = _passphrase_words(site, wanted, folder)
        _run(site, ["import", *secret, f"--database=sqlite:////mnt/{FILE}", "--", LENT_ARCHIVE], folder)
        kept = _exchange(site, state, folder)
    site.say(f"The site serves what the archive has. What it had before is in {kept}; remove that once you are sure.")


def _require_site(site: Site) -> State:
    state = load_state(site.places.state)
    if state.serving is None:
        raise RefusedError("Nothing is installed yet; run the playbook first.")
    return state


def _refuse_target(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise RefusedError(f"{file} is there already; please choose another name.")
    if file.name == LENT_LINE:
        raise RefusedError(f"An archive cannot be called {LENT_LINE}; please choose another name.")
    if not file.parent.is_dir():
        raise RefusedError(f"There is no folder {file.parent}; please choose one that there is.")


def _refuse_import(site: Site, state: State, wanted: Wanted) -> None:
    present = state.serving
    if {site.settings.database, (present and present.database) or site.settings.database} != {"sqlite"}:
        raise RefusedError(
            "An archive comes into a site that keeps its bookings in SQLite. Set site_database: sqlite for it, and "
            "take everything to PostgreSQL afterwards by: sudo eigenplan move postgresql."
        )
    if not wanted.file.is_file():
        raise RefusedError(f"There is no file {wanted.file}.")
    if not wanted.replace and _has_bookings(site.places.data / FILE):
        raise RefusedError("This site has bookings. To put them aside and take the archive in, say --replace.")


def _has_bookings(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return database.execute("SELECT 1 FROM booking LIMIT 1").fetchone() is not None
    except sqlite3.Error as error:
        raise RefusedError(f"{file} cannot be read ({error}), so nothing was changed.") from error


@contextmanager
def _lent_folder(site: Site) -> Iterator[Path]:
    """Make a folder for the service's account, and take it away whatever happens; one that was left behind, too."""
    folder = site.places.state / LENT
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, site.settings.service_uid, site.settings.service_gid)
    except OSError as error:
        raise FailedError(f"{folder} cannot be made: {error.strerror}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lend(site: Site, source: Path, target: Path) -> None:
    """Give the service's account a copy of a file, for itself alone."""
    try:
        with source.open("rb") as given, _new_file(target) as copy:
            shutil.copyfileobj(given, copy)
    except OSError as error:
        raise FailedError(f"{source} cannot be copied: {error.strerror}.") from error
    os.chown(target, site.settings.service_uid, site.settings.service_gid)


def _passphrase_words(site: Site, wanted: Wanted, folder: Path) -> list[str]:
    """Return how the application gets the passphrase: never as a word or in the environment, which others see."""
    if wanted.passphrase is None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):  # both, or what is typed could not be hidden
            raise RefusedError("There is no terminal to ask for the passphrase at; give --passphrase-file FILE.")
        return []
    if not wanted.passphrase.is_file() or wanted.passphrase.stat().st_size > MOST_PASSPHRASE:
        raise RefusedError(f"{wanted.passphrase} is no file with a passphrase in its first line.")
    _lend(site, wanted.passphrase, folder / LENT_LINE)
    return [f"--passphrase-file={LENT_LINE}"]


def _run(site: Site, words: list[str], folder: Path) -> None:
    if site.host.run_at_terminal(words, folder):
        raise FailedError(f"The {words[0]} was given up, as said above; the site is as it was.")


def _open_lent(path: Path) -> BinaryIO:
    """Open what the service has written; a link that it might have put there leads nowhere."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for root alone; it is on the disk at the end, or gone."""
    is_whole = False
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN_ONLY), "wb") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            is_whole = True
        finally:
            if not is_whole:
                path.unlink()


def _exchange(site: Site, state: State, folder: Path) -> Path:
    """Let the site serve from the new database; return the folder with the one before."""
    kept = site.places.data / time.strftime("before-import-%Y-%m-%d-%H%M%S")
    site.say("Nothing serves while the databases are exchanged.")
    try:
        stop_all(site)
        _keep(site.places.data / FILE, kept)
        _take_in(site, folder)
        run_again(site, state)
    except (FailedError, OSError, sqlite3.Error) as error:
        with suppress(FailedError):
            stop_all(site)
        _put_back(site, kept)
        serve_again(site, state, error)
        raise FailedError(f"The archive was not taken in: {error}. Slot {state.active} serves as before.") from error
    return kept


def _keep(file: Path, kept: Path) -> None:
    """Let the database be in a folder of root's as well, all of it in its one file: at no moment is there none."""
    with closing(sqlite3.connect(file)) as database:
        is_busy = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if is_busy:
        raise FailedError(f"{file} is in use by something else")
    kept.mkdir(mode=0o700)
    os.link(file, kept / FILE)


def _take_in(site: Site, folder: Path) -> None:
    """Bring the new database to where the site looks for it: copied beside first, as it may be on another disk."""
    target = site.places.data / FILE
    half = target.with_suffix(".new")
    half.unlink(missing_ok=True)
    with _open_lent(folder / FILE) as source, _new_file(half) as copy:
        shutil.copyfileobj(source, copy)
    os.chown(half, site.settings.service_uid, site.settings.service_gid)
    _remove_beside(site)
    half.rename(target)


def _put_back(site: Site, kept: Path) -> None:
    """Let what is kept be the database again; where nothing is kept it never went."""
    before, target = kept / FILE, site.places.data / FILE
    if before.exists() and before.samefile(target):  # it was not exchanged yet; a rename would leave both names
        before.unlink()
    elif before.exists():
        _remove_beside(site)
        before.rename(target)
    if kept.exists():
        kept.rmdir()


def _remove_beside(site: Site) -> None:
    """Take away what belongs to the database that goes; what it held is in that one's file."""
    for name in BESIDE:
        (site.places.data / name).unlink(missing_ok=True)
