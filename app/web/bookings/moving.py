"""Moving a booking: free times of a date, then the new time for this one, the following, or all of its series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking.refusals import InvalidTransition, NotAllowed, NotFound, Refusal
from app.booking.statuses import MOVABLE
from app.booking.values import MINUTE, Location, Service
from app.operations.change import move
from app.operations.context import Context
from app.operations.look_up import get_booking
from app.operations.requests import MoveRequest
from app.operations.views import BookingView
from app.texts import _, plural
from app.web.bookings import choices
from app.web.bookings.acting import read_reach
from app.web.bookings.form import Fields, Filled, free_times, new_key, refused
from app.web.bookings.when import day_words, put_start, read_start
from app.web.context import current_context
from app.web.errors import status_of
from app.web.setup.reading import Typed
from app.web.targets import own_path
from app.web.times import span_text


def show(public_id: str) -> str:
    """Show the form with the free times of the date that the address names, at first the booking's own."""
    context, booking = movable(public_id)
    fields: Fields = MultiDict()
    put_start(fields, booking.start, booking.tzid)
    fields["time"] = ""  # chosen is nothing yet, the present time least of all
    fields["duration"] = str((booking.end - booking.start) // MINUTE)
    fields["version"] = str(booking.version)
    for name in ("date", "duration", "provider"):
        fields[name] = request.args.get(name, fields.get(name, ""))
    fields["back"] = request.args.get("back", "")
    return _page(context, booking, Filled(fields))


def save(public_id: str) -> ResponseReturnValue:
    """Move the booking, as far as the chosen reach goes."""
    context, booking = movable(public_id)
    typed = Typed(request.form)
    try:
        moved = move(context, _read(booking, typed))
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return _page(context, booking, refused(Filled(request.form), refusal, booking.tzid)), status_of(refusal)
    flash(moved_words(moved, booking))
    return redirect(own_path(typed.text("back")) or url_for("bookings.show", public_id=public_id))


def moved_words(moved: BookingView, before: BookingView) -> str:
    """Say what became of a move; whoever may not approve only asks for the new times of some services."""
    if moved.change is not None and moved.change != before.change:
        return plural(
            "The new time waits for approval; until then nothing is moved.",
            "{number} new times wait for approval; until then nothing is moved.",
            moved.reached,
        )
    when = span_text(moved.start, moved.end, moved.tzid)
    return plural("Moved to {when}.", "{number} bookings are moved, this one to {when}.", moved.reached, when=when)


def movable(public_id: str) -> tuple[Context, BookingView]:
    """Return the booking that is to be moved.

    Raises:
        NotAllowed, NotFound. InvalidTransition: it has ended or was cancelled.
    """
    context = current_context()
    booking = get_booking(context, public_id)
    g.tzid = booking.tzid
    context.require(Permission.MOVE, booking.target)
    if booking.status not in MOVABLE:
        raise InvalidTransition(booking.status, "moved")
    return context, booking


def _read(booking: BookingView, typed: Typed) -> MoveRequest:
    return MoveRequest(
        booking=booking.public_id,
        start=read_start(typed, booking.tzid),
        duration_minutes=typed.optional_number("duration"),
        provider=typed.optional("provider"),
        reach=read_reach(typed),
        override=typed.flag("override"),
        override_reason=typed.text("override_reason"),
        version=typed.optional_number("version"),
        key=typed.optional("key"),
    )


def _page(context: Context, booking: BookingView, filled: Filled) -> str:
    location, service = place_of(context, booking)
    typed = Typed(filled.fields)
    shown: Mapping[str, Any] = {
        "durations": _durations(service, typed.text("duration")),
        "providers": [("", _("As now, else whoever is free")), *_people(context, service, location)],
        "free": free_times(context, service, location, typed, booking),
    }
    return render_template(
        "bookings/move.html",
        booking=booking,
        when=span_text(booking.start, booking.end, booking.tzid),
        shown_day=day_words(typed),
        filled=filled,
        fields=filled.fields,
        errors=filled.errors,
        may_override=context.may(Permission.OVERRIDE_RULES, booking.target),
        key=new_key(),
        back=own_path(typed.text("back")),
        **shown,
    )


def place_of(context: Context, booking: BookingView) -> tuple[Location, Service]:
    """Return where a booking is, and of what."""
    catalog = context.catalog
    location = next(one for one in catalog.locations.values() if one.public_id == booking.location)
    return location, next(one for one in catalog.services.values() if one.public_id == booking.service)


def _people(context: Context, service: Service, location: Location) -> choices.Options:
    return choices.provider_options(context.catalog, service, location)[1:]


def _durations(service: Service, chosen: str) -> choices.Options:
    """Return the service's durations, and the booking's own where that was set before the service changed."""
    options = choices.duration_options(service)
    if chosen in dict(options) or not (chosen.isascii() and chosen.isdigit()):
        return options
    return [(chosen, _("{number} min (as now)", number=chosen)), *options]
