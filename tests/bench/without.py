"""Our own application without one thing it does at each booking, to measure what that costs."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection

from flask import Flask

from app import factory
from app.config import load_config
from app.crypto.sealing import Place
from app.operations import book
from app.operations.accounts.buckets import Source
from app.operations.context import Context
from app.storage.keys import Keys
from app.storage.store import Store
from app.storage.tables import Booking
from app.web.context import EXTENSION


class ClearKeys(Keys):
    """Keys that encrypt nothing; clients are found by tags all the same."""

    def seal(self, text: str, place: Place) -> str:
        """Return the text as it is."""
        return text

    def unseal(self, sealed: str, place: Place) -> str:
        """Return the text as it is."""
        return sealed


def leave_in_clear(store: Store) -> None:
    """Let this process write and read the texts of a database in clear."""
    store.database.keys = ClearKeys(store.keys.master, store.database.run)


def without_encryption() -> Flask:
    """Return the application on the database of the environment; it keeps all texts as they are."""
    app = factory.create_app(load_config(os.environ))
    leave_in_clear(app.extensions[EXTENSION].store)
    return app


def without_audit() -> Flask:
    """Return the application on the database of the environment; it tells the audit log nothing of new bookings."""
    _let(tell_booked=_tell_nobody)
    return factory.create_app(load_config(os.environ))


def without_counting() -> Flask:
    """Return the application on the database of the environment; it does not count who books how often."""
    _let(count_booking=_count_nobody)
    return factory.create_app(load_config(os.environ))


def without_all() -> Flask:
    """Return the application on the database of the environment; it does none of these."""
    _let(tell_booked=_tell_nobody, count_booking=_count_nobody)
    return without_encryption()


def _let(**others: Callable[..., None]) -> None:
    """Let this process book with others in the place of some functions."""
    vars(book).update(others)


def _tell_nobody(context: Context, row: Booking, resource_ids: Collection[int], reason: str = "") -> None:
    pass


def _count_nobody(source: Source | None, email: str, now: int) -> None:
    pass
