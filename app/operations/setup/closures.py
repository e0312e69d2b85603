"""Closures: holidays and other dates on which one location, or all of them, are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from peewee import JOIN

from app.booking.answers import clean_line
from app.booking.refusals import InvalidInput
from app.operations.context import Context
from app.operations.setup.saving import MAX_NAME, Key, Saved, check_day, edit, find_row, look, put, remove
from app.storage.tables import Closure, Location

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
        return str(put(context, Closure, "closure", Key(public_id, version), values).public_id)

    return edit(context, work)


def _check_dates(draft: ClosureDraft) -> None:
    check_day(draft.first, "first")
    check_day(draft.last, "last")
    if draft.last < draft.first:
        raise InvalidInput("last", "The last day is before the first day; please exchange or correct them.")
    if draft.last - draft.first > timedelta(days=MAX_DAYS):
        raise InvalidInput("last", "A closure lasts at most one year; please switch the location off instead.")


def remove_closure(context: Context, public_id: str) -> None:
    """Delete a closure; raise NotFound when it is gone already."""
    remove(context, Closure, "closure", public_id)


def get_closure(context: Context, public_id: str) -> Saved[ClosureDraft]:
    """Return one closure, or raise NotFound."""
    return look(context, lambda: _saved(find_row(Closure, "closure", public_id)))


def list_closures(context: Context, since: date) -> list[Saved[ClosureDraft]]:
    """Return the closures that end on ``since`` or later, the next one first."""
    query = Closure.select(Closure, Location).join(Location, JOIN.LEFT_OUTER)
    rows = query.where(Closure.last_day >= since.isoformat()).order_by(Closure.first_day, Closure.name)
    return look(context, lambda: [_saved(row) for row in rows])


def _saved(row: Closure) -> Saved[ClosureDraft]:
    first, last = date.fromisoformat(row.first_day), date.fromisoformat(row.last_day)
    location = None if row.location is None else row.location.public_id
    return Saved(row.public_id, row.version, ClosureDraft(row.name, first, last, location))
