"""What speaks against a request, in sentences: what came up since it was made.

Other requests do not: each has its time, so that none is asked for twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from app.booking.intervals import overlaps
from app.booking.values import Catalog, Instant, Interval, Location, Resource
from app.booking.wall_clock import local_date
from app.booking.words import say_span
from app.operations.context import Context
from app.operations.views import BookingView
from app.storage.beside import busy_beside
from app.storage.tables import Booking
from app.texts import _

MOST = 5


def conflicts_of(context: Context, views: Sequence[BookingView]) -> dict[str, tuple[str, ...]]:
    """Return sentences about each request, by public id; two queries.

    Names of clients, titles of busy times and reasons are left out: not everybody who decides may see them.
    """
    busy = context.store.read(lambda: _busy(views))
    catalog = context.catalog
    resources = {one.public_id: one for one in catalog.resources.values()}
    locations = {one.public_id: one for one in catalog.locations.values()}
    found = {}
    for view in views:
        taken = [resources[one.public_id] for one in view.resources]
        told = [
            *_closed(locations[view.location], view),
            *_away(taken, view),
            *_busy_words(catalog, busy.get(view.public_id, ()), view.tzid),
        ]
        found[view.public_id] = tuple(told[:MOST])
    return found


def wished(view: BookingView) -> Interval:
    """Return the time that is asked for."""
    return (view.start, view.end) if view.change is None else (view.change.start, view.change.end)


def _busy(views: Sequence[BookingView]) -> Mapping[str, list[tuple[int, Instant, Instant]]]:
    keys = [view.public_id for view in views]
    ids = [one for (one,) in Booking.select(Booking.id).where(Booking.public_id.in_(keys)).tuples()] if keys else []
    found: dict[str, list[tuple[int, Instant, Instant]]] = defaultdict(list)
    for key, resource_id, start, end in busy_beside(ids):
        found[key].append((resource_id, start, end))
    return found


def _busy_words(catalog: Catalog, busy: Sequence[tuple[int, Instant, Instant]], tzid: str) -> Iterator[str]:
    for resource_id, start, end in sorted(busy, key=lambda one: one[1:]):
        yield _(
            "{resource} is busy by an entry of an imported calendar {span}.",
            resource=catalog.resources[resource_id].name,
            span=say_span(start, end, tzid),
        )


def _closed(location: Location, view: BookingView) -> Iterator[str]:
    start, end = wished(view)
    first, last = local_date(start, location.tzid), local_date(end - 1, location.tzid)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    for one in location.closures:
        if any(one.first <= day <= one.last for day in days):
            yield _("{location} is closed that day ({name}).", location=location.name, name=one.name)


def _away(taken: Sequence[Resource], view: BookingView) -> Iterator[str]:
    for resource in taken:
        for off in resource.time_off:
            if overlaps(wished(view), (off.start, off.end)):
                span = say_span(off.start, off.end, view.tzid)
                yield _("{resource} is away {span}.", resource=resource.name, span=span)
