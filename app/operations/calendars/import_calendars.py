"""Reading calendar files as the busy time of one resource."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.values import DAY_MINUTES, MINUTE, Instant
from app.booking.wall_clock import day_bounds
from app.integrations.ics.bounded import BoundedReader
from app.integrations.ics.times import usual_window
from app.integrations.ics.values import Reading, Window
from app.operations.calendars.busy_times import find_resource, replace_busy_times
from app.operations.context import Context
from app.operations.rights import target_of_resource
from app.texts import _

MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Files for one resource (its name or public id). Days are local to the resource, both included; None: as usual."""

    resource: str
    source: str
    files: Sequence[Path]
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What every file gave. ``count`` busy times were written; None: nothing was readable and nothing was changed."""

    resource: str
    files: tuple[tuple[Path, Reading], ...]
    count: int | None


def import_calendars(context: Context, request: ImportRequest) -> ImportResult:
    """Replace the busy times of one source and resource by what the files say.

    What cannot be read is in the result and keeps nothing else from being imported.

    Raises:
        InvalidInput: no such resource, several of that name, or days that cannot be. NotAllowed.
    """
    resource = find_resource(context.catalog, request.resource)
    context.require(Permission.MANAGE_HOURS, target_of_resource(resource))
    window = _window(context.now, resource.tzid, request)
    with BoundedReader() as reader:
        files = tuple((path, reader.read_file(path, window)) for path in request.files)
    if not any(_says_something(reading) for _, reading in files):
        return ImportResult(resource.name, files, None)
    busy = [one for _, reading in files for one in reading.busy]
    return ImportResult(resource.name, files, replace_busy_times(context, resource.public_id, request.source, busy))


def _says_something(reading: Reading) -> bool:
    """An empty calendar says that nothing is busy; a file that could not be read says nothing."""
    return bool(reading.events or reading.ignored or not reading.problems)


def _window(now: Instant, tzid: str, request: ImportRequest) -> Window:
    usual = usual_window(now, tzid)
    start = day_bounds(request.first, tzid)[0] if request.first else usual.start
    end = day_bounds(request.last, tzid)[1] if request.last else usual.end
    if not 0 < end - start <= MOST_DAYS * DAY_MINUTES * MINUTE:
        raise InvalidInput("until", _("Please let the last day come after the first, at most ten years later."))
    return Window(start, end, tzid)
