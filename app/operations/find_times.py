"""When several people, rooms and devices can come together: their calendars side by side, and the best common times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.common_times import CommonTime, NearMiss, find_common, find_near_misses, rank, spread
from app.booking.extras import exchanged
from app.booking.hours import can_be_used
from app.booking.limits import has_limits
from app.booking.refusals import InvalidInput
from app.booking.slots import Holes, SlotQuery, duration_of, members_of
from app.booking.values import MINUTE, Catalog, Instant, Location, Pool, Resource, Service
from app.operations.calendars.calendar import CalendarQuery, CalendarView, look_at_calendar
from app.operations.context import Context
from app.operations.extras import with_chosen
from app.operations.limits import Limited, within_limits
from app.operations.looking import require_booking, told_about
from app.operations.names import get_location, get_service
from app.operations.slots import Around
from app.texts import _

MOST_DAYS = 14
MOST_TIMES = 8
LEAST_APART = 30 * MINUTE


@dataclass(frozen=True, slots=True)
class TimesQuery:
    """What is looked for; public ids. ``together``: resources, and pools of which one is wanted.

    ``for_self``: the actor books for themselves, by the rules that clients have.
    """

    service: str
    location: str
    together: tuple[str, ...]
    first: date
    days: int = 7
    duration_minutes: int | None = None
    for_self: bool = False


@dataclass(frozen=True, slots=True)
class FoundTimes:
    """The calendars of those who were chosen, and the best times; ``count``: how many there are in all.

    ``misses``: where there is none, when all can come but one or two. ``minutes``: how long it lasts.
    """

    calendar: CalendarView
    best: tuple[CommonTime, ...]
    count: int
    misses: tuple[NearMiss, ...]
    minutes: int


def find_times(context: Context, query: TimesQuery) -> FoundTimes:
    """Return when the chosen can come together, for whoever may book all of them.

    A fixed number of queries, whatever the number of those chosen. What is in their calendars is told as far as the
    actor may see it, and so is who stands in the way.

    Raises:
        InvalidInput: nobody or too many are chosen, not at this place, no or too many days. NotAllowed, NotFound.
        WrongDuration: the service has no such duration.
    """
    if not query.together:
        raise InvalidInput("together", _("Please choose at least one person, room or device."))
    if not 1 <= query.days <= MOST_DAYS:
        raise InvalidInput("days", _("Please look at 1 to {most} days at once.", most=MOST_DAYS))
    service = get_service(context, context.catalog, query.service)
    location = get_location(context.catalog, query.location)
    needed = with_chosen(context, service, location, query.together, by_staff=not query.for_self)
    permission = Permission.BOOK_FOR_SELF if query.for_self else Permission.BOOK_FOR_OTHERS
    require_booking(context, permission, needed, location)
    minutes = duration_of(needed, query.duration_minutes)
    shown = CalendarQuery(
        location.public_id, query.first, query.days, resources=_members(context.catalog, query.together)
    )
    calendar = look_at_calendar(context, shown)
    starts, misses, best = _compare(context, needed, location, _slot_query(query, needed, location, calendar))
    return FoundTimes(calendar, tuple(best), len(starts), tuple(misses), minutes)


def _members(catalog: Catalog, together: Sequence[str]) -> tuple[str, ...]:
    """Return the public ids of the resources among what was chosen, the members of pools in their place."""
    members = {one for pool in catalog.pools.values() if pool.public_id in together for one in pool.resource_ids}
    return tuple(one.public_id for one in catalog.resources.values() if one.public_id in together or one.id in members)


def _slot_query(query: TimesQuery, service: Service, location: Location, calendar: CalendarView) -> SlotQuery:
    return SlotQuery(
        service.id,
        location.id,
        calendar.start,
        calendar.end,
        query.duration_minutes,
        any_minute=not query.for_self,
    )


def _compare(
    context: Context, service: Service, location: Location, query: SlotQuery
) -> tuple[list[Instant], Sequence[NearMiss], list[CommonTime]]:
    """Return all common starts, who stands in the way where there is none, and the best of them."""
    catalog, now = exchanged(context.catalog, service), context.now
    members = sorted(members_of(service.requirements))
    around = Around(service, location, members, max(service.durations_minutes))
    told = told_about(context, members, location).busy
    limited = Limited(service, location, now)

    def look() -> tuple[list[Instant], Holes]:
        busy, _sessions = around.read(query.start, query.end, now, None, None)
        found = find_common(catalog, query, busy, now)
        return within_limits(limited, found) if has_limits(service) else found, busy

    starts, busy = context.store.read(look)
    misses = () if starts else find_near_misses(catalog, query, busy, now, told=told)
    return starts, misses, spread(rank(catalog, query, busy, starts, told), MOST_TIMES, LEAST_APART)


def bookable_at(
    context: Context, location: Location, service: Service | None = None, *, for_self: bool = False
) -> tuple[list[Resource], list[Pool]]:
    """Return what somebody may choose from: what can be used at a place, by name, and pools that have any of it.

    Of others than those that the service takes anyway only what the actor may book alone.
    """
    catalog, needed = context.catalog, set() if service is None else members_of(service.requirements)
    permission = Permission.BOOK_FOR_SELF if for_self else Permission.BOOK_FOR_OTHERS

    def may(resource: Resource) -> bool:
        target = Target(None, (resource.id,), location.id, None if service is None else service.id)
        return resource.id in needed or context.may(permission, target)

    resources = [one for one in catalog.resources.values() if can_be_used(one, location) and may(one)]
    usable = {one.id for one in resources}
    pools = [one for one in catalog.pools.values() if usable.intersection(one.resource_ids)]
    return sorted(resources, key=lambda one: one.name.casefold()), sorted(pools, key=lambda one: one.name.casefold())
