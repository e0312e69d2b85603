"""The part of all bookings on which somebody has a permission, as a condition for queries.

It says the same as ``decide`` does about each booking, so that a page of a search is full and its count tells nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from peewee import Expression

from app.access.actors import Actor, ActorKind
from app.access.decision import counting
from app.access.grants import Grant, Scope, ScopeKind
from app.access.permissions import Extent, Permission
from app.operations.context import Context
from app.storage.tables import Allocation, Booking, Client


def bookings_within(context: Context, permission: Permission) -> Expression | None:
    """Return the condition on ``Booking``; None: all of them."""
    actor = context.actor
    if actor.kind is ActorKind.SYSTEM:
        return None
    found: Expression | None = None
    for grant in counting(actor, permission):
        part = _part(actor, grant, permission)
        if part is None:
            return None
        found = part if found is None else found | part
    return Booking.id.is_null() if found is None else found


def _part(actor: Actor, grant: Grant, permission: Permission) -> Expression | None:
    covered = _covered(grant.scope)
    if grant.extents[permission] is Extent.ALL:
        return covered
    own = _own(actor)
    return own if covered is None else covered & own


def _covered(scope: Scope) -> Expression | None:
    if scope.kind is ScopeKind.EVERYTHING:
        return None
    if scope.kind is ScopeKind.LOCATION:
        return Booking.location == scope.row_id
    if scope.kind is ScopeKind.SERVICE:
        return Booking.service == scope.row_id
    return _taking(scope.resource_ids)


def _own(actor: Actor) -> Expression:
    """Bookings that the actor gives, or that were made for them."""
    # For who has no account nothing was made: a comparison with None would find everybody else's.
    account = 0 if actor.user_id is None else actor.user_id
    mine = Booking.client.in_(Client.select(Client.id).where(Client.user == account))
    return mine if actor.resource_id is None else mine | _taking((actor.resource_id,))


def _taking(resource_ids: Collection[int]) -> Expression:
    """Bookings that take one of these, their seats in group sessions included; wished times do not count."""
    taken = Allocation.resource.in_(sorted(resource_ids)) & Allocation.change.is_null()
    alone = Allocation.select(Allocation.booking).where(taken, Allocation.booking.is_null(False))
    sessions = Allocation.select(Allocation.session).where(taken, Allocation.session.is_null(False))
    return Booking.id.in_(alone) | Booking.session.in_(sessions)
