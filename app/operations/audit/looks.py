"""Telling the audit log that somebody looks at confidential answers or notes, before they are shown."""

from __future__ import annotations

import logging

from app.booking.refusals import Unavailable
from app.operations.audit.recording import Subject, record
from app.operations.audit.words import Action
from app.operations.context import Context
from app.storage import audit

AGAIN_SECONDS = 60
"""Within so long a page that is loaded anew is the same look: same person, same address, same booking or client."""

_log = logging.getLogger(__name__)


def tell_look(context: Context, subject: Subject) -> bool:
    """Write down a look at a booking's answers or a client's notes; False: it is not possible, so nothing is shown."""
    since = context.now - AGAIN_SECONDS
    who = (context.actor.user_id, context.address, Action.LOOKED.value, subject.reference)
    if context.store.read(lambda: audit.is_told_since(*who, since)):
        return True
    try:
        context.store.write(lambda: record(context, Action.LOOKED, subject))
    except Unavailable:
        _log.warning("a look could not be written into the audit log, so nothing confidential is shown")
        return False
    return True
