"""Bookings that time off is in the way of, who else is free for them, and giving them to somebody else.

A booking is hit when what it takes of the resource, buffers included, overlaps the time off: exactly then the rules
would not let it be made any more. Nothing here decides by itself: each booking is given away by ``move``, one
transaction each, with its rights, refusals, audit entry and mail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from peewee import Expression, ModelSelect

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import JustTaken, NoAssignment, NotAvailable, Refusal, SessionFull, Unavailable
from app.booking.slots import OpenSession, SlotQuery, find_slots, members_of
from app.booking.statuses import MOVABLE
from app.booking.values import MINUTE, Instant, Interval, Resource
from app.operations.change import catalog_for, move
from app.operations.context import Context
from app.operations.extras import extras_of
from app.operations.look_up import get_booking, read_views
from app.operations.requests import MoveRequest
from app.operations.saving import find_row
from app.operations.setup.time_off import get_time_off
from app.operations.views import BookingView, ResourceView
from app.operations.within import bookings_within
from app.storage import displaced, taken
from app.storage.displaced import Hit, Own, near
from app.storage.tables import Booking, TimeOff

MOST = 100
"""So many bookings are listed and given away at once; there are others when these are settled."""

_STATUSES = [status.value for status in MOVABLE]


@dataclass(frozen=True, slots=True)
class Displaced:
    """A booking that time off is in the way of. ``others``: who and what is free for it then; empty: nobody.

    ``may_move``: the actor may give it another time or somebody else.
    """

    booking: BookingView
    others: tuple[ResourceView, ...] = ()
    may_move: bool = False


@dataclass(frozen=True, slots=True)
class DisplacedView:
    """Bookings that a time off hits, by start; ``more``: there are others."""

    bookings: tuple[Displaced, ...]
    more: bool = False

    @property
    def givable(self) -> list[Displaced]:
        """Those that somebody else is free for, and for which no change waits for approval already."""
        return [one for one in self.bookings if one.others and one.booking.change is None]


@dataclass(frozen=True, slots=True)
class Given:
    """What became of giving bookings away: how many are given, how many wait for approval of that.

    ``refused``: why others stay, by public id.
    """

    given: int = 0
    asked: int = 0
    refused: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known about the bookings of one page, read by a fixed number of queries."""

    rows: Mapping[str, Booking]
    busy: Mapping[int, Sequence[Interval]]
    own: Own
    extras: Mapping[int, Collection[int]]
    sessions: Mapping[tuple[int, int], Sequence[OpenSession]]


def count_displaced(context: Context, time_off: Collection[str]) -> dict[str, int]:
    """Return how many bookings each time off (public ids) hits; two queries.

    Only those of which the actor may know that the time is taken, so that a count tells nothing else.
    """

    def count() -> dict[str, int]:
        hits = displaced.find_hits(time_off, context.now)
        query = Booking.select(Booking.id, Booking.session).where(*_hit(context, hits))
        rows = list(query.tuples()) if hits else []
        ids, by_session = {row_id for row_id, _ in rows}, Counter(session for _, session in rows)
        found: Counter[str] = Counter()
        for hit in hits:
            found[hit.time_off] += by_session[hit.session_id] if hit.session_id else hit.booking_id in ids
        return {one: number for one, number in found.items() if number}

    return context.store.read(count)


def find_displaced(context: Context, time_off: str) -> DisplacedView:
    """Return the bookings that a time off (public id) hits and who else is free for each; a fixed number of queries.

    Those of which the actor may not even know that the time is taken are left out.

    Raises:
        NotAllowed, NotFound: as for ``get_time_off``.
    """
    get_time_off(context, time_off)
    return context.store.read(lambda: _find(context, time_off))


def _find(context: Context, time_off: str) -> DisplacedView:
    hits = displaced.find_hits([time_off], context.now)
    if not hits:
        return DisplacedView(())
    query = Booking.select().where(*_hit(context, hits)).order_by(Booking.start_at, Booking.id).limit(MOST + 1)
    rows = list(query)
    ids = [row.id for row in rows[:MOST]]

    def narrow(bookings: ModelSelect) -> ModelSelect:
        return bookings.where(Booking.id.in_(ids)).order_by(Booking.start_at, Booking.id)

    views = read_views(context, narrow)
    away = find_row(TimeOff, "time off", time_off).resource_id
    found = _look_around(context, rows[:MOST], away)
    return DisplacedView(tuple(_displaced(context, view, found, away) for view in views), len(rows) > MOST)


def _hit(context: Context, hits: Collection[Hit]) -> list[Expression]:
    bookings = [one.booking_id for one in hits if one.booking_id is not None]
    sessions = [one.session_id for one in hits if one.session_id is not None]
    found = [Booking.id.in_(bookings) | Booking.session.in_(sessions), Booking.status.in_(_STATUSES)]
    found += [Booking.end_at > context.now]
    within = bookings_within(context, Permission.SEE_BUSY)
    return found if within is None else [*found, within]


