"""What the public page offers: services by place, and the people who give them."""

from __future__ import annotations

from collections.abc import Collection

from app.booking.refusals import NotFound
from app.booking.values import Catalog, Location, Resource, ResourceKind, Service, Visibility
from app.operations.names import get_resource


def offered_by_place(
    catalog: Catalog, only: Location | None = None, provider: Resource | None = None
) -> list[tuple[Location, list[Service]]]:
    """Return every place with the public services that it offers, all by name; places without any are left out.

    ``only``: just this place; ``provider``: just what this person gives.
    """
    places = sorted((one for one in catalog.locations.values() if one.active), key=lambda one: one.name.casefold())
    found = [(place, public_services(catalog, place)) for place in places if only in (None, place)]
    if provider is not None:
        found = [
            (place, [one for one in services if provider in providers_of(catalog, one, place)])
            for place, services in found
        ]
    return [(place, services) for place, services in found if services]


def get_person(catalog: Catalog, public_id: str) -> Resource:
    """Return the active person of an id.

    Raises:
        NotFound: there is none, or it is a room or a device.
    """
    found = get_resource(catalog, public_id)
    if found.kind is not ResourceKind.PERSON:
        raise NotFound(kind="resource", reference=public_id)
    return found


def public_services(catalog: Catalog, place: Location, known: Collection[Service] = ()) -> list[Service]:
    """Return the public services that a place offers, by name, and those whose address the visitor has."""
    found = [
        one
        for one in catalog.services.values()
        if one.active and place.id in one.location_ids and (one.visibility is Visibility.PUBLIC or one in known)
    ]
    return sorted(found, key=lambda one: one.name.casefold())


def places_of(catalog: Catalog, service: Service) -> list[Location]:
    """Return the active places that offer a service, by name."""
    found = [one for one in catalog.locations.values() if one.active and one.id in service.location_ids]
    return sorted(found, key=lambda one: one.name.casefold())


def providers_of(catalog: Catalog, service: Service, place: Location) -> list[Resource]:
    """Return the people who can give a service at a place, by name."""
    ids = {one for requirement in service.requirements for one in requirement.resource_ids}
    people = [catalog.resources[one] for one in ids if one in catalog.resources]
    found = [
        one for one in people if one.active and one.kind is ResourceKind.PERSON and one.location_id in (None, place.id)
    ]
    return sorted(found, key=lambda one: one.name.casefold())
