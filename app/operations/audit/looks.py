"""Telling the audit log that somebody looks at confidential answers or notes, before they are shown."""

from __future__ import annotations

import logging

from app.booking.refusals import Unavailable
from app.operations.audit.recording import Subject, record
from app.operations.audit.words import Action
from app.operations.context import Context

_log = logging.getLogger(__name__)


def tell_look(context: Context, subject: Subject) -> bool:
    """Write down a look at a booking's answers or a client's notes; False: it is not possible, so nothing is shown.

    Every one: the pages that show them are loaded by people alone, none of them fetches itself again.
    """
    try:
        context.store.write(lambda: record(context, Action.LOOKED, subject))
    except Unavailable:
        _log.warning("a look could not be written into the audit log, so nothing confidential is shown")
        return False
    return True
