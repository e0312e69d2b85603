"""What the booking form lets people choose from, out of the set-up: places, services, who gives them, how long."""

from __future__ import annotations

from collections.abc import Collection

from app.booking.refusals import NotFound
from app.booking.values import Catalog, Location, Resource, ResourceKind, Service
from app.texts import _, mark
from app.web.times import duration_text

Options = list[tuple[str, str]]
_RANK = list(ResourceKind)
ANYONE = mark("Whoever is free")


def active_locations(catalog: Catalog) -> list[Location]:
    """Return the places that are in use, by name."""
    return sorted((one for one in catalog.locations.values() if one.active), key=lambda one: one.name.casefold())


def services_at(catalog: Catalog, location: Location, first: str = "") -> list[Service]:
    """Return the services of a place by name; those that the resource ``first`` (public id) can give come first."""
    resource = by_public_id(catalog, first)
    found = [one for one in catalog.services.values() if one.active and location.id in one.location_ids]
    return sorted(found, key=lambda one: (resource is not None and not gives(one, resource), one.name.casefold()))


def by_public_id(catalog: Catalog, public_id: str) -> Resource | None:
    """Return the active resource of this id, or None."""
    return next((one for one in catalog.resources.values() if one.active and one.public_id == public_id), None)


def names_of(catalog: Catalog, public_ids: Collection[str]) -> list[tuple[str, str]]:
    """Return these resources and pools as choices; those that are gone are left as they are."""
    pools = {one.public_id: one.name for one in catalog.pools.values()}
    known = pools | {one.public_id: one.name for one in catalog.resources.values()}
    return [(one, known.get(one, one)) for one in public_ids]


def gives(service: Service, resource: Resource) -> bool:
    """Whether the resource is one of those that the service may take."""
    return any(resource.id in requirement.resource_ids for requirement in service.requirements)


def find_location(catalog: Catalog, public_id: str) -> Location | None:
    """Return the wanted place, the first one when none is wanted; None as long as there is none at all.

    Raises:
        NotFound: no place in use has this id.
    """
    places = active_locations(catalog)
    if not public_id:
        return places[0] if places else None
    for place in places:
        if place.public_id == public_id:
            return place
    raise NotFound(kind="location", reference=public_id)


def find_service(catalog: Catalog, location: Location, public_id: str) -> Service | None:
    """Return the wanted service of a place, or None when none is wanted or it is not offered there."""
    return next((one for one in services_at(catalog, location) if one.public_id == public_id), None)


def location_options(catalog: Catalog) -> Options:
    """Return the places as choices."""
    return [(one.public_id, one.name) for one in active_locations(catalog)]


def service_options(catalog: Catalog, location: Location, resource: str = "") -> Options:
    """Return the services of a place as choices."""
    return [(one.public_id, one.name) for one in services_at(catalog, location, resource)]


def provider_options(catalog: Catalog, service: Service, location: Location) -> Options:
    """Return who and what can be wished for: people first, then rooms and devices."""
    ids = {one for requirement in service.requirements for one in requirement.resource_ids}
    found = [catalog.resources[one] for one in ids]
    here = [one for one in found if one.active and one.location_id in (None, location.id)]
    here.sort(key=lambda one: (_RANK.index(one.kind), one.name.casefold()))
    return [("", _(ANYONE)), *((one.public_id, one.name) for one in here)]


def duration_options(service: Service) -> Options:
    """Return the service's durations as choices."""
    return [(str(minutes), duration_text(minutes)) for minutes in service.durations_minutes]


def nearest_duration(service: Service, minutes: int) -> int:
    """Return the duration of the service that is nearest to a wished one."""
    return min(service.durations_minutes, key=lambda one: (abs(one - minutes), one))