def _look_around(context: Context, rows: Sequence[Booking], away: int) -> _Found:
    services = context.catalog.services
    members = {one for row in rows for one in members_of(services[row.service_id].requirements)}
    first = min((row.start_at for row in rows), default=0) - displaced.LONGEST
    last = max((row.end_at for row in rows), default=0) + displaced.LONGEST
    return _Found(
        rows={row.public_id: row for row in rows},
        busy=taken.find_taken(sorted(members - {away}), first, last, context.now),
        own=displaced.find_own(rows),
        extras=extras_of(rows),
        sessions=displaced.find_sessions_at(row.start_at for row in rows if services[row.service_id].capacity > 1),
    )


def _displaced(context: Context, view: BookingView, found: _Found, away: int) -> Displaced:
    if not context.may(Permission.MOVE, view.target) or not context.may(Permission.SEE_TITLES, view.target):
        return Displaced(view)
    row = found.rows[view.public_id]
    candidates = _candidates(context, row, view, away)
    free = [one for one, target in candidates if _is_free(context, row, found, one.id, target)]
    others = sorted(free, key=lambda one: one.name.casefold())
    return Displaced(view, tuple(ResourceView(one.public_id, one.name, one.kind.value) for one in others), True)


def _candidates(context: Context, row: Booking, view: BookingView, away: int) -> list[tuple[Resource, Target]]:
    """Return who could take the place of what is away where the actor may move that, each with how it would be."""
    catalog, has = context.catalog, set(view.target.resource_ids)
    same = [one for one in catalog.services[row.service_id].requirements if away in one.resource_ids]
    found = [catalog.resources[one] for one in sorted(members_of(same) - has)]
    targets = [(one, replace(view.target, resource_ids=(*(has - {away}), one.id))) for one in found if one.active]
    return [(one, target) for one, target in targets if context.may(Permission.MOVE, target)]


def _is_free(context: Context, row: Booking, found: _Found, resource_id: int, target: Target) -> bool:
    """Whether the booking could be where it is with this resource, as the search for free times sees it."""
    catalog, own = catalog_for(context, row, found.extras[row.id]), found.own[row.id]
    start, end = row.start_at - displaced.LONGEST, row.end_at + displaced.LONGEST
    busy = {
        one: [hole for hole in near(holes, start, end) if (one, *hole) not in own] for one, holes in found.busy.items()
    }
    query = SlotQuery(
        row.service_id,
        row.location_id,
        row.start_at,
        row.start_at + 1,
        _minutes(row.start_at, row.end_at),
        resource_id,
        row.seats,
        any_minute=context.may(Permission.BOOK_FOR_OTHERS, target),
    )
    sessions = found.sessions.get((row.service_id, row.location_id), ())
    return bool(find_slots(catalog, query, busy, context.now, sessions=sessions))


def _minutes(start: Instant, end: Instant) -> int:
    return (end - start) // MINUTE


def give(context: Context, booking: str, to: str, version: int | None = None, key: str | None = None) -> BookingView:
    """Give a booking to another resource (public ids) at the same time: one ordinary move of this booking alone.

    ``version``: what the page was filled in with; ``key``: however often it is sent, it is given once.

    Raises:
        Refusal: whatever ``move`` says.
    """
    now = get_booking(context, booking)
    minutes = _minutes(now.start, now.end)
    return move(context, MoveRequest(booking, now.start, minutes, provider=to, version=version, key=key))


def is_given(booking: BookingView, to: str) -> bool:
    """Whether a booking has the resource (public id) now; if not, the change waits for approval."""
    return to in {one.public_id for one in booking.resources}


def give_all(context: Context, time_off: str) -> Given:
    """Give every booking that a time off (public id) hits to somebody who is free, as evenly as it goes.

    Each is a transaction of its own: one that is refused stays where it is, with its last refusal.

    Raises:
        NotAllowed, NotFound: as for ``get_time_off``.
    """
    load: Counter[str] = Counter()
    asked, refused = 0, dict[str, Refusal]()
    for one in find_displaced(context, time_off).givable:
        others = sorted((other.public_id for other in one.others), key=lambda other: load[other])
        try:
            to, booking = _give_to_any(context, one.booking, others)
        except Unavailable:
            raise
        except Refusal as refusal:
            refused[one.booking.public_id] = refusal
        else:
            load[to] += 1
            asked += not is_given(booking, to)
    return Given(load.total() - asked, asked, refused)


def _give_to_any(context: Context, booking: BookingView, others: Sequence[str]) -> tuple[str, BookingView]:
    """Give a booking to the first of these who can still have it, or raise what the last one is refused for."""
    *first, last = others
    for other in first:
        try:
            return other, give(context, booking.public_id, other, booking.version)
        except (JustTaken, NoAssignment, NotAvailable, SessionFull):  # taken meanwhile: the next one may still be free
            continue
    return last, give(context, booking.public_id, last, booking.version)
