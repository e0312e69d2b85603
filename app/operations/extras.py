"""What a booking takes besides what its service needs: from the ids that edges know, and of bookings that have it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.extras import exchanged, extras_among, fit, with_extras
from app.booking.hours import can_be_used
from app.booking.refusals import InvalidInput, NotFound
from app.booking.values import Catalog, Location, Requirement, Resource, Service
from app.booking.words import say_list
from app.operations.context import Context
from app.storage.extra_tables import ExtraResource
from app.storage.statements import fetch, insert_rows
from app.storage.tables import Booking
from app.texts import _, plural

MOST_TOGETHER = 12


def with_chosen(
    context: Context, service: Service, location: Location, together: Collection[str], *, by_staff: bool = True
) -> Service:
    """Return the service as a booking needs it that takes these resources and one of each of these pools.

    Whatever the service does not need anyway takes somebody's time only where the actor may book for just that: of a
    booking's resources one is enough for the rights, so that each extra has to be asked about alone.

    Args:
        context: who books.
        service: what is booked.
        location: where.
        together: public ids.
        by_staff: for others, or else by the actor for themselves.

    Raises:
        NotFound: an unknown id. NotAllowed. InvalidInput: too many, not for this service, or not at this place.
    """
    if not together:
        return service
    permission = Permission.BOOK_FOR_OTHERS if by_staff or not context.actor.is_staff else Permission.BOOK_FOR_SELF
    context.require_anywhere(permission)
    wished = tuple(dict.fromkeys(together))
    if len(wished) > MOST_TOGETHER:
        raise InvalidInput("together", _("Please choose at most {most} at once.", most=MOST_TOGETHER))
    if service.capacity > 1:
        problem = _("{service} has seats for several bookings, so nothing can be added to it.", service=service.name)
        raise InvalidInput("together", problem)
    chosen = [_wished(context.catalog, one, -number) for number, one in enumerate(wished, 1)]
    chosen = _usable(context.catalog, location, chosen)
    fitted = fit(service, chosen)
    needs = (_allowed(context, permission, service, location, one) for one in fitted.requirements)
    return replace(fitted, requirements=tuple(needs))


def _wished(catalog: Catalog, public_id: str, number: int) -> Requirement:
    for resource in catalog.resources.values():
        if resource.public_id == public_id and resource.active:
            return Requirement(number, resource.name, (resource.id,))
    for pool in catalog.pools.values():
        if pool.public_id == public_id:
            return Requirement(number, pool.name, pool.resource_ids)
    raise NotFound(kind="resource", reference=public_id)


def _usable(catalog: Catalog, location: Location, chosen: Sequence[Requirement]) -> list[Requirement]:
    """Return what can be used at a place of what was chosen; nothing may be left of one of them.

    Raises:
        InvalidInput: says which are elsewhere, and where.
    """
    here = [_used_at(catalog, location, one) for one in chosen]
    elsewhere = [one for one, usable in zip(chosen, here, strict=True) if not usable.resource_ids]
    if elsewhere:
        raise InvalidInput("together", _say_elsewhere(catalog, location, elsewhere))
    return here


def _used_at(catalog: Catalog, location: Location, one: Requirement) -> Requirement:
    usable = tuple(each for each in one.resource_ids if can_be_used(catalog.resources[each], location))
    return replace(one, resource_ids=usable)


def _say_elsewhere(catalog: Catalog, location: Location, elsewhere: Sequence[Requirement]) -> str:
    names, count = say_list([one.name for one in elsewhere]), len(elsewhere)
    places = {_place_of(catalog, catalog.resources[each]) for one in elsewhere for each in one.resource_ids} - {""}
    if not places:
        return plural(
            "{names} cannot be used at {location} now; please leave it out.",
            "{names} cannot be used at {location} now; please leave them out.",
            count,
            names=names,
            location=location.name,
        )
    return plural(
        "{names} belongs to {places} and cannot be used at {location}; please choose another one or leave it out.",
        "{names} belong to {places} and cannot be used at {location}; please choose another one or leave them out.",
        count,
        names=names,
        places=say_list(sorted(places)),
        location=location.name,
    )


def _place_of(catalog: Catalog, resource: Resource) -> str:
    return "" if resource.location_id is None else catalog.locations[resource.location_id].name


def _allowed(
    context: Context, permission: Permission, service: Service, location: Location, one: Requirement
) -> Requirement:
    """Return what is left of an extra of which the actor may book each alone; of the service's own needs all is.

    Raises:
        NotAllowed: nothing is.
    """
    if not one.is_extra:
        return one
    targets = {
        each: Target(resource_ids=(each,), location_id=location.id, service_id=service.id) for each in one.resource_ids
    }
    allowed = tuple(each for each, target in targets.items() if context.may(permission, target))
    if not allowed:
        context.require(permission, targets[one.resource_ids[0]])
    return replace(one, resource_ids=allowed)


def keep_extras(row: Booking, service: Service, resource_ids: Collection[int]) -> None:
    """Write down which of the resources of a new booking are extras; ``service``: as it needs it."""
    extras = extras_among(service, resource_ids)
    insert_rows("extra_resource", [{"booking_id": row.id, "resource_id": one} for one in extras])


def extras_of(rows: Collection[Booking]) -> dict[int, list[int]]:
    """Return the row ids of the extras of bookings, by the booking's; one query."""
    query = ExtraResource.select(ExtraResource.booking, ExtraResource.resource).order_by(ExtraResource.resource)
    found: dict[int, list[int]] = {row.id: [] for row in rows}
    for booking_id, resource_id in query.where(ExtraResource.booking.in_([*found])).tuples():
        found[booking_id].append(resource_id)
    return found


def with_own_extras(catalog: Catalog, row: Booking, known: Collection[int] | None = None) -> Catalog:
    """Return the set-up in which a booking's service needs the booking's extras, too.

    ``known``: which those are, where they have been read already; else it takes one query.
    """
    found = known
    if found is None:
        sql = "SELECT resource_id FROM extra_resource WHERE booking_id = %s ORDER BY resource_id"
        found = [one for (one,) in fetch(sql, (row.id,))]
    if not found:
        return catalog
    extras = [Requirement(-number, catalog.resources[one].name, (one,)) for number, one in enumerate(found, 1)]
    return exchanged(catalog, with_extras(catalog.services[row.service_id], extras))
