"""The one decision: may this actor do this to that?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.access.actors import Actor, ActorKind
from app.access.permissions import HELP, ROLE_PERMISSIONS, Permission, Role


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked about: a booking by public id and the resources it takes. Empty: the thing in general."""

    booking: str | None = None
    resource_ids: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes, or no with a sentence that says why."""

    allowed: bool
    reason: str = ""


ANYTHING = Target()
_YES = Decision(allowed=True)
_CLIENT_MAY = frozenset({Permission.MOVE, Permission.CANCEL, Permission.SEE_DETAILS, Permission.SEE_CLIENTS})
_ONLY_OWN = frozenset(
    {Permission.BOOK_FOR_OTHERS, Permission.MOVE, Permission.CANCEL, Permission.SEE_DETAILS, Permission.SEE_CLIENTS}
)


def decide(actor: Actor, permission: Permission, target: Target = ANYTHING) -> Decision:
    """Say whether ``actor`` has ``permission`` on ``target``."""
    if actor.kind is ActorKind.SYSTEM or permission is Permission.BOOK:
        return _YES
    if actor.kind is ActorKind.USER:
        return _decide_for_user(actor, permission, target)
    has_link = actor.kind is ActorKind.CLIENT and actor.booking is not None and target.booking == actor.booking
    if has_link and permission in _CLIENT_MAY:
        return _YES
    return Decision(False, f"Please sign in: {HELP[permission]}")


def _decide_for_user(actor: Actor, permission: Permission, target: Target) -> Decision:
    if actor.role is None or permission not in ROLE_PERMISSIONS[actor.role]:
        role = "no role" if actor.role is None else f"the role {actor.role.value.replace('_', ' ')}"
        return Decision(False, f"You have {role}, which lacks this right: {HELP[permission]}")
    if actor.role is Role.PROVIDER and permission in _ONLY_OWN and not _is_own(actor, target):
        return Decision(False, "Providers may do this only with bookings that they give themselves.")
    return _YES


def _is_own(actor: Actor, target: Target) -> bool:
    return target is ANYTHING or actor.resource_id in target.resource_ids
