"""What has changed in the calendars since the last look: for the process that tells open pages to look again.

Every change but one is an entry of the audit log, written in its own transaction; the exception are bookings that are
only held, which are compared with those of the last look. PostgreSQL gives numbers out before it commits, so an entry
may appear after a later one: the numbers that are missing are asked for again until nobody can write them any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from app.booking.values import Instant
from app.operations.audit.words import Action, Kind
from app.operations.calendars.live_bookings import EVERYWHERE, Days, Told, days_of, merge
from app.storage.news import Entry, entries_between, find_news, newest_entry
from app.storage.store import Store
from app.storage.tables import Booking, Client

MISSING_SECONDS = 120
"""For so long a number may come late: a transaction that does nothing ends after 60 s, a statement after 15 s."""
LOOK_BACK = 500
"""Numbers before the newest one that are looked at when a process starts."""
MOST_MISSING = 2000

_SILENT = frozenset({Action.LOOKED, Action.STEP_APPROVED})
_SETUP = frozenset(
    {Kind.LOCATION, Kind.RESOURCE, Kind.SERVICE, Kind.CLOSURE, Kind.TIME_OFF, Kind.LOCATION_HOURS, Kind.RESOURCE_HOURS}
)


@dataclass(frozen=True, slots=True)
class Position:
    """How far somebody has looked. ``missing``: numbers before ``last`` that nobody has seen, and since when.

    ``held``: what each booking that is held concerns, by row id.
    """

    last: int
    missing: Mapping[int, Instant] = field(default_factory=dict)
    held: Mapping[int, Days] = field(default_factory=dict)


def first_position(store: Store, now: Instant) -> Position:
    """Return where to begin; entries that are just being written are not lost.

    Raises:
        Unavailable: the database cannot be used now.
    """

    def begin() -> Position:
        last = newest_entry()
        seen = entries_between(last - LOOK_BACK, last)
        first = min(seen, default=last)
        _, held = find_news(last, (), now)
        return Position(last, _gaps(first - 1, seen, now), _of_bookings(store, held))

    return store.read(begin)


def look(store: Store, position: Position, now: Instant) -> tuple[Position, Days]:
    """Return what has changed since a position, and the next one; one query where nothing has.

    Raises:
        Unavailable: the database cannot be used now.
    """
    return store.read(lambda: _look(store, position, now))


def _look(store: Store, position: Position, now: Instant) -> tuple[Position, Days]:
    entries, held = find_news(position.last, position.missing, now)
    if not entries and held == position.held.keys() and not position.missing:
        return position, {}
    numbers = {entry.id for entry in entries}
    came = _of_bookings(store, held - position.held.keys())
    went = [days for row_id, days in position.held.items() if row_id not in held]
    still = {row_id: days for row_id, days in position.held.items() if row_id in held}
    missing = {
        number: since
        for number, since in position.missing.items()
        if number not in numbers and now < since + MISSING_SECONDS
    }
    missing |= _gaps(position.last, numbers, now)
    further = Position(max(numbers | {position.last}), missing, still | came)
    return further, merge([*went, *came.values(), _of_entries(store, entries)])


def _gaps(after: int, numbers: Collection[int], now: Instant) -> dict[int, Instant]:
    """Return the numbers after one that somebody has been given and that are not there; too many are no gap."""
    last = max(numbers, default=after)
    if last - after - len(numbers) > MOST_MISSING:
        return {}
    return {number: now for number in range(after + 1, last) if number not in numbers}


def _of_bookings(store: Store, row_ids: Collection[int]) -> dict[int, Days]:
    if not row_ids:
        return {}
    return days_of(store.catalog(), list(Booking.select().where(Booking.id.in_(list(row_ids)))), {})


def _of_entries(store: Store, entries: Iterable[Entry]) -> Days:
    """Return what entries of the audit log concern."""
    told = [entry for entry in entries if entry.action not in _SILENT]
    booked: dict[str, list[Told]] = {}
    for entry in told:
        if entry.kind == Kind.BOOKING:
            booked.setdefault(entry.reference, []).append(Told(entry.before, entry.after))
    corrected = [one.reference for one in told if one.kind == Kind.CLIENT and one.action == Action.CHANGED]
    found = [_of_whole(store, entry) for entry in told]
    if booked or corrected:
        rows = list(Booking.select().where(_named(booked.keys(), corrected)))
        found += days_of(store.catalog(), rows, booked).values()
    return merge(found)


def _named(bookings: Collection[str], clients: Collection[str]) -> object:
    """Return the condition for these bookings and those of these clients, both by public ids."""
    theirs = Client.select(Client.id).where(Client.public_id.in_(list(clients)))
    return Booking.public_id.in_(list(bookings)) | Booking.client.in_(theirs)


def _of_whole(store: Store, entry: Entry) -> Days:
    """Return what an entry concerns whole: the set-up, busy times of other calendars, clients that were taken out."""
    if entry.action == Action.BUSY_TIMES_IMPORTED:
        return _of_resource(store, entry.reference)
    if entry.action in (Action.ERASED, Action.ANONYMISED) or entry.kind in _SETUP:
        return {EVERYWHERE: None}
    return {}


def _of_resource(store: Store, public_id: str) -> Days:
    """Return where a person, room or device is seen: at its location, or at any."""
    catalog = store.catalog()
    places = {one.location_id for one in catalog.resources.values() if one.public_id == public_id}
    place = places.pop() if places else None
    return {EVERYWHERE if place is None else catalog.locations[place].public_id: None}
