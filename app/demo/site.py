"""The database of a demo: made and filled on the first start, kept and filled up on later ones."""

from __future__ import annotations

from collections.abc import Callable

from app.booking.refusals import Unavailable
from app.booking.values import Instant
from app.demo.folder import DemoError, DemoFolder, remove_database
from app.demo.load import load_demo, load_state, refresh_demo
from app.storage.migrate import SchemaError, check_schema, migrate
from app.storage.store import Store, open_store

Say = Callable[[str], None]


def database_url(folder: DemoFolder) -> str:
    """Return the URL of the demo's database."""
    return f"sqlite:///{folder.database}"


def prepare(folder: DemoFolder, now: Instant, say: Say) -> None:
    """Make the demo's database ready for use.

    Raises:
        DemoError: it cannot be read, or another version wrote it.
    """
    try:
        if folder.database.exists():
            _keep(folder, now, say)
        else:
            _make(folder, now, say)
    except SchemaError as error:
        raise DemoError(str(error)) from error
    except Unavailable as error:
        raise DemoError(
            f"The database {folder.database} cannot be used ({error.problem.replace('_', ' ')}); "
            "free the disk or the file, or start over with: ./eigenplan demo --fresh"
        ) from error


def _keep(folder: DemoFolder, now: Instant, say: Say) -> None:
    store = open_store(database_url(folder), folder.read_master_key())
    try:
        migrate(store)
        check_schema(store)
        if load_state(store) is None:
            raise DemoError(f"{folder.database} is not a demo's database; choose another folder with --folder.")
        refresh_demo(store, now, say=say)
    finally:
        store.close()


def _make(folder: DemoFolder, now: Instant, say: Say) -> None:
    """Fill a file under another name and rename it when it is complete: an interrupted start leaves no half a demo."""
    remove_database(folder.unfinished)
    password = folder.read_password()
    store = open_store(f"sqlite:///{folder.unfinished}", folder.read_master_key())
    try:
        migrate(store)
        load_demo(store, now, password, say=say)
        _empty_log(store)
    finally:
        store.close()
    folder.unfinished.rename(folder.database)
    remove_database(folder.unfinished)


def _empty_log(store: Store) -> None:
    """Bring everything from the write-ahead log into the file itself, because only that gets renamed."""
    store.read(lambda: store.rows("PRAGMA wal_checkpoint(TRUNCATE)"))
