"""Locations: places with an address and a time zone of their own."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.answers import clean_text
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.saving import Key, Saved, check_name, check_zone, edit, find_row, look, put
from app.operations.telling import Told
from app.storage.tables import Location

MAX_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class LocationDraft:
    """What a form says about a location; an inactive one is offered no more, its bookings stay.

    ``check_in``: clients may tell by a code that they have arrived.
    """

    name: str
    tzid: str
    address: str = ""
    active: bool = True
    check_in: bool = False


def save_location(
    context: Context, draft: LocationDraft, public_id: str | None = None, version: int | None = None
) -> str:
    """Make or change a location and return its public id.

    Raises:
        NotAllowed, NotFound, StaleVersion, InvalidInput.
    """

    def work() -> str:
        values = {
            "name": check_name(Location, draft.name, public_id),
            "tzid": check_zone(draft.tzid),
            "address": clean_text(draft.address, "address", MAX_ADDRESS),
            "active": draft.active,
            "check_in": draft.check_in,
        }
        return str(put(context, Location, "location", Key(public_id, version), values).public_id)

    return edit(context, work, Permission.MANAGE_SETTINGS, Told(Kind.LOCATION, _draft, public_id))


def get_location(context: Context, public_id: str) -> Saved[LocationDraft]:
    """Return one location, or raise NotFound."""
    return look(context, lambda: _saved(find_row(Location, "location", public_id)), Permission.MANAGE_SETTINGS)


def list_locations(context: Context) -> list[Saved[LocationDraft]]:
    """Return all locations by name, active ones first."""
    rows = Location.select().order_by(Location.active.desc(), Location.name)
    return look(context, lambda: [_saved(row) for row in rows], Permission.MANAGE_SETTINGS)


def _saved(row: Location) -> Saved[LocationDraft]:
    draft = LocationDraft(row.name, row.tzid, row.address, row.active, row.check_in)
    return Saved(row.public_id, row.version, draft)


def _draft(public_id: str) -> LocationDraft:
    return _saved(find_row(Location, "location", public_id)).draft
