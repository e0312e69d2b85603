"""Moving a booking by dragging it in the calendar of a day: where it may go, why not elsewhere, and the drop itself.

All of it is asked by ``static/drag.js`` and answered as JSON; the rules are those of the form for moving.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput
from app.booking.values import MINUTE, Instant, Resource, Service
from app.booking.wall_clock import day_bounds
from app.operations.change import move
from app.operations.context import Context
from app.operations.requests import MoveRequest
from app.operations.slots import explain_time, find_slots
from app.operations.views import BookingView
from app.texts import _
from app.web.bookings import choices
from app.web.bookings.moving import movable, moved_words, place_of
from app.web.bookings.when import NOT_OFFERED, read_instant
from app.web.setup.reading import Typed


def places(public_id: str) -> ResponseReturnValue:
    """Answer for a date and each resource of the service the starts to which the booking may move as long as it is.

    ``minutes`` has the durations that it may have where it stands.
    """
    context, booking = movable(public_id)
    start, end = day_bounds(Typed(request.args).day("date"), booking.tzid)
    _location, service = place_of(context, booking)
    return jsonify(
        version=booking.version,
        places={one.public_id: _starts(context, booking, one, (start, end)) for one in _resources(context, service)},
        minutes=list(_durations(context, booking, service)),
    )


def _resources(context: Context, service: Service) -> Iterator[Resource]:
    """Yield whoever gives the service, and whatever it may take."""
    for one in context.catalog.resources.values():
        if one.active and choices.gives(service, one):
            yield one


def _starts(
    context: Context, booking: BookingView, resource: Resource, within: tuple[Instant, Instant], minutes: int = 0
) -> list[Instant]:
    return find_slots(
        context,
        booking.service,
        booking.location,
        *within,
        duration_minutes=minutes or (booking.end - booking.start) // MINUTE,
        provider=resource.public_id,
        seats=booking.seats,
        ignore_booking=booking.public_id,
    )


def _durations(context: Context, booking: BookingView, service: Service) -> Iterator[int]:
    """Yield the durations that the booking may have at its start, with whom it has."""
    taken = {one.public_id for one in booking.resources}
    kept = [one for one in _resources(context, service) if one.public_id in taken]
    stays = booking.start, booking.start + 1
    for minutes in service.durations_minutes:
        if all(_starts(context, booking, one, stays, minutes) for one in kept):
            yield minutes


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
    found = explain_time(
        context,
        booking.service,
        booking.location,
        _start(request.args.get("start", "")),
        duration_minutes=(booking.end - booking.start) // MINUTE,
        provider=resource.public_id,
        ignore_booking=booking.public_id,
    )
    return jsonify(reasons=list(found.reasons))


def drop(public_id: str) -> ResponseReturnValue:
    """Move the booking to where it was dropped, or give it another duration; answer with a sentence about it."""
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
    return jsonify(said=moved_words(moved, booking))


def _start(text: str) -> Instant:
    start = read_instant(text)
    if start is None:
        raise InvalidInput("start", _(NOT_OFFERED))
    return start
