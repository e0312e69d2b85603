"""What a calendar page shows, as its address says it: where, when, whose calendars, which bookings, in which colours.

All links of the page keep that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import request, url_for

from app.booking.formats import formats
from app.booking.refusals import NotFound
from app.booking.statuses import ACTIVE
from app.booking.values import Location, Pool, Resource, ResourceKind
from app.booking.wall_clock import local_date
from app.operations.calendars.calendar import CalendarQuery
from app.operations.context import Context
from app.web.bookings.choices import active_locations

YEARS = range(1990, 2200)
COLOURS = ("service", "person")
"""By what bookings are coloured, if not by their status."""


@dataclass(frozen=True, slots=True)
class CalendarFilter:
    """``everybody``: also those who neither work nor have bookings in the time shown. ``colour``: see ``COLOURS``."""

    location: Location
    day: date
    today: date
    kinds: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    colour: str = ""
    everybody: bool = False

    def query(self, days: int) -> CalendarQuery:
        """Return what to ask for: ``days`` local dates from the filter's date on."""
        return CalendarQuery(
            self.location.public_id,
            self.day,
            days,
            kinds=self.kinds,
            resources=self.resources,
            pools=self.pools,
            services=self.services,
            statuses=self.statuses,
        )

    def url(self, endpoint: str, **changes: object) -> str:
        """Return the address of a calendar page with the same filter, but for ``changes``."""
        wanted = replace(self, **changes)  # type: ignore[arg-type]  # dataclass fields by name
        return url_for(
            endpoint,
            location=wanted.location.public_id,
            date=wanted.day.isoformat(),
            kind=wanted.kinds or None,
            resource=wanted.resources or None,
            pool=wanted.pools or None,
            service=wanted.services or None,
            status=wanted.statuses or None,
            colour=wanted.colour or None,
            all="1" if wanted.everybody else None,
        )

    def shifted(self, endpoint: str, days: int) -> str:
        """Return the address of the same page some days earlier or later."""
        return self.url(endpoint, day=self.day + timedelta(days=days))

    def month_before(self, endpoint: str) -> str:
        """Return the address of the same page, at the beginning of the month before."""
        return self.url(endpoint, day=(self.day.replace(day=1) - timedelta(days=1)).replace(day=1))

    def month_after(self, endpoint: str) -> str:
        """Return the address of the same page, at the beginning of the month after."""
        return self.url(endpoint, day=(self.day.replace(day=1) + timedelta(days=31)).replace(day=1))

    @property
    def chosen(self) -> int:
        """How many choices narrow or widen what is shown."""
        narrowing = (self.kinds, self.resources, self.pools, self.services, self.statuses)
        return sum(map(len, narrowing)) + self.everybody

    @property
    def names_somebody(self) -> bool:
        """Whether calendars are shown even if nothing is on in them."""
        return self.everybody or bool(self.resources or self.pools)

    def everything(self, endpoint: str) -> str:
        """Return the address of the same page with nothing left out."""
        nothing: tuple[str, ...] = ()
        return self.url(
            endpoint,
            kinds=nothing,
            resources=nothing,
            pools=nothing,
            services=nothing,
            statuses=nothing,
            everybody=False,
        )

    @property
    def week_first(self) -> date:
        """The first day of the shown date's week."""
        return self.day - timedelta(days=formats().into_week(self.day))


def read_filter(context: Context) -> CalendarFilter | None:
    """Return what the address asks for; None as long as no location is set up.

    Whatever cannot be read falls back: to the first location, to today, to everything.

    Raises:
        NotFound: the address names a location that does not exist (any more).
    """
    places = active_locations(context.catalog)
    if not places:
        return None
    wanted = request.args.get("location", "")
    found = [one for one in places if one.public_id == wanted]
    if wanted and not found:
        raise NotFound(kind="location", reference=wanted)
    location = found[0] if found else places[0]
    today = local_date(context.now, location.tzid)
    known = {kind.value for kind in ResourceKind}
    return CalendarFilter(
        location=location,
        day=read_date(request.args.get("date", ""), today),
        today=today,
        kinds=tuple(kind for kind in request.args.getlist("kind") if kind in known),
        resources=tuple(request.args.getlist("resource")),
        pools=tuple(request.args.getlist("pool")),
        services=tuple(request.args.getlist("service")),
        statuses=tuple(status for status in request.args.getlist("status") if status in ACTIVE),
        colour=wish if (wish := request.args.get("colour", "")) in COLOURS else "",
        everybody="all" in request.args,
    )


def read_date(text: str, otherwise: date) -> date:
    """Return the date of an ISO text in a sensible year, or ``otherwise``."""
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return wanted if wanted.year in YEARS else otherwise


def resources_at(context: Context, location: Location) -> list[Resource]:
    """Return the active resources that can be used at a location: people, rooms, devices, each by name."""
    rank = list(ResourceKind)
    found = [one for one in context.catalog.resources.values() if one.active and one.location_id in (None, location.id)]
    return sorted(found, key=lambda one: (rank.index(one.kind), one.name.casefold()))


def pools_at(context: Context, location: Location) -> list[Pool]:
    """Return the pools of which a resource can be used at a location, by name."""
    usable = {one.id for one in resources_at(context, location)}
    found = [one for one in context.catalog.pools.values() if usable.intersection(one.resource_ids)]
    return sorted(found, key=lambda one: one.name.casefold())
