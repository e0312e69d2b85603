"""What speaks against a request, in sentences: what came up since it was made.

Other requests do not: each has its time, so that none is asked for twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from app.booking.intervals import clip
from app.booking.values import MINUTE, Instant, Interval, Location, Resource
from app.booking.wall_clock import local_date
from app.booking.words import say_span
from app.operations.context import Context
from app.operations.looking import told_about
from app.operations.views import BookingView
from app.storage.beside import busy_beside
from app.storage.tables import Booking
from app.texts import _, mark

MOST = 5
AWAY = mark("{resource} is away {span}.")
BUSY = mark("{resource} is busy by an entry of an imported calendar {span}.")

Absent = tuple[Resource, Interval]
"""Who or what is not free, and when within the time that is asked for."""


def conflicts_of(context: Context, views: Sequence[BookingView]) -> dict[str, tuple[str, ...]]:
    """Return sentences about each request, by public id; two queries.

    Names of clients, titles of busy times and reasons are left out: not everybody who decides may see them. Who and
    what is not free, and when within the time that is asked for, is told of those whose busy times the actor may see;
    of others only that something is not.
    """
    busy = context.store.read(lambda: _busy(views))
    locations = {one.public_id: one for one in context.catalog.locations.values()}
    found = {}
    for view in views:
        location, taken = locations[view.location], _taken(context, view)
        seen = told_about(context, [one.id for one in taken], location).busy
        absent = [*_away(taken, view), *_taken_outside(context, view, taken, busy.get(view.public_id, ()))]
        told = [*_closed(location, view), *(_say(one, words, view) for words, one in absent if one[0].id in seen)]
        if any(one.id not in seen for _words, (one, _times) in absent):
            told.insert(0, _("Not everything that this takes is free at that time."))
        found[view.public_id] = tuple(told[:MOST])
    return found


def _taken(context: Context, view: BookingView) -> list[Resource]:
    """Return what the time that is asked for takes."""
    if view.change is not None and view.change.resource_ids:
        return [context.catalog.resources[one] for one in view.change.resource_ids]
    by_public_id = {one.public_id: one for one in context.catalog.resources.values()}
    return [by_public_id[one.public_id] for one in view.resources]


def _say(one: Absent, words: str, view: BookingView) -> str:
    resource, times = one
    return _(words, resource=resource.name, span=say_span(*times, view.tzid))


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


def _taken_outside(
    context: Context, view: BookingView, taken: Sequence[Resource], busy: Sequence[tuple[int, Instant, Instant]]
) -> Iterator[tuple[str, Absent]]:
    """Yield what imported calendars have in the time that is asked for, with its buffers."""
    service = next(one for one in context.catalog.services.values() if one.public_id == view.service)
    resources, (start, end) = {one.id: one for one in taken}, wished(view)
    start -= service.buffer_before_minutes * MINUTE
    end += service.buffer_after_minutes * MINUTE
    ours = {one for one in busy if one[0] in resources}
    found = {(part, one) for one, *times in ours for part in clip([(times[0], times[1])], start, end)}
    yield from ((BUSY, (resources[one], part)) for part, one in sorted(found))


def _closed(location: Location, view: BookingView) -> Iterator[str]:
    start, end = wished(view)
    first, last = local_date(start, location.tzid), local_date(end - 1, location.tzid)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    for one in location.closures:
        if any(one.first <= day <= one.last for day in days):
            yield _("{location} is closed that day ({name}).", location=location.name, name=one.name)


def _away(taken: Sequence[Resource], view: BookingView) -> Iterator[tuple[str, Absent]]:
    for resource in taken:
        times = [(off.start, off.end) for off in resource.time_off]
        yield from ((AWAY, (resource, part)) for part in clip(times, *wished(view)))
