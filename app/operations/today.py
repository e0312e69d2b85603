"""What matters today: at the desk of a place, and in the day of somebody who gives services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peewee import Expression, ModelSelect, fn

from app.access.permissions import Permission
from app.booking.intervals import clip, subtract
from app.booking.statuses import ACTIVE, Status
from app.booking.values import MINUTE, Instant, Interval, Location
from app.booking.wall_clock import day_bounds, local_date
from app.operations.calendars.calendar import CalendarQuery, CalendarView, ResourceCalendar, look_at_calendar
from app.operations.calendars.calendar_month import Group, together
from app.operations.context import Context
from app.operations.look_up import DECIDING, count_requests, read_views
from app.operations.looking import may_look_for
from app.operations.names import get_location
from app.operations.slots import find_slots
from app.operations.views import BookingView
from app.operations.within import bookings_within
from app.storage.tables import Booking

MOST = 12
"""How many lines a part of the page has; where there are more it says so."""

MOST_SERVICES = 24
"""For how many services, by name, the next free time is looked for: each is a search of its own."""

SOON = 2 * 60 * MINUTE
LEAST_GAP = 15 * MINUTE
_OVER = (Status.COMPLETED, Status.NO_SHOW)


@dataclass(frozen=True, slots=True)
class FreeTime:
    """The next start today at which a service is free."""

    service: str
    service_name: str
    start: Instant


@dataclass(frozen=True, slots=True)
class Lines:
    """The first of some bookings, by start; ``more``: there are others."""

    bookings: tuple[BookingView, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class DeskView:
    """A place today. ``begun``: confirmed, begun, and not yet marked as completed or no-show; ``counts``: by status.

    ``requests``: how many wait for the actor's decision, at all places.
    """

    location: str
    location_name: str
    tzid: str
    counts: dict[str, int]
    begun: Lines
    soon: Lines
    free: tuple[FreeTime, ...]
    requests: int | None

    @property
    def total(self) -> int:
        """How many bookings keep their time today."""
        return sum(number for status, number in self.counts.items() if status in ACTIVE)

    @property
    def over(self) -> int:
        """How many of them are done, or nobody came."""
        return sum(self.counts.get(status.value, 0) for status in _OVER)


@dataclass(frozen=True, slots=True)
class MyDayView:
    """The rest of today of a provider: what comes next, what follows, and the gaps of a quarter hour and more.

    The bookings of a group session stand together.
    """

    name: str
    tzid: str
    now: Group | None
    next: Group | None
    later: tuple[Group, ...]
    gaps: tuple[Interval, ...]
    done: int


def look_at_desk(context: Context, location: str) -> DeskView:
    """Return what a place has today; of bookings only those whose titles the actor may see.

    Raises:
        NotAllowed, NotFound.
    """
    context.require_anywhere(Permission.SEE_TITLES)
    place = get_location(context.catalog, location)
    start, end = day_bounds(local_date(context.now, place.tzid), place.tzid)
    here = [Booking.location == place.id, Booking.start_at >= start, Booking.start_at < end]
    within = bookings_within(context, Permission.SEE_TITLES)
    here += [] if within is None else [within]
    begun = [*here, Booking.start_at <= context.now, Booking.status == Status.CONFIRMED.value]
    coming = [Booking.start_at > context.now, Booking.start_at <= context.now + SOON]
    coming.append(Booking.status.in_([Status.CONFIRMED.value, Status.REQUESTED.value]))
    return DeskView(
        location=place.public_id,
        location_name=place.name,
        tzid=place.tzid,
        counts=context.store.read(lambda: _counts(here)),
        begun=_bookings(context, begun),
        soon=_bookings(context, [*here, *coming]),
        free=tuple(_free_times(context, place, end)),
        requests=count_requests(context) if any(context.may(one) for one in DECIDING) else None,
    )


def _counts(conditions: Sequence[Expression]) -> dict[str, int]:
    query = Booking.select(Booking.status, fn.COUNT(Booking.id)).where(*conditions).group_by(Booking.status)
    return dict(query.tuples())


def _bookings(context: Context, conditions: Sequence[Expression]) -> Lines:
    def narrow(query: ModelSelect) -> ModelSelect:
        return query.where(*conditions).order_by(Booking.start_at, Booking.id).limit(MOST + 1)

    views = context.store.read(lambda: read_views(context, narrow))
    return Lines(tuple(views[:MOST]), len(views) > MOST)


def _free_times(context: Context, place: Location, end: Instant) -> list[FreeTime]:
    """Return for services of the place their next free start today, the soonest first."""
    if not context.may(Permission.BOOK_FOR_OTHERS) or end <= context.now:
        return []
    offered = [one for one in context.catalog.services.values() if one.active and place.id in one.location_ids]
    here = [one for one in offered if may_look_for(context, one, place)]
    found = []
    for one in sorted(here, key=lambda service: service.name.casefold())[:MOST_SERVICES]:
        starts = find_slots(context, one.public_id, place.public_id, context.now, end)
        found += [FreeTime(one.public_id, one.name, start) for start in starts[:1]]
    return sorted(found, key=lambda one: one.start)[:MOST]


def look_at_my_day(context: Context) -> MyDayView | None:
    """Return the actor's own day, at the place where they work today; None for whoever gives no services.

    Raises:
        NotAllowed.
    """
    resource = context.catalog.resources.get(context.actor.resource_id or 0)
    if resource is None or not resource.active:
        return None
    days = [_own_day(context, place, resource.public_id) for place in _places(context, resource.location_id)]
    seen = [(calendar, column) for calendar in days for column in calendar.columns]
    if not seen:
        return None
    calendar, column = max(seen, key=lambda one: (bool(one[1].open), len(one[1].bookings)))
    left = [one for one in column.bookings if one.end > context.now and one.status not in _OVER]
    groups = together(left)
    now = next((one for one in groups if one[0].start <= context.now), None)
    coming = [one for one in groups if one[0].start > context.now]
    return MyDayView(
        name=resource.name,
        tzid=calendar.tzid,
        now=now,
        next=next(iter(coming), None),
        later=tuple(coming[1 : MOST + 1]),
        gaps=_gaps(column, context.now, calendar.end),
        done=len(column.bookings) - len(left),
    )


def _gaps(column: ResourceCalendar, now: Instant, end: Instant) -> tuple[Interval, ...]:
    """Return the stretches of the rest of the day that are within hours and free."""
    taken = [(one.start, one.end) for one in column.taken] + [(one.start, one.end) for one in column.away]
    left = subtract(clip(column.open, now, end), sorted(taken))
    return tuple(one for one in left if one[1] - one[0] >= LEAST_GAP)


def _places(context: Context, location_id: int | None) -> list[Location]:
    found = (one for one in context.catalog.locations.values() if one.active and location_id in (None, one.id))
    return sorted(found, key=lambda one: one.name.casefold())


def _own_day(context: Context, place: Location, resource: str) -> CalendarView:
    today = local_date(context.now, place.tzid)
    return look_at_calendar(context, CalendarQuery(place.public_id, today, 1, resources=(resource,)))
