"""The keys of clients' details: which there are, a new one, and encrypting anew what an older one has encrypted."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.values import Instant
from app.crypto.master import MasterKey
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.storage import reencrypt

STEPS = 20
"""How many batches one turn of the worker takes at most; then letters come first again."""

SETTLE_SECONDS = 60
"""So long after a new key all processes have heard of it."""

INSTALLATION = Subject(Kind.INSTALLATION)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key. ``purpose``: data or index; ``texts``: how many it has encrypted; ``master``: what opens it."""

    number: int
    purpose: str
    state: str
    created_at: Instant
    master: str
    texts: int


def list_keys(context: Context) -> list[KeyView]:
    """Return all keys; counts through all that is encrypted.

    Raises:
        NotAllowed.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())

    def look() -> list[KeyView]:
        used = reencrypt.count_texts()
        return [
            KeyView(one.number, one.purpose, one.state, one.created_at, one.master, used.get(one.number, 0))
            for one in context.store.keys.stored()
        ]

    return context.store.read(look)


def rotate(context: Context) -> int:
    """Let a new key encrypt from now on and return its number; the worker encrypts anew what is there.

    Raises:
        NotAllowed. KeysError: there can be no more keys.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())

    def work() -> int:
        number = context.store.keys.add_data_key()
        context.store.bump_catalog()  # by this all processes read the keys anew
        record(context, Action.KEY_ADDED, INSTALLATION, Change(after={"key": number}))
        return number

    number = context.store.write(work)
    context.store.keys.forget()
    return number


def change_master(context: Context, new: MasterKey) -> int:
    """Let another master key open all keys, in one transaction; return how many those are.

    Processes that run keep what they have opened; they need the new key when they start again.

    Raises:
        NotAllowed. KeysError: the present one does not open them.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())

    def work() -> int:
        count = context.store.keys.rewrap(new)
        record(context, Action.MASTER_CHANGED, INSTALLATION, Change(after={"master_key": new.name}))
        return count

    return context.store.write(work)


def encrypt_anew(context: Context, progress: reencrypt.Progress) -> reencrypt.Progress:
    """Go on encrypting anew where an older key is in use, for a few batches; return how far that has come."""
    if not reencrypt.is_wanted(context.store):
        return reencrypt.Progress()
    for _ in range(STEPS):
        if progress.is_over:
            _retire(context)
            return reencrypt.Progress()
        progress = reencrypt.step(context.store, progress)
    return progress


def _retire(context: Context) -> None:
    for number in reencrypt.retire_unused(context.store, context.now - SETTLE_SECONDS):
        _log.info("nothing is encrypted by key %d any more, so it is retired", number)
