"""Closures: holidays and other dates on which one location, or all of them, are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from peewee import JOIN

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.answers import clean_line
from app.booking.refusals import InvalidInput
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.saving import MAX_NAME, Key, Saved, check_day, edit, find_row, look, put, require_all
from app.operations.telling import Told
from app.storage.tables import Closure, Location
from app.texts import _

MAX_DAYS = 366


@dataclass(frozen=True, slots=True)
class ClosureDraft:
    """Closed from ``first`` to ``last``, both included; ``location`` None closes all locations."""

    name: str
    first: date
    last: date
    location: str | None = None


def save_closure(
    context: Context, draft: ClosureDraft, public_id: str | None = None, version: int | None = None
) -> str:
    """Make or change a closure and return its public id; bookings inside it stay until somebody moves them.

    Raises:
        InvalidInput: no name, an end before the start, longer than a year. NotAllowed, NotFound, StaleVersion.
    """

    def work() -> str:
        _check_dates(draft)
        location = None if draft.location is None else find_row(Location, "location", draft.location).id
        values = {
            "name": clean_line(draft.name, "name", MAX_NAME, required=True),
            "first_day": draft.first.isoformat(),
            "last_day": draft.last.isoformat(),
            "location": location,
        }
        require_all(context, Permission.MANAGE_HOURS, [*_as_it_was(public_id), Target(location_id=location)])
        return str(put(context, Closure, "closure", Key(public_id, version), values).public_id)

    return edit(context, work, Permission.MANAGE_HOURS, Told(Kind.CLOSURE, _draft, public_id))


def _as_it_was(public_id: str | None) -> list[Target]:
    """Return what is asked about; a closure of all locations is nobody's who has less than all of them."""
    return [] if public_id is None else [Target(location_id=find_row(Closure, "closure", public_id).location_id)]


def _check_dates(draft: ClosureDraft) -> None:
    check_day(draft.first, "first")
    check_day(draft.last, "last")
    if draft.last < draft.first:
        raise InvalidInput("last", _("The last day is before the first day; please exchange or correct them."))
    if draft.last - draft.first > timedelta(days=MAX_DAYS):
        raise InvalidInput("last", _("A closure lasts at most one year; please switch the location off instead."))


def remove_closure(context: Context, public_id: str) -> None:
    """Delete a closure; raise NotFound when it is gone already."""

    def work() -> None:
        require_all(context, Permission.MANAGE_HOURS, _as_it_was(public_id))
        find_row(Closure, "closure", public_id).delete_instance()

    edit(context, work, Permission.MANAGE_HOURS, Told(Kind.CLOSURE, _draft, public_id))


def get_closure(context: Context, public_id: str) -> Saved[ClosureDraft]:
    """Return one closure, or raise NotFound."""

    def work() -> Saved[ClosureDraft]:
        require_all(context, Permission.MANAGE_HOURS, _as_it_was(public_id))
        return _saved(find_row(Closure, "closure", public_id))

    return look(context, work, Permission.MANAGE_HOURS)


def list_closures(context: Context, since: date) -> list[Saved[ClosureDraft]]:
    """Return the closures that the actor may edit and that end on ``since`` or later, the next one first."""
    query = Closure.select(Closure, Location).join(Location, JOIN.LEFT_OUTER)
    rows = query.where(Closure.last_day >= since.isoformat()).order_by(Closure.first_day, Closure.name)

    def work() -> list[Saved[ClosureDraft]]:
        mine = [row for row in rows if context.may(Permission.MANAGE_HOURS, Target(location_id=row.location_id))]
        return [_saved(row) for row in mine]

    return look(context, work, Permission.MANAGE_HOURS)


def _saved(row: Closure) -> Saved[ClosureDraft]:
    first, last = date.fromisoformat(row.first_day), date.fromisoformat(row.last_day)
    location = None if row.location is None else row.location.public_id
    return Saved(row.public_id, row.version, ClosureDraft(row.name, first, last, location))


def _draft(public_id: str) -> ClosureDraft:
    return _saved(find_row(Closure, "closure", public_id)).draft
