"""Undoing what one has just done to a booking: the notice that offers it, its form, and the same for the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import g, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from app.operations.look_up import get_booking
from app.operations.undo import undo
from app.operations.undoable import Undoable, find_undoable
from app.operations.views import BookingView
from app.texts import _, mark
from app.web.bookings.acting import act
from app.web.context import current_context, now
from app.web.setup.reading import Typed

DONE: Mapping[str, str] = {
    "moved": mark("Booking moved."),
    "wished": mark("Another time was asked for."),
    "cancelled": mark("Booking cancelled."),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What the notice shows: what was done, where its form goes with which change, and how many seconds are left."""

    said: str
    url: str
    change: str
    seconds: int


def undo_offer(booking: str | None = None) -> Offer | None:
    """Return what whoever is signed in may undo now, of this booking if one is named; for templates."""
    found = find_undoable(current_context(), booking)
    return None if found is None else _offer(found)


def _offer(found: Undoable) -> Offer:
    url = url_for("bookings.undo_change", public_id=found.booking)
    return Offer(_(DONE[found.kind]), url, found.change, found.until - now())


def undo_change(public_id: str) -> ResponseReturnValue:
    """Undo what the form names and go back to the booking's page; a refusal is shown there."""
    change = Typed(request.form).text("change")
    return act(public_id, lambda context: undo(context, public_id, change), _undone)


def undo_by_script(public_id: str) -> ResponseReturnValue:
    """Undo as the form does, from a calendar; answer with a sentence about it."""
    context = current_context()
    g.tzid = get_booking(context, public_id).tzid
    return jsonify(said=_undone(undo(context, public_id, Typed(request.form).text("change"))))


def _undone(booking: BookingView) -> str:
    if booking.status == "requested":
        return _("Undone: the request is as it was before.")
    return _("Undone: the booking is as it was before.")
