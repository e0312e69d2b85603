"""Whether bookings can be taken now; the pages' only way to the database besides the operations."""

from __future__ import annotations

import logging
import time
from weakref import WeakKeyDictionary

from app.booking.refusals import Unavailable
from app.storage.migrate import SchemaError, check_schema
from app.storage.store import Store

__all__ = ["SchemaError", "Store", "check_ready", "check_schema", "check_schema_at_start"]
_log = logging.getLogger(__name__)

PROOF_SECONDS = 10.0
"""For so long a write that worked proves that the next one would; asked every second, a disk would never rest."""

_proven: WeakKeyDictionary[Store, float] = WeakKeyDictionary()
"""Until when (by the clock that nobody sets) the last proof of each open store holds."""


def check_schema_at_start(store: Store) -> None:
    """Go on only with a database of this program's schema, or with one that cannot be asked yet: it may still come up.

    Raises:
        SchemaError: the schema is older or newer than this program, or the master key is another one; the text says
            what to do, and the store is closed.
    """
    try:
        check_schema(store)
    except SchemaError:
        store.close()
        raise
    except Unavailable as refusal:
        _log.warning("the database cannot be used yet (%s); pages say so until it can", refusal.problem)


def check_ready(store: Store, *, anew: bool = False) -> None:
    """Go on only if bookings can be taken; the database is read each time, and written unless that worked just now.

    ``anew``: write in any case.

    Raises:
        SchemaError: the schema is older or newer than this program; the text says what to do.
        Unavailable: the database cannot be reached or written now.
    """
    check_schema(store)
    if anew or time.monotonic() >= _proven.get(store, 0.0):
        _proven.pop(store, None)
        store.ping()
        _proven[store] = time.monotonic() + PROOF_SECONDS
