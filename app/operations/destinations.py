"""Where a booking may be moved, asked while somebody drags it: the starts of a day for each resource, and why not.

By the rules of ``move``: whoever may book for others what it would be then needs no notice, window and grid; the
booking keeps a duration that its service no longer has, and is in no way of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.explain import Explanation, explain
from app.booking.limits import has_limits
from app.booking.refusals import NotFound
from app.booking.rules import Wish
from app.booking.slots import SlotQuery, find_slots, members_of
from app.booking.values import MINUTE, Catalog, Instant, Interval, Location, Service, Taken
from app.operations.approvals.asking import may_ask
from app.operations.change import catalog_for
from app.operations.context import Context
from app.operations.limits import Limited, count_bookings, within_limits
from app.operations.look_up import row_of
from app.operations.looking import told_about
from app.operations.names import provider_id
from app.operations.rights import target_of
from app.operations.slots import Around, check_days
from app.operations.wanted import Wanted
from app.storage import taken
from app.storage.tables import Booking

QUARTER = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Destinations:
    """Starts by the public id of each resource that the service may take; the durations that fit where it stands."""

    starts: Mapping[str, list[Instant]]
    minutes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Moved:
    """A booking that is to be moved, with the set-up that it keeps and what it takes now (``kept``).

    ``as_staff``: the resources with which it would be one that the actor may book for others: without notice, window
    and grid. ``seats_of``: whose seats are free again.
    """

    row: Booking
    catalog: Catalog
    service: Service
    place: Location
    kept: frozenset[int]
    as_staff: frozenset[int]
    seats_of: int | None

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int(self.row.end_at - self.row.start_at) // MINUTE


def find_destinations(context: Context, booking: str, start: Instant, end: Instant) -> Destinations:
    """Return where a booking (public id) may begin in ``[start, end)``; a fixed number of queries.

    For a resource that it has already: where all that it has are free, so that none of them is exchanged. Nothing is
    said of others whose calendars the actor may not see.

    Raises:
        InvalidInput: no stretch of time, or too long a one. NotFound: no such booking. NotAllowed: to move it.
    """
    check_days(start, end)
    return context.store.read(lambda: _find(context, _moved(context, booking), (start, end)))


def _moved(context: Context, booking: str) -> _Moved:
    row = row_of(booking)
    if row is None:
        raise NotFound(kind="booking", reference=booking)
    target = target_of(row)
    context.require(Permission.MOVE, target)
    catalog = catalog_for(context, row)
    service = catalog.services[row.service_id]
    seats_of = None if may_ask(context, row, service) else row.id
    as_staff = _as_staff(context, service, target)
    kept = frozenset(target.resource_ids)
    return _Moved(row, catalog, service, catalog.locations[row.location_id], kept, as_staff, seats_of)


def _as_staff(context: Context, service: Service, target: Target) -> frozenset[int]:
    """Return with which resources in the place of what it has a booking would be one to book for others."""
    kept = set(target.resource_ids)

    def would_be(one: int) -> Target:
        instead = members_of(need for need in service.requirements if one in need.resource_ids)
        return target if one in kept else replace(target, resource_ids={*(kept - instead), one})

    members = members_of(service.requirements)
    return frozenset(one for one in members if context.may(Permission.BOOK_FOR_OTHERS, would_be(one)))


def _find(context: Context, moved: _Moved, within: Interval) -> Destinations:
    row, service = moved.row, moved.service
    members = sorted(members_of(service.requirements))
    around = Around(service, moved.place, members, max(*service.durations_minutes, moved.minutes))
    stretch = min(within[0], row.start_at), max(within[1], row.start_at + 1)
    busy, sessions = around.read(*stretch, context.now, row.id, moved.seats_of)
    query = SlotQuery(service.id, moved.place.id, *within, moved.minutes, None, row.seats)

    def search(asked: SlotQuery, resource: int) -> list[Instant]:
        one = replace(asked, provider_id=resource, any_minute=resource in moved.as_staff)
        return find_slots(moved.catalog, one, busy, context.now, sessions=sessions)

    kept = moved.kept
    seen = kept | set(told_about(context, members, moved.place).busy)
    found = {
        one: [start for start in search(query, one) if one not in moved.as_staff or (start - within[0]) % QUARTER == 0]
        for one in members
        if moved.catalog.resources[one].active
    }
    own = set.intersection(*(set(found[one]) for one in kept if one in found)) if kept & set(found) else set()
    allowed = set(_within_limits(context, moved, sorted({start for starts in found.values() for start in starts})))
    here = replace(query, start=row.start_at, end=row.start_at + 1)
    return Destinations(
        starts={
            moved.catalog.resources[one].public_id: [
                start for start in starts if start in allowed and (one not in kept or start in own)
            ]
            for one, starts in found.items()
            if one in seen
        },
        minutes=tuple(
            minutes
            for minutes in service.durations_minutes
            if all(search(replace(here, duration_minutes=minutes), one) for one in kept if one in found)
        ),
    )


def _within_limits(context: Context, moved: _Moved, starts: list[Instant]) -> list[Instant]:
    if not has_limits(moved.service):
        return starts
    return within_limits(Limited(moved.service, moved.place, context.now, moved.row.id), starts)


def explain_destination(context: Context, booking: str, resource: str, start: Instant) -> Explanation:
    """Say in words why a booking (public id) may not begin at an instant with a resource (public id) of its service.

    Raises:
        NotFound: no such booking or resource. NotAllowed: to move it.
    """
    return context.store.read(lambda: _explain(context, _moved(context, booking), resource, start))


def _explain(context: Context, moved: _Moved, resource: str, start: Instant) -> Explanation:
    service, catalog = moved.service, moved.catalog
    provider = provider_id(catalog, service, resource)
    wish = Wish(service.id, moved.place.id, start, moved.minutes, provider, moved.row.seats)
    before = service.buffer_before_minutes * MINUTE
    after = (moved.minutes + service.buffer_after_minutes) * MINUTE
    conflicts = list(_conflicts(context, moved, (start - before, start + after)))
    counts = count_bookings(Wanted(catalog, service, moved.place, wish), context.now, "", moved.row.id)
    sessions = taken.find_sessions(service.id, moved.place.id, start, start + 1, context.now, moved.seats_of)
    told = told_about(context, members_of(service.requirements), moved.place)
    staff = provider in moved.as_staff
    return explain(catalog, wish, conflicts, context.now, staff=staff, counts=counts, sessions=sessions, told=told)


def _conflicts(context: Context, moved: _Moved, within: Interval) -> Iterator[Taken]:
    """Yield what takes the service's resources, but for what the booking itself does."""
    own = set() if moved.seats_of is None else set(taken.find_own_sessions(moved.seats_of))
    for one in taken.find_conflicts(sorted(members_of(moved.service.requirements)), *within, context.now):
        if one.reference != moved.row.public_id and (one.resource_id, one.start, one.end) not in own:
            yield one
