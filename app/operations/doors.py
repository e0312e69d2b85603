"""The page beside a room: how the room stands, who has it now and next, and what whoever stands there may do.

Nobody there is known, so the page tells when the room is taken, with its owner's word also for which service, and never
who has it. What may be done is little: book one service on the spot, check in, end what was booked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.booking.doors import (
    EARLY_AT_DOOR,
    MOST_DURATIONS,
    Standing,
    can_be_booked_at,
    is_shown_still,
    may_check_in,
    place_at,
    standing,
    whole_minute,
)
from app.booking.hours import availability
from app.booking.refusals import InvalidInput, NotFound, Unavailable
from app.booking.rules import Wish, find_refusals
from app.booking.statuses import Status, check_transition
from app.booking.values import Cause, Instant, Interval, Location, Resource, Service, Taken
from app.booking.wall_clock import day_bounds, local_date
from app.operations import records
from app.operations.accounts.throttle import count_at_door
from app.operations.audit.bookings import tell_booked
from app.operations.audit.words import Action
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.placing import choose
from app.operations.presence import give_back_rest, note_arrival
from app.operations.wanted import Wanted
from app.storage import door_tables, taken
from app.storage.tables import Booking, GroupSession
from app.texts import _

HALF_DAY = 12 * 3600
NOTE_EVERY_SECONDS = 60
"""That a page is shown is written so often, though it is fetched every half minute."""


@dataclass(frozen=True, slots=True)
class Door:
    """A page beside a resource, opened by its address. ``service``: what may be booked there, and ``location`` where.

    Both are None where nothing may be booked (any more).
    """

    public_id: str
    resource: Resource
    service: Service | None
    location: Location | None
    with_titles: bool
    release_after_minutes: int | None
    shown_at: Instant = 0

    @property
    def tzid(self) -> str:
        """The zone of the clock on the page."""
        return self.resource.tzid if self.location is None else self.location.tzid


@dataclass(frozen=True, slots=True)
class DoorEntry:
    """One time at which the room is taken. ``title``: empty where it is not told; ``booking``: the public id.

    ``is_awaited``: somebody may check in to it now; ``can_end``: it was booked here, and is running.
    """

    start: Instant
    end: Instant
    title: str = ""
    booking: str = ""
    has_checked_in: bool = False
    is_awaited: bool = False
    can_end: bool = False


@dataclass(frozen=True, slots=True)
class DoorView:
    """What the page shows: how the room stands, the rest of the day in order, the minutes that may be booked now."""

    door: Door
    standing: Standing
    entries: tuple[DoorEntry, ...]
    durations: tuple[int, ...]


def open_door(context: Context, public_id: str) -> Door:
    """Return the page that an address leads to.

    Raises:
        NotFound: it was ended, has another address, or its resource is switched off.
    """
    row: door_tables.Door | None = context.store.read(
        lambda: door_tables.Door.get_or_none(door_tables.Door.public_id == public_id)
    )
    catalog = context.catalog
    resource = None if row is None else catalog.resources[row.resource_id]
    if row is None or resource is None or not resource.active:
        raise NotFound(kind="link", reference="")
    service = None if row.service_id is None else catalog.services[row.service_id]
    if service is not None and not can_be_booked_at(catalog, resource, service):
        service = None
    place = resource.location_id if service is None else place_at(resource, service)
    location = None if place is None else catalog.locations[place]
    titles, minutes = bool(row.with_titles), row.release_after_minutes
    return Door(row.public_id, resource, service, location, titles, minutes, row.shown_at)


def note_shown(context: Context, door: Door) -> None:
    """Note that the page is shown now, as release counts only while it is; what cannot be written is left out."""

    def work() -> None:
        row = door_tables.Door.get_or_none(door_tables.Door.public_id == door.public_id)
        if row is not None:
            since = row.shown_since if is_shown_still(row.shown_at, context.now) else context.now
            same = door_tables.Door.id == row.id
            door_tables.Door.update(shown_since=since, shown_at=context.now).where(same).execute()

    if door.shown_at + NOTE_EVERY_SECONDS <= context.now:
        with suppress(Unavailable):  # the page is shown also by a database that nothing can be written to now
            context.store.write(work)


def look_at_door(context: Context, door: Door) -> DoorView:
    """Return what the page shows at this moment; a fixed number of queries."""
    end_of_day = day_bounds(local_date(context.now, door.tzid), door.tzid)[1]
    horizon = max(end_of_day, context.now + HALF_DAY)
    minute = whole_minute(context.now)

    def look() -> tuple[list[Taken], dict[str, Booking], dict[str, int]]:
        found = taken.find_conflicts((door.resource.id,), minute - HALF_DAY, horizon, context.now)
        return found, _bookings(found), _sessions(found)

    found, bookings, sessions = context.store.read(look)
    entries = [_entry(context, door, one, bookings, sessions) for one in found]
    today = [one for one in entries if context.now < one.end and one.start < end_of_day]
    shown = {(one.start, one.end, one.booking): one for one in today}  # what takes a booking may be in several parts
    spans = [(one.start, one.end) for one in found]
    return DoorView(
        door,
        standing(spans, _opened(context, door, minute, horizon), context.now, horizon),
        tuple(sorted(shown.values(), key=lambda one: (one.start, one.end))),
        tuple(_durations(context, door, spans)),
    )


def _bookings(found: Sequence[Taken]) -> dict[str, Booking]:
    ids = [one.reference for one in found if one.cause is Cause.BOOKING]
    return {row.public_id: row for row in Booking.select().where(Booking.public_id.in_(ids))} if ids else {}


def _sessions(found: Sequence[Taken]) -> dict[str, int]:
    """Return the service of each group session by its public id."""
    ids = [one.reference for one in found if one.cause is Cause.SESSION]
    query = GroupSession.select(GroupSession.public_id, GroupSession.service).where(GroupSession.public_id.in_(ids))
    return dict(query.tuples()) if ids else {}


def _entry(
    context: Context, door: Door, one: Taken, bookings: dict[str, Booking], sessions: dict[str, int]
) -> DoorEntry:
    start, end = one.booked or (one.start, one.end)
    row = bookings.get(one.reference) if one.cause is Cause.BOOKING else None
    service_id = sessions.get(one.reference) if row is None else row.service_id
    title = context.catalog.services[service_id].name if door.with_titles and service_id is not None else ""
    if row is None or one.booked is None or row.status != Status.CONFIRMED:
        return DoorEntry(start, end, title)
    has_come = row.checked_in_at is not None
    return DoorEntry(
        start,
        end,
        title,
        row.public_id,
        has_checked_in=has_come,
        is_awaited=not has_come and may_check_in((start, end), context.now, EARLY_AT_DOOR),
        can_end=bool(row.at_door) and start <= context.now < end,
    )


def _opened(context: Context, door: Door, start: Instant, end: Instant) -> list[Interval]:
    """Return when the room can be had; a device that is at no certain place always."""
    if door.location is None:
        return [(start, end)]
    return availability(context.catalog, door.resource.id, door.location.id, start, end)


def _durations(context: Context, door: Door, spans: Sequence[Interval]) -> Iterator[int]:
    """Yield the durations that may be booked from this minute on, by the same rules as any booking."""
    if door.service is None or door.location is None:
        return
    for minutes in sorted(door.service.durations_minutes)[:MOST_DURATIONS]:
        wish = Wish(door.service.id, door.location.id, whole_minute(context.now), minutes)
        if not find_refusals(context.catalog, wish, {door.resource.id: spans}, context.now, staff=True):
            yield minutes


def book_now(context: Context, door: Door, minutes: int) -> str:
    """Book the room from this minute on, for nobody known; return the booking's public id.

    Raises:
        JustTaken: somebody was faster. TooOften: from this address or at this door.
        Refusal: any other rule that says no. InvalidInput: nothing can be booked here, or not so long.
    """
    service, location = door.service, door.location
    if service is None or location is None:
        raise InvalidInput("minutes", _("Nothing can be booked at this door any more."))
    if minutes not in service.durations_minutes:
        raise InvalidInput("minutes", _("Please choose one of the durations that are offered."))
    wish = Wish(service.id, location.id, whole_minute(context.now), minutes)
    wanted = Wanted(context.catalog, service, location, wish, by_staff=True)

    def work() -> str:
        expire(context)
        place = choose(context, wanted)
        row = records.add_booking(context, wanted, place, records.Draft(Status.CONFIRMED))
        row.checked_in_at, row.at_door = context.now, True
        Booking.update(checked_in_at=context.now, at_door=True).where(Booking.id == row.id).execute()
        tell_booked(context, row, place.resource_ids)
        count_at_door(context.source, door.public_id, context.now)
        return str(row.public_id)

    return context.store.write(work)


def check_in_at_door(context: Context, door: Door, booking: str) -> None:
    """Check in to a booking of this room; a second time nothing happens.

    Raises:
        NotFound: it is none of this room's. InvalidInput: it is not confirmed, too early or over. TooOften.
    """

    def work() -> None:
        note_arrival(context, _locked_here(door, booking), EARLY_AT_DOOR)
        count_at_door(context.source, door.public_id, context.now)

    context.store.write(work)


def end_now(context: Context, door: Door, booking: str) -> None:
    """End what was booked here and is running; the rest of its time is free again.

    Raises:
        NotFound: nothing of the kind was booked here. InvalidTransition: it is not confirmed any more. TooOften.
    """

    def work() -> None:
        expire(context)
        row = _locked_here(door, booking)
        if not row.at_door or not row.start_at <= context.now < row.end_at:
            raise NotFound(kind="booking", reference=booking)
        check_transition(Status(row.status), Status.COMPLETED)
        give_back_rest(context, row, Status.COMPLETED, Action.COMPLETED)
        count_at_door(context.source, door.public_id, context.now)

    context.store.write(work)


def _locked_here(door: Door, booking: str) -> Booking:
    row = records.get_locked(booking)
    if row.session_id is not None or door.resource.id not in records.resource_ids(row):
        raise NotFound(kind="booking", reference=booking)
    return row
