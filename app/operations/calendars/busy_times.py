"""Busy times of outside calendars: those of one source and resource are exchanged as a whole."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from app.access.permissions import Permission
from app.booking.answers import clean_line
from app.booking.refusals import InvalidInput
from app.booking.values import Catalog, Resource
from app.integrations.ics.values import Busy
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.names import get_resource
from app.operations.rights import target_of_resource
from app.storage.statements import insert_rows
from app.storage.tables import BusyTime
from app.texts import _

MAX_SOURCE = 100
_AT_ONCE = 500


def find_resource(catalog: Catalog, name: str) -> Resource:
    """Return the one active person, room or device of this name; capitals do not matter, a public id will do too.

    Raises:
        InvalidInput: nothing has this name (with the closest that there are), or several have.
    """
    active = [one for one in catalog.resources.values() if one.active]
    wanted = name.strip().casefold()
    exact = [one for one in active if name.strip() in (one.public_id, one.name)]
    found = exact or [one for one in active if one.name.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(sorted(f"{one.public_id} ({one.kind.value})" for one in found))
        raise InvalidInput(
            "resource", _("Several are called {name}; please give one of these ids: {ids}.", name=name, ids=ids)
        )
    close = _closest(active, wanted)
    if close:
        raise InvalidInput("resource", _("Nothing is called {name}. Did you mean {names}?", name=name, names=close))
    raise InvalidInput(
        "resource",
        _(
            "Nothing is called {name}. Please give the name of a person, room or device as it is in the set-up.",
            name=name,
        ),
    )


def _closest(active: Sequence[Resource], wanted: str) -> str:
    """Return the names that are most like this one, with "or" between them; nothing where none is."""
    by_name = {one.name.casefold(): one.name for one in active}
    close = difflib.get_close_matches(wanted, by_name, n=5, cutoff=0.5)
    close += [key for key in by_name if wanted and wanted in key and key not in close][:5]
    return _(" or ").join(by_name[key] for key in close)


def replace_busy_times(context: Context, resource: str, source: str, busy: Sequence[Busy]) -> int:
    """Exchange all busy times that a resource has from one source for these, in one transaction; return how many.

    Bookings stay as they are: a busy time over a booking is a conflict that people have to solve.

    Raises:
        NotAllowed. NotFound: no such resource. InvalidInput: a source without a name.
    """
    found = get_resource(context.catalog, resource)
    row_id = found.id
    context.require(Permission.MANAGE_HOURS, target_of_resource(found))
    source = clean_line(source, "source", MAX_SOURCE, required=True)
    columns = ("resource_id", "source", "start_at", "end_at", "uid", "title")
    rows = [dict(zip(columns, (row_id, source, one.start, one.end, one.uid, one.title), strict=True)) for one in busy]

    def work() -> None:
        BusyTime.delete().where(BusyTime.resource == row_id, BusyTime.source == source).execute()
        for first in range(0, len(rows), _AT_ONCE):
            insert_rows("busy_time", rows[first : first + _AT_ONCE])
        came = Change(after={"source": source, "busy_times": len(rows)})
        record(context, Action.BUSY_TIMES_IMPORTED, Subject(Kind.RESOURCE, found.public_id), came)

    context.store.write(work)
    return len(rows)
