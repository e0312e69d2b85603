"""A list of bookings to be taken out, as a CSV file (RFC 4180), reduced to what its reader may see."""

from __future__ import annotations

from collections.abc import Iterable

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.wall_clock import local
from app.operations.audit.files import csv_line, harmless
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import MASKED, Action, Kind
from app.operations.context import Context
from app.operations.search import BookingSearch, find_bookings
from app.operations.views import BookingView
from app.texts import _

MOST_ROWS = 5000
"""Bookings that one request has the time for."""

COLUMNS = (
    *("booking", "start", "end", "time_zone", "status", "service", "location", "resources", "seats"),
    *("client", "email", "phone", "comment", "labels", "responsible"),
)


def export_bookings(context: Context, search: BookingSearch) -> list[str]:
    """Return the lines of the file, by start; that it was taken out is written down before.

    It holds what the list shows the actor, never answers and notes. ``search.page`` counts for nothing.

    Raises:
        InvalidInput: too many bookings match. NotAllowed. Unavailable: it cannot be written down now, so nothing is
            given out.
    """
    context.require(Permission.EXPORT, Target())
    views = find_bookings(context, search, MOST_ROWS + 1)
    if len(views) > MOST_ROWS:
        problem = _("These are more than {most} bookings; please search for a shorter time.", most=MOST_ROWS)
        raise InvalidInput("last", problem)
    asked = {"start": search.start, "end": search.end, "location": search.location, "labels": search.label}
    asked |= {"responsible": search.responsible}
    asked |= {"status": ", ".join(search.statuses), "text": MASKED if search.text else ""}  # it may be a client's name
    change = Change(after={"count": len(views), **{name: value for name, value in asked.items() if value}})
    context.store.write(lambda: record(context, Action.EXPORTED, Subject(Kind.BOOKING_LIST), change))
    return [csv_line(COLUMNS), *(csv_line(map(harmless, _cells(one))) for one in views)]


def _cells(view: BookingView) -> Iterable[str]:
    """Return a booking's cells in the order of ``COLUMNS``; times are on the clock of the place."""
    return (
        view.public_id,
        local(view.start, view.tzid).isoformat(),
        local(view.end, view.tzid).isoformat(),
        view.tzid,
        view.status,
        view.service_name,
        view.location_name,
        "; ".join(one.name for one in view.resources),
        str(view.seats),
        view.client_name,
        view.client_email,
        view.client_phone,
        view.comment,
        "; ".join(one.name for one in view.labels),
        "" if view.responsible is None else view.responsible.name,
    )
