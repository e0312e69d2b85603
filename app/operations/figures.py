"""How a place is used, in numbers: bookings week by week, no-shows, lead times, the use of people and rooms.

Of bookings only those whose titles the actor may see are counted, of people, rooms and devices those whose calendars
they may see: nobody learns here what lists would not tell them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from peewee import JOIN, fn

from app.access.permissions import Permission
from app.booking.hours import open_intervals, working
from app.booking.statuses import ACTIVE, Status
from app.booking.values import Instant, Interval, Location, Resource
from app.booking.wall_clock import day_bounds, local_date, week_bounds
from app.operations.context import Context
from app.operations.names import get_location
from app.operations.rights import target_of_resource
from app.operations.within import bookings_within
from app.storage.tables import Allocation, Booking, GroupSession

WEEKS = 8
USE_DAYS = 28
_DAY = 86_400
_OVER = (Status.COMPLETED.value, Status.NO_SHOW.value)


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """One week from its Monday on: bookings that kept their time, cancelled ones, and those to whom nobody came."""

    monday: date
    kept: int
    cancelled: int
    no_shows: int


@dataclass(frozen=True, slots=True)
class UseFigures:
    """How many minutes of its hours a person, room or device was taken, buffers included."""

    name: str
    kind: str
    taken_minutes: int
    open_minutes: int

    @property
    def percent(self) -> int:
        """The share of the hours, at most 100: what is booked outside of them counts as well."""
        return min(100, round(100 * self.taken_minutes / self.open_minutes)) if self.open_minutes else 0


@dataclass(frozen=True, slots=True)
class FiguresView:
    """A place's figures of the weeks before today, and of this one up to now."""

    location_name: str
    weeks: tuple[WeekFigures, ...]
    use: tuple[UseFigures, ...]
    no_show_percent: float | None
    cancelled_percent: float | None
    lead_days: float | None


def look_at_figures(context: Context, location: str) -> FiguresView:
    """Return the figures of a place; three queries, whatever the number of bookings and resources.

    Raises:
        NotAllowed, NotFound.
    """
    context.require_anywhere(Permission.SEE_TITLES)
    context.require_anywhere(Permission.MANAGE_RESOURCES)
    place = get_location(context.catalog, location)
    today = local_date(context.now, place.tzid)
    spans = [week_bounds(today - timedelta(days=7 * back), place.tzid) for back in reversed(range(WEEKS))]
    rows = context.store.read(lambda: _rows(context, place, spans[0][0], context.now))
    weeks = tuple(_week(span, rows, place.tzid) for span in spans)
    kept = sum(one.kept for one in weeks)
    over = sum(row[1] in _OVER for row in rows)
    cancelled = sum(one.cancelled for one in weeks)
    leads = [max(0, start - created) / _DAY for start, status, created in rows if status in ACTIVE]
    return FiguresView(
        location_name=place.name,
        weeks=weeks,
        use=_use(context, place, today),
        no_show_percent=_percent(sum(one.no_shows for one in weeks), over),
        cancelled_percent=_percent(cancelled, kept + cancelled),
        lead_days=median(leads) if leads else None,
    )


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


_Row = tuple[Instant, str, Instant]


def _rows(context: Context, place: Location, start: Instant, end: Instant) -> list[_Row]:
    """Return start, status and time of booking of all that began in this time."""
    within = bookings_within(context, Permission.SEE_TITLES)
    query = Booking.select(Booking.start_at, Booking.status, Booking.created_at).where(
        Booking.location == place.id, Booking.start_at >= start, Booking.start_at < end
    )
    return list((query if within is None else query.where(within)).tuples())


def _week(span: Interval, rows: Sequence[_Row], tzid: str) -> WeekFigures:
    statuses = [status for start, status, _created in rows if span[0] <= start < span[1]]
    return WeekFigures(
        monday=local_date(span[0], tzid),
        kept=sum(status in ACTIVE for status in statuses),
        cancelled=statuses.count(Status.CANCELLED.value),
        no_shows=statuses.count(Status.NO_SHOW.value),
    )


def _use(context: Context, place: Location, today: date) -> tuple[UseFigures, ...]:
    """Return the use of whoever and whatever has hours here, the most used first."""
    span = day_bounds(today - timedelta(days=USE_DAYS), place.tzid)[0], day_bounds(today, place.tzid)[0]
    found = [
        one
        for one in context.catalog.resources.values()
        if one.active
        and one.location_id in (None, place.id)
        and context.may(Permission.SEE_BUSY, target_of_resource(one))
    ]
    taken = context.store.read(lambda: _taken_seconds([one.id for one in found], place, span))
    figures = (_use_of(context, one, place, span, taken.get(one.id, 0)) for one in found)
    return tuple(sorted((one for one in figures if one.open_minutes), key=lambda one: (-one.percent, one.name)))


def _taken_seconds(ids: Sequence[int], place: Location, span: Interval) -> dict[int, int]:
    """Return by resource how long bookings and group sessions of this place took it."""
    length = fn.SUM(Allocation.end_at - Allocation.start_at)
    query = (
        Allocation.select(Allocation.resource, length)
        .join(Booking, JOIN.LEFT_OUTER)
        .switch(Allocation)
        .join(GroupSession, JOIN.LEFT_OUTER)
        .where(
            Allocation.resource.in_(ids),
            Allocation.active,
            Allocation.change.is_null(),
            Allocation.start_at >= span[0],
            Allocation.start_at < span[1],
            (Booking.location == place.id) | (GroupSession.location == place.id),
        )
    )
    return {row_id: int(seconds) for row_id, seconds in query.group_by(Allocation.resource).tuples()}


def _use_of(context: Context, resource: Resource, place: Location, span: Interval, seconds: int) -> UseFigures:
    hours = open_intervals(working(context.catalog, resource.id, place.id, *span), *span)
    minutes = sum(end - start for start, end in hours) // 60
    return UseFigures(resource.name, resource.kind.value, seconds // 60, minutes)
