"""The application with a SQLite that does not wait for the disk: what the test of syncing has to notice."""

from __future__ import annotations

from app.storage import database

database._PRAGMAS["synchronous"] = "off"

from app.wsgi import app  # noqa: E402 the setting has to be there first

__all__ = ["app"]
