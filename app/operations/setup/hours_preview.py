"""What clients could book with other weekly hours than those saved: the search itself, on a set-up with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.hours import can_be_used, with_weekly_hours
from app.booking.refusals import NotFound
from app.booking.slots import members_of
from app.booking.values import Catalog, Instant, Location, Resource, Service, Visibility, WallInterval, WeeklyHours
from app.booking.wall_clock import day_bounds, local_date
from app.operations.context import Context
from app.operations.setup.hours import Owner, OwnerKind, WeeklyRange, check_weekly, get_hours, in_order
from app.operations.slots import find_slots

WEEK = 7


@dataclass(frozen=True, slots=True)
class Previewable:
    """A service at a location whose free times depend on the hours."""

    service: Service
    location: Location


@dataclass(frozen=True, slots=True)
class WeekPreview:
    """The starts of the week that begins on the Monday ``first``, sorted, on the clock of ``tzid``."""

    first: date
    tzid: str
    starts: tuple[Instant, ...]


def list_previewable(context: Context, owner: Owner) -> list[Previewable]:
    """Return the services that depend on the hours of an owner, by name, each with its places.

    Services for staff only where the actor may see busy times there, as free times of these tell no less.
    """
    catalog, whose = context.catalog, _whose(context.catalog, owner)
    resource_ids = (whose.id,) if isinstance(whose, Resource) else ()

    def may_see(service: Service, place: int) -> bool:
        target = Target(resource_ids=resource_ids, location_id=place)
        return not _is_for_staff(service) or context.may(Permission.SEE_BUSY, target)

    services = [one for one in catalog.services.values() if one.active]
    found = [
        Previewable(service, catalog.locations[place])
        for service in services
        for place in service.location_ids
        if catalog.locations[place].active
        and _depends(service, catalog.locations[place], whose)
        and may_see(service, place)
    ]
    return sorted(found, key=lambda one: (one.service.name.casefold(), one.location.name.casefold()))


def _is_for_staff(service: Service) -> bool:
    return service.visibility is Visibility.STAFF


def _depends(service: Service, place: Location, whose: Location | Resource) -> bool:
    if isinstance(whose, Location):
        return place.id == whose.id
    return whose.id in members_of(service.requirements) and can_be_used(whose, place)


def preview_week(context: Context, owner: Owner, ranges: Iterable[WeeklyRange], chosen: Previewable) -> WeekPreview:
    """Return what could be booked of a service in the coming week if these were the weekly hours; nothing is saved.

    With everything else as it is: special days, closures, time off, bookings, notice and window. Of a person, room or
    device only what they give themselves.

    Raises:
        InvalidInput, NotFound, NotAllowed: as ``save_weekly_hours`` would.
    """
    get_hours(context, owner)
    wanted = in_order(ranges)
    check_weekly(wanted)
    catalog, place = context.catalog, chosen.location
    tried = with_weekly_hours(catalog, _whose(catalog, owner), _weekly(catalog, wanted))
    first = _next_monday(context.now, place.tzid)
    start, end = day_bounds(first, place.tzid)[0], day_bounds(first + timedelta(days=WEEK - 1), place.tzid)[1]
    provider = owner.public_id if owner.kind is OwnerKind.RESOURCE else None
    with_them = replace(context.as_system(), _snapshot=[tried])  # the right to the hours was asked for above
    found = find_slots(with_them, chosen.service.public_id, place.public_id, start, end, provider=provider)
    return WeekPreview(first, place.tzid, tuple(found))


def _next_monday(now: Instant, tzid: str) -> date:
    today = local_date(now, tzid)
    return today + timedelta(days=WEEK - today.weekday())


def _whose(catalog: Catalog, owner: Owner) -> Location | Resource:
    of_kind = catalog.locations if owner.kind is OwnerKind.LOCATION else catalog.resources
    for one in of_kind.values():
        if one.public_id == owner.public_id:
            return one
    raise NotFound(kind=owner.kind.value, reference=owner.public_id)


def _weekly(catalog: Catalog, ranges: Iterable[WeeklyRange]) -> Iterable[WeeklyHours]:
    places = {one.public_id: one.id for one in catalog.locations.values()}
    for one in ranges:
        if one.location is not None and one.location not in places:
            raise NotFound(kind="location", reference=one.location)
        hours = WallInterval(one.start_minute, one.end_minute)
        yield WeeklyHours(one.weekday, hours, None if one.location is None else places[one.location])
