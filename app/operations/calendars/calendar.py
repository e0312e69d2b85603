"""What a calendar shows: for several resources, when they work, what takes them, and their bookings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from peewee import Expression

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.hours import closures_on, open_intervals, working
from app.booking.refusals import InvalidInput
from app.booking.values import Catalog, Instant, Interval, Location, Resource, ResourceKind, Taken
from app.booking.wall_clock import day_bounds
from app.operations.context import Context
from app.operations.look_up import bookings_behind, list_busy_times
from app.operations.names import get_location
from app.operations.views import BookingView, ResourceView
from app.storage.tables import Booking
from app.texts import _

MAX_DAYS = 31
_RANK = list(ResourceKind)


@dataclass(frozen=True, slots=True)
class CalendarQuery:
    """Local dates of one location.

    ``kinds``, ``resources`` and ``pools`` (public ids) narrow whose calendars are shown, ``services`` (public ids) and
    ``statuses`` which bookings are; empty: all.
    """

    location: str
    first: date
    days: int = 1
    kinds: Collection[str] = ()
    resources: Collection[str] = ()
    pools: Collection[str] = ()
    services: Collection[str] = ()
    statuses: Collection[str] = ()

    @property
    def narrows_bookings(self) -> bool:
        """Whether some bookings are not to be shown."""
        return bool(self.services or self.statuses)

    def shows(self, view: BookingView) -> bool:
        """Whether a booking is to be shown; one whose title the actor may not see tells neither service nor status."""
        if not self.narrows_bookings:
            return True
        is_wanted = bool(view.service) and (not self.services or view.service in self.services)
        return is_wanted and (not self.statuses or view.status in self.statuses)


@dataclass(frozen=True, slots=True)
class AwayView:
    """Time off of a resource; the reason is empty where the actor may not see details."""

    start: Instant
    end: Instant
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ResourceCalendar:
    """One resource's part. ``open``: when it works here, time off not taken out; ``taken``: with buffers.

    ``tells_wishes``: the actor may see which changes are wished for.
    """

    resource: ResourceView
    open: tuple[Interval, ...]
    away: tuple[AwayView, ...]
    taken: tuple[Taken, ...]
    bookings: tuple[BookingView, ...]
    tells_wishes: bool = False

    @property
    def is_quiet(self) -> bool:
        """Neither working nor booked in this time."""
        return not self.open and not self.bookings


@dataclass(frozen=True, slots=True)
class CalendarView:
    """Calendars side by side in ``[start, end)``; ``closed`` has the names of closures by local date."""

    location: str
    location_name: str
    tzid: str
    start: Instant
    end: Instant
    columns: tuple[ResourceCalendar, ...]
    closed: dict[date, str]
    is_narrowed: bool = False
    """Some bookings are not to be shown."""


def look_at_calendar(context: Context, query: CalendarQuery) -> CalendarView:
    """Return the calendars of the resources that can be used at a location, people first, then by name.

    A fixed number of queries, whatever the number of resources and bookings. Bookings that a mobile resource has at
    other locations are shown too: they take its time here as well.

    Raises:
        InvalidInput: no day, or more than ``MAX_DAYS``. NotAllowed, NotFound.
    """
    place, resources, shown = look_where(context, query)
    columns = _columns(context, query, place, resources, shown)
    closed = closed_on(place, query)
    return CalendarView(place.public_id, place.name, place.tzid, *shown, columns, closed, query.narrows_bookings)


def look_where(context: Context, query: CalendarQuery) -> tuple[Location, list[Resource], Interval]:
    """Return the place, those of the wanted resources whose calendars the actor may see, and the stretch of time.

    Raises:
        InvalidInput, NotAllowed, NotFound: as ``look_at_calendar``.
    """
    context.require_anywhere(Permission.SEE_BUSY)
    if not 1 <= query.days <= MAX_DAYS:
        raise InvalidInput("days", _("Please look at 1 to {most} days at once.", most=MAX_DAYS))
    place = get_location(context.catalog, query.location)
    last = query.first + timedelta(days=query.days - 1)
    shown = day_bounds(query.first, place.tzid)[0], day_bounds(last, place.tzid)[1]
    wanted = _resources(context.catalog, place, query)
    return place, [one for one in wanted if context.may(Permission.SEE_BUSY, _at(one, place))], shown


def _resources(catalog: Catalog, place: Location, query: CalendarQuery) -> list[Resource]:
    members = {one for pool in catalog.pools.values() if pool.public_id in query.pools for one in pool.resource_ids}
    found = [
        one
        for one in catalog.resources.values()
        if one.active
        and one.location_id in (None, place.id)
        and (not query.kinds or one.kind.value in query.kinds)
        and (not query.resources or one.public_id in query.resources)
        and (not query.pools or one.id in members)
    ]
    return sorted(found, key=lambda one: (_RANK.index(one.kind), one.name.casefold()))


def _at(resource: Resource, place: Location) -> Target:
    """Return what the rights are asked about for a resource's calendar at a location."""
    return Target(resource_ids=(resource.id,), location_id=place.id)


def _columns(
    context: Context, query: CalendarQuery, place: Location, resources: Sequence[Resource], shown: Interval
) -> tuple[ResourceCalendar, ...]:
    found = list_busy_times(context, *shown, [one.id for one in resources])
    taken = _taken_by_resource(found)
    behind = bookings_behind(context, found, *shown, narrowed(context.catalog, query))
    bookings = _bookings_by_resource(one for one in behind if query.shows(one))
    catalog = context.catalog
    return tuple(
        ResourceCalendar(
            resource=ResourceView(one.public_id, one.name, one.kind.value),
            open=tuple(open_intervals(working(catalog, one.id, place.id, *shown), *shown)),
            away=_away(one, shown, context.may(Permission.SEE_DETAILS, _at(one, place))),
            taken=tuple(taken[one.id]),
            bookings=tuple(bookings[one.public_id]),
            tells_wishes=context.may(Permission.SEE_DETAILS, _at(one, place)),
        )
        for one in resources
    )


def _bookings_by_resource(bookings: Iterable[BookingView]) -> dict[str, list[BookingView]]:
    found: dict[str, list[BookingView]] = defaultdict(list)
    for booking in bookings:
        for resource in booking.resources:
            found[resource.public_id].append(booking)
    return found


def _taken_by_resource(taken: Iterable[Taken]) -> dict[int, list[Taken]]:
    found: dict[int, list[Taken]] = defaultdict(list)
    for one in taken:
        found[one.resource_id].append(one)
    return found


def _away(resource: Resource, shown: Interval, see_reason: bool) -> tuple[AwayView, ...]:
    return tuple(
        AwayView(one.start, one.end, one.reason if see_reason else "")
        for one in resource.time_off
        if one.start < shown[1] and one.end > shown[0]
    )


def narrowed(catalog: Catalog, query: CalendarQuery) -> list[Expression]:
    """Return the conditions of what a query shows at most; of what the actor may see ``shows`` tells."""
    found: list[Expression] = []
    if query.services:
        ids = [one.id for one in catalog.services.values() if one.public_id in query.services]
        found.append(Booking.service.in_(ids))
    if query.statuses:
        found.append(Booking.status.in_(query.statuses))
    return found


def closed_on(place: Location, query: CalendarQuery) -> dict[date, str]:
    """Return the names of a place's closures by local date."""
    dates = (query.first + timedelta(days=number) for number in range(query.days))
    return {day: found[0].name for day in dates if (found := closures_on(place, day))}
