"""Clients tell by the code of their booking that they have arrived; the code is made of the booking and the secret key.

Nothing of it is stored. Should two bookings of one place ever have the same code at the same hour, it is nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest

from app.booking.doors import CODE_LENGTH, EARLY_BY_CODE, code_of, typed_code
from app.booking.refusals import InvalidInput, NotFound
from app.booking.statuses import Status
from app.booking.values import Instant, Location, ResourceKind
from app.operations import records
from app.operations.accounts.throttle import check_codes, count_wrong_code, know_desk
from app.operations.context import Context
from app.operations.links import check_in_digest
from app.operations.names import get_location
from app.operations.presence import LONGEST_SECONDS, note_arrival
from app.storage.tables import Booking
from app.texts import _


class WrongCode(InvalidInput):
    """A code that is no booking's now: mistyped, too early, or guessed."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a client who has checked in is told: what for, when, and where to go; never who they are."""

    service: str
    start: Instant
    end: Instant
    tzid: str
    location: str
    rooms: tuple[str, ...]


def code_for(secret: bytes, booking: str) -> str:
    """Return the code of a booking (its public id)."""
    return code_of(check_in_digest(secret, booking))


def check_in_page(context: Context, location: str) -> Location:
    """Return the location whose clients check in by a code.

    Raises:
        NotFound: there is no such place, or nobody checks in there.
    """
    found = get_location(context.catalog, location)
    if not found.check_in:
        raise NotFound(kind="location", reference=location)
    return found


def check_in_by_code(context: Context, location: str, typed: str, secret: bytes) -> Arrival:
    """Note that the client whose code was typed has arrived; a second time nothing happens.

    Raises:
        InvalidInput: it is no code. WrongCode: none of a booking that begins within an hour or is running.
        TooOften: too many wrong ones from this address, or at this place. NotFound: as for ``check_in_page``.
    """
    place, code = check_in_page(context, location), typed_code(typed)
    if len(code) != CODE_LENGTH:
        raise InvalidInput("code", _("A code has {length} letters and digits.", length=CODE_LENGTH))
    if context.source is not None:
        check_codes(context.store, context.source, location, context.now)
    found = [one for one in _awaited(context, place) if compare_digest(code_for(secret, one).encode(), code.encode())]
    if len(found) != 1:
        if context.source is not None:
            count_wrong_code(context.store, context.source, location, context.now)
        problem = _("No booking here has this code now. You can check in from an hour before; else please ask us.")
        raise WrongCode("code", problem)
    return context.store.write(lambda: _arrive(context, found[0]))


def _awaited(context: Context, place: Location) -> list[str]:
    """Return the public ids of the bookings to which clients may check in now."""
    query = Booking.select(Booking.public_id).where(
        Booking.location == place.id,
        Booking.status == Status.CONFIRMED.value,
        Booking.start_at > context.now - LONGEST_SECONDS,
        Booking.start_at <= context.now + EARLY_BY_CODE,
        Booking.end_at > context.now,
    )
    return context.store.read(lambda: [row.public_id for row in query])


def _arrive(context: Context, booking: str) -> Arrival:
    row = records.get_locked(booking)
    note_arrival(context, row, EARLY_BY_CODE)
    catalog = context.catalog
    location = catalog.locations[row.location_id]
    if context.source is not None:
        know_desk(context.source, location.public_id, context.now)
    taken = [catalog.resources[one] for one in records.resource_ids(row)]
    rooms = tuple(one.name for one in taken if one.kind is ResourceKind.ROOM)
    return Arrival(catalog.services[row.service_id].name, row.start_at, row.end_at, location.tzid, location.name, rooms)
