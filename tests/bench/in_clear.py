"""Our own application without encryption, to measure what encryption costs: it keeps all texts as they are."""

from __future__ import annotations

import os

from flask import Flask

from app import factory
from app.config import load_config
from app.crypto.sealing import Place
from app.storage.keys import Keys
from app.storage.store import Store
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


def create_app() -> Flask:
    """Return the application on the database of the environment."""
    app = factory.create_app(load_config(os.environ))
    leave_in_clear(app.extensions[EXTENSION].store)
    return app
