"""Whose calendars may be spoken of where times are looked for, and who may look for times of a service at a place.

What the public page shows to everybody anyway, the free times of public services, everybody may look for.
"""

from __future__ import annotations

from collections.abc import Collection

from app.access.actors import ActorKind
from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import JustTaken, NotAvailable, Refusal
from app.booking.slots import members_of
from app.booking.told import Told, reduced
from app.booking.values import Catalog, Location, Service, Visibility
from app.operations.context import Context

_BOOKING = (Permission.BOOK_FOR_OTHERS, Permission.BOOK_FOR_SELF)


def told_about(context: Context, resource_ids: Collection[int], location: Location) -> Told:
    """Return of which of these resources the actor may know what takes them at a place, and why they are away."""
    targets = {one: Target(resource_ids=(one,), location_id=location.id) for one in resource_ids}

    def seen(permission: Permission) -> frozenset[int]:
        return frozenset(one for one, target in targets.items() if context.may(permission, target))

    return Told(seen(Permission.SEE_BUSY), seen(Permission.SEE_DETAILS))


def as_told(context: Context, catalog: Catalog, service: Service, location: Location, refusal: Refusal) -> Refusal:
    """Return why a time cannot be had as the actor may hear it, by what ``told_about`` says.

    To visitors and clients, who choose among the times that are offered, that it has just been taken; to somebody
    signed in, who may ask for any time, that it is not available: so neither learns which of both it is.

    Args:
        context: who asks.
        catalog: the set-up.
        service: what is asked for, as it needs it in that set-up.
        location: where.
        refusal: the reason, as the rules found it.
    """
    told = told_about(context, members_of(service.requirements), location)
    seen = reduced(catalog, service, [refusal], told)[0]
    return JustTaken() if isinstance(seen, NotAvailable) and not context.actor.is_staff else seen


def require_booking(context: Context, permission: Permission, service: Service, location: Location) -> None:
    """Go on only where somebody signed in may book a service at a place, with any of what it may take.

    What it takes in the end is asked about again when it is booked.

    Raises:
        NotAllowed.
    """
    if context.actor.kind is ActorKind.USER:
        context.require(permission, target_at(service, location))


def may_look_for(context: Context, service: Service, location: Location) -> bool:
    """Whether the actor may look for free times of a service at a place: for a booking for others, or their own."""
    if context.actor.kind is not ActorKind.USER or service.visibility is Visibility.PUBLIC:
        return True
    return any(context.may(one, target_at(service, location)) for one in _BOOKING)


def require_look_for(context: Context, service: Service, location: Location) -> None:
    """Go on only where ``may_look_for`` says so.

    Raises:
        NotAllowed.
    """
    if not may_look_for(context, service, location):
        context.require(Permission.BOOK_FOR_OTHERS, target_at(service, location))


def target_at(service: Service, location: Location) -> Target:
    """Return what is asked about while it is not known what a booking there takes: any of what it may."""
    return Target(resource_ids=members_of(service.requirements), location_id=location.id, service_id=service.id)
