"""Whether bookings can be taken now; the pages' only way to the database besides the operations."""

from __future__ import annotations

from app.storage.migrate import SchemaError, check_schema
from app.storage.store import Store

__all__ = ["SchemaError", "Store", "check_ready"]


def check_ready(store: Store) -> None:
    """Go on only if bookings can be taken.

    Raises:
        SchemaError: the schema is older or newer than this program; the text says what to do.
        Unavailable: the database cannot be reached or written now.
    """
    check_schema(store)
    store.ping()
