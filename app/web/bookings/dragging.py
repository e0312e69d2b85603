"""Moving a booking by dragging it in a calendar: where it may go, why not elsewhere, and the drop itself.

All of it is asked by ``static/drag-server.js`` and answered as JSON; the rules are those of the form for moving.
"""

from __future__ import annotations

from datetime import timedelta

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from app.booking.formats import WEEK
from app.booking.refusals import InvalidInput
from app.booking.values import Instant, Interval
from app.booking.wall_clock import day_bounds
from app.operations.change import move
from app.operations.destinations import explain_destination, find_destinations
from app.operations.requests import MoveRequest
from app.texts import _
from app.web.bookings import choices
from app.web.bookings.moving import movable, moved_words, place_of
from app.web.bookings.undoing import undo_offer
from app.web.bookings.when import NOT_OFFERED, read_instant
from app.web.setup.reading import Typed


def places(public_id: str) -> ResponseReturnValue:
    """Answer for some days and each resource of the service the starts to which the booking may move as it is.

    The days are those from ``date`` on, one where ``days`` does not say how many. ``minutes`` has the durations that
    it may have where it stands.
    """
    context, booking = movable(public_id)
    found = find_destinations(context, public_id, *_days(Typed(request.args), booking.tzid))
    return jsonify(places=found.starts, minutes=found.minutes)


def _days(typed: Typed, tzid: str) -> Interval:
    first, days = typed.day("date"), typed.optional_number("days")
    if days is not None and not 1 <= days <= WEEK:
        raise InvalidInput("days", _("Please look at 1 to {most} days at once.", most=WEEK))
    last = first + timedelta(days=(days or 1) - 1)
    return day_bounds(first, tzid)[0], day_bounds(last, tzid)[1]


def why_not(public_id: str) -> ResponseReturnValue:
    """Answer why the booking may not be moved to a start of a resource, in sentences."""
    context, booking = movable(public_id)
    _location, service = place_of(context, booking)
    resource = choices.by_public_id(context.catalog, request.args.get("resource", ""))
    if resource is None:
        problem = _("This person, room or device is not in use any more; please load the page again.")
        raise InvalidInput("resource", problem)
    if not choices.gives(service, resource):
        return jsonify(reasons=[_("{service} does not take {name}.", service=service.name, name=resource.name)])
    start = _start(request.args.get("start", ""))
    return jsonify(reasons=explain_destination(context, public_id, resource.public_id, start).reasons)


def drop(public_id: str) -> ResponseReturnValue:
    """Move the booking to where it was dropped, or give it another duration; answer with a sentence about it.

    ``undo``: what the notice shows that offers to undo it.
    """
    context, booking = movable(public_id)
    typed = Typed(request.form)
    asked = MoveRequest(
        booking=public_id,
        start=_start(typed.text("start")),
        duration_minutes=typed.optional_number("minutes"),
        provider=typed.optional("resource"),
        version=typed.optional_number("version"),
        key=typed.optional("key"),
    )
    moved = move(context, asked)
    return jsonify(said=moved_words(moved, booking), undo=undo_offer(public_id))


def _start(text: str) -> Instant:
    start = read_instant(text)
    if start is None:
        raise InvalidInput("start", _(NOT_OFFERED))
    return start
