"""A request that comes twice with the same idempotency key gives the same answer, not a second booking."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from app.access.actors import ActorKind
from app.booking.refusals import KeyReused, Refusal, Unavailable
from app.operations.context import Context
from app.storage import idempotency


@dataclass(frozen=True, slots=True)
class Repeat:
    """``request`` is a record whose ``repr`` tells it from every other request; ``key`` None: not repeatable."""

    operation: str
    key: str | None
    request: object

    @property
    def fingerprint(self) -> str:
        """Tells an honest repetition from another request under the same key, without storing its texts."""
        return hashlib.sha256(repr(self.request).encode()).hexdigest()


def once(context: Context, repeat: Repeat, work: Callable[[], str]) -> str:
    """Return the stored answer of this key, or do the work in a transaction that stores its answer too.

    Of two that come at the same moment the second may wait for the first and then find its own slot taken; it gets the
    answer of the first all the same.

    Raises:
        Refusal: what the work says, or KeyReused.
    """
    try:
        return context.store.write(lambda: _once(context, repeat, work))
    except (KeyReused, Unavailable):
        raise
    except Refusal:
        answer = context.store.read(lambda: _known(context, repeat))
        if answer is None:
            raise
        return answer


def _known(context: Context, repeat: Repeat) -> str | None:
    if not repeat.key:
        return None
    return idempotency.find_answer(_scope(context, repeat), repeat.key, repeat.fingerprint)


def _once(context: Context, repeat: Repeat, work: Callable[[], str]) -> str:
    answer = _known(context, repeat)
    if answer is not None:
        return answer
    answer = work()
    if repeat.key:
        idempotency.store_answer(_scope(context, repeat), repeat.key, repeat.fingerprint, answer, context.now)
    return answer


def _scope(context: Context, repeat: Repeat) -> str:
    return f"{_who(context)}:{repeat.operation}"


def _who(context: Context) -> str:
    actor = context.actor
    if actor.kind is ActorKind.CLIENT:
        return f"{actor.kind.value} {actor.booking}"
    return f"user{actor.user_id}" if actor.kind is ActorKind.USER else actor.kind.value
