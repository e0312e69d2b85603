"""The one decision: may this actor do this to that?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, ScopeKind, Target
from app.access.permissions import GLOBAL, WORDS, Extent, Permission, say_role
from app.texts import _


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes, or no with a sentence that says why."""

    allowed: bool
    reason: str = ""


_YES = Decision(allowed=True)
_CLIENT_MAY = frozenset(
    {
        Permission.MOVE,
        Permission.CANCEL,
        Permission.SEE_TITLES,
        Permission.SEE_DETAILS,
        Permission.SEE_CONTACTS,
        Permission.SEE_CONFIDENTIAL,
    }
)


def decide(actor: Actor, permission: Permission, target: Target | None = None) -> Decision:
    """Say whether ``actor`` has ``permission`` on ``target``; None asks whether there is anything that they have it on.

    The answer about None opens a page; every single thing on it has to be asked about again.
    """
    if allows(actor, permission, target):
        return _YES
    if actor.kind is ActorKind.USER:
        return Decision(False, _why_not(actor.grants, counting(actor, permission), permission))
    return Decision(False, _("Please sign in: {right}", right=_(WORDS[permission].help)))


def allows(actor: Actor, permission: Permission, target: Target | None = None) -> bool:
    """Say the same as ``decide``, without the reason: lists ask for each of their lines, and words take their time."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind is ActorKind.USER:
        return any(target is None or _reaches(actor, one, permission, target) for one in counting(actor, permission))
    if permission is Permission.BOOK_FOR_SELF:
        return True
    has_link = actor.kind is ActorKind.CLIENT and actor.booking is not None
    return has_link and permission in _CLIENT_MAY and target is not None and target.booking == actor.booking


def may_everything(actor: Actor) -> bool:
    """Say whether ``actor`` has every permission for the whole installation, by one role or by several."""
    whole = Target()
    return all(allows(actor, one, whole) for one in Permission)


def counting(actor: Actor, permission: Permission) -> list[Grant]:
    """Return the actor's grants that have a permission.

    One about the installation as a whole is worth nothing in a grant for a part of it.
    """
    whole = permission in GLOBAL
    return [
        grant
        for grant in actor.grants
        if permission in grant.extents and not (whole and grant.scope.kind is not ScopeKind.EVERYTHING)
    ]


def _reaches(actor: Actor, grant: Grant, permission: Permission, target: Target) -> bool:
    return grant.scope.covers(target) and (grant.extents[permission] is Extent.ALL or is_own(actor, target))


def is_own(actor: Actor, target: Target) -> bool:
    """Whether a booking or a time is the actor's: they give it, or it was made for them."""
    if actor.resource_id is not None and actor.resource_id in target.resource_ids:
        return True
    return actor.user_id is not None and target.user_id == actor.user_id


def _why_not(grants: Sequence[Grant], held: Sequence[Grant], permission: Permission) -> str:
    """Say what is missing; ``held`` are the grants that have the permission, but not for what was asked about."""
    right = _(WORDS[permission].help)
    if not grants:
        return _(
            "You have no role yet, so you lack this right: {right} An administrator can give you one.", right=right
        )
    if not held:
        return _lacking(grants, right)
    word = _("and")
    parts = f" {word} ".join(dict.fromkeys(_part(grant, permission) for grant in held))
    return _("You have this right only for {parts}: {right}", parts=parts, right=right)


def _lacking(grants: Sequence[Grant], right: str) -> str:
    *others, last = dict.fromkeys(say_role(grant.role) for grant in grants)
    if not others:
        return _("You have the role {role}, which lacks this right: {right}", role=last, right=right)
    return _(
        "You have the roles {roles} and {last}, which lack this right: {right}",
        roles=", ".join(others),
        last=last,
        right=right,
    )


def _part(grant: Grant, permission: Permission) -> str:
    if grant.extents[permission] is Extent.ALL:
        return grant.scope.name
    if grant.scope.kind is ScopeKind.EVERYTHING:
        return _("bookings of your own")
    return _("bookings of your own in {part}", part=grant.scope.name)
