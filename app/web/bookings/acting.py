"""Cancelling a booking, and marking what became of it."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, NotAllowed, NotFound, Refusal
from app.booking.words import sentence
from app.operations.accounts.link_again import send_link_again
from app.operations.change import cancel, complete, mark_no_show
from app.operations.context import Context
from app.operations.labels import label_booking
from app.operations.look_up import look_at_booking
from app.operations.presence import check_in
from app.operations.requests import Reach
from app.operations.responsible import make_responsible
from app.operations.views import BookingView
from app.texts import _, plural
from app.web.bookings.detail import render_booking
from app.web.bookings.form import field_of
from app.web.context import current_context
from app.web.errors import status_of
from app.web.setup.reading import Typed

MARKS: dict[str, Callable[[Context, str], BookingView]] = {
    "arrived": check_in,
    "completed": complete,
    "no_show": mark_no_show,
}


def cancel_booking(public_id: str) -> ResponseReturnValue:
    """Cancel a booking, or this and later ones of its series."""
    typed = Typed(request.form)
    reach = read_reach(typed)
    return act(public_id, lambda context: cancel(context, public_id, typed.text("reason"), reach), _cancelled)


def _cancelled(booking: BookingView) -> str:
    if booking.reached == 1:
        return _("Cancelled.")
    return plural(
        "{number} booking of the series is cancelled.",
        "{number} bookings of the series are cancelled.",
        booking.reached,
    )


def mark(public_id: str) -> ResponseReturnValue:
    """Note that the client has arrived, or mark a booking as completed or as a no-show.

    Raises:
        InvalidInput: neither is wished.
    """
    work = MARKS.get(request.form.get("status", ""))
    if work is None:
        problem = _("A booking can be marked as completed or as a no-show; please choose one of them.")
        raise InvalidInput("status", problem)
    return act(public_id, lambda context: work(context, public_id), lambda booking: _("Noted."))


def label(public_id: str) -> ResponseReturnValue:
    """Change the labels of a booking by what was ticked; what somebody else changed meanwhile stays."""
    shown, ticked = set(request.form.getlist("shown")), set(request.form.getlist("label"))
    return act(
        public_id,
        lambda context: label_booking(context, public_id, sorted(ticked - shown), sorted(shown - ticked)),
        lambda booking: _("Labels saved."),
    )


def assign(public_id: str) -> ResponseReturnValue:
    """Make somebody responsible for a booking, or nobody."""
    typed = Typed(request.form)
    user, seen = typed.text("responsible"), typed.text("shown")
    return act(
        public_id,
        lambda context: make_responsible(context, public_id, user, seen),
        lambda booking: _("Saved who is responsible.") if user else _("Nobody is responsible now."),
    )


def send_link(public_id: str) -> ResponseReturnValue:
    """Send the client the link to their booking again."""
    return act(
        public_id, lambda context: send_link_again(context, public_id), lambda booking: _("The mail is on its way.")
    )


def act(
    public_id: str, work: Callable[[Context], BookingView], words: Callable[[BookingView], str]
) -> ResponseReturnValue:
    """Do something to a booking and go back to its page; a refusal is shown there, with what was typed."""
    context = current_context()
    try:
        booking = work(context)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        booking = look_at_booking(context, public_id)
        g.tzid = booking.tzid
        errors = {field_of(refusal): sentence(refusal, booking.tzid)}
        return render_booking(context, booking, errors, request.form.get("reason", "")), status_of(refusal)
    flash(words(booking))
    return redirect(url_for("bookings.show", public_id=public_id))


def read_reach(typed: Typed) -> Reach:
    """Return how far a change of a recurring booking reaches; only this one when nothing else is chosen."""
    wished = typed.text("reach")
    return Reach(wished) if wished in [one.value for one in Reach] else Reach.ONE
