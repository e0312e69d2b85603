"""A request that comes twice with the same idempotency key gives the same answer, not a second booking."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from app.access.actors import ActorKind
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
    """Return the stored answer of this key, or do the work and store its answer in the same transaction.

    Raises:
        Refusal: the key was used for a different request.
    """
    if not repeat.key:
        return work()
    scope = f"{_who(context)}:{repeat.operation}"
    answer = idempotency.find_answer(scope, repeat.key, repeat.fingerprint)
    if answer is not None:
        return answer
    answer = work()
    idempotency.store_answer(scope, repeat.key, repeat.fingerprint, answer, context.now)
    return answer


def _who(context: Context) -> str:
    actor = context.actor
    return f"user{actor.user_id}" if actor.kind is ActorKind.USER else actor.kind.value
