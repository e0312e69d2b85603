"""The addresses behind a manage link. Looking changes nothing, however often mail scanners look; buttons do."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hmac import compare_digest

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.approvals import foresee
from app.booking.doors import shown_code
from app.booking.refusals import InvalidInput, InvalidTransition, JustTaken, Refusal, Unavailable
from app.booking.statuses import Status
from app.booking.words import sentence
from app.look.features import Feature
from app.operations.book import accept_offer
from app.operations.calendars.calendar_file import write_calendar_file
from app.operations.change import cancel as cancel_booking
from app.operations.change import move as move_booking
from app.operations.check_in_codes import code_for
from app.operations.letters.booking_letters import FILE_NAME
from app.operations.letters.letterhead import Letterhead
from app.operations.links import done_mark
from app.operations.requests import MoveRequest
from app.operations.views import BookingView
from app.texts import _, mark
from app.web.access import public
from app.web.context import site
from app.web.errors import answer_refusal, status_of
from app.web.features import has_feature
from app.web.opened import Opened, open_booking
from app.web.public.selection import NO_START, Selection, read_selection
from app.web.public.week import week_of
from app.web.security import visitor_form
from app.web.times import moment_text

blueprint = Blueprint("manage", __name__, url_prefix="/manage/<token>")
MAX_KEY = 64
DONE = {
    "moved": mark("Your booking has been moved. The new time is below and on its way to you by mail."),
    "asked": mark(
        "Your wish for another time has arrived. The old time stays yours until we have confirmed the new one."
    ),
    "cancelled": mark("Your booking has been cancelled. A mail that says so is on its way to you."),
    "accepted": mark("The time is yours. A confirmation is on its way to you by mail."),
}


@blueprint.get("")
@public
def show(token: str) -> str:
    """Show the booking and what may be done with it."""
    return _page(open_booking(token))


@blueprint.get("/booking.ics")
@public
def calendar_file(token: str) -> Response:
    """Give the booking as a file for the client's own calendar."""
    opened, config = open_booking(token), site().config
    head = Letterhead(config.base_url, config.mail_from, config.secret_key)
    content = write_calendar_file(opened.context, opened.booking.public_id, head)
    answer = Response(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    answer.headers.set("Content-Disposition", "attachment", filename=FILE_NAME)
    return answer


@blueprint.post("/cancel")
@public
@visitor_form
def cancel(token: str) -> ResponseReturnValue:
    """Cancel the booking."""
    opened = open_booking(token)
    reason = request.form.get("reason", "")
    return _act(opened, "cancelled", lambda: cancel_booking(opened.context, opened.booking.public_id, reason))


@blueprint.post("/accept")
@public
@visitor_form
def accept(token: str) -> ResponseReturnValue:
    """Accept the slot that the waiting list keeps."""
    opened = open_booking(token)
    return _act(opened, "accepted", lambda: accept_offer(opened.context, opened.booking.public_id))


def _act(opened: Opened, done: str, work: Callable[[], BookingView]) -> ResponseReturnValue:
    try:
        booking = work()
    except Unavailable:
        raise
    except Refusal as refusal:
        if isinstance(refusal, InvalidTransition) and refusal.old == refusal.new:  # the same button pressed twice
            return redirect(url_for("manage.show", token=opened.token), 303)
        errors = {refusal.field or "": sentence(refusal, opened.tzid)}
        return _page(open_booking(opened.token), errors), status_of(refusal)
    return _say(opened.token, done, booking)


def _say(token: str, word: str, booking: BookingView) -> ResponseReturnValue:
    """Lead back to the booking's page and have it say what was done, as long as nothing else becomes of the booking."""
    return redirect(url_for("manage.show", token=token, done=word, proof=_proof(word, booking)), 303)


def _proof(word: str, booking: BookingView) -> str:
    return done_mark(site().config.secret_key, word, booking.public_id, booking.version)


def _code(opened: Opened) -> str:
    """Return the code by which the client checks in; empty where nobody does, or there is nothing to check in to."""
    places = opened.context.catalog.locations.values()
    has_code = any(one.check_in for one in places if one.public_id == opened.booking.location)
    has_code = has_code and has_feature(Feature.CHECK_IN)
    if not has_code or opened.status is not Status.CONFIRMED or opened.booking.checked_in_at is not None:
        return ""
    return shown_code(code_for(site().config.secret_key, opened.booking.public_id))


def _page(opened: Opened, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "manage/show.html",
        opened=opened,
        booking=opened.booking,
        errors=errors or {},
        reason=request.form.get("reason", ""),
        code=_code(opened),
        done=_done(opened),
    )


def _done(opened: Opened) -> str:
    """Return what was just done; anybody may write such an address, so it counts only with our proof.

    A wish that is decided by now is not said to have arrived; anything else would give the booking another version.
    """
    word, proof = request.args.get("done", ""), request.args.get("proof", "")
    if not compare_digest(proof.encode(), _proof(word, opened.booking).encode()):
        return ""
    return _(DONE.get(word, "")) if word != "asked" or opened.booking.change else ""


@blueprint.get("/move")
@public
def choose(token: str) -> ResponseReturnValue:
    """Show free times to move to."""
    return _times(open_booking(token))


@blueprint.post("/move")
@public
@visitor_form
def move(token: str) -> ResponseReturnValue:
    """Move the booking to the chosen time."""
    opened = open_booking(token)
    had_change = opened.booking.change
    try:
        moved = move_booking(opened.context, _read_move(opened))
    except Unavailable:
        raise
    except Refusal as refusal:
        return _times(opened, refusal)
    is_asked = moved.change is not None and moved.change != had_change
    return _say(token, "asked" if is_asked else "moved", moved)


def _read_move(opened: Opened) -> MoveRequest:
    start, version = request.form.get("start", ""), request.form.get("version", "")
    if not (start.isascii() and start.isdigit() and len(start) < 12):
        raise InvalidInput("start", _(NO_START))
    return MoveRequest(
        booking=opened.booking.public_id,
        start=int(start),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
        key=request.form.get("key", "")[:MAX_KEY] or None,
    )


def _times(opened: Opened, refusal: Refusal | None = None) -> ResponseReturnValue:
    """Show a week of free times; where the booking cannot be moved any more, the page of the booking says so."""
    if not opened.may_move:
        page = _page(opened, {"": sentence(refusal, opened.tzid)} if refusal else {})
        return answer_refusal(page, refusal) if refusal else page
    chosen = _selection(opened)
    page = _times_page(opened, chosen, refusal)
    if refusal is not None:
        return answer_refusal(page, refusal)
    return page, 422 if chosen.errors else 200


def _times_page(opened: Opened, chosen: Selection, refusal: Refusal | None) -> str:
    errors = dict(chosen.errors)
    offers: list[tuple[str, int]] = []
    if isinstance(refusal, JustTaken):
        offers = [(moment_text(start, chosen.tzid), start) for start in refusal.next_free]
        refusal = JustTaken()
    if refusal is not None:
        errors["start"] = sentence(refusal, chosen.tzid)
    return render_template(
        "manage/move.html",
        opened=opened,
        booking=opened.booking,
        chosen=chosen,
        approval=foresee(opened.context.catalog, opened.service),
        week=week_of(opened.context, chosen, leave_out=opened.booking.start),
        errors=errors,
        offers=offers,
        key=secrets.token_urlsafe(12),
    )


def _selection(opened: Opened) -> Selection:
    """Return the booking's service and place as a selection, with the day and zone of the address."""
    booking = opened.booking
    minutes = (booking.end - booking.start) // 60
    fields = {
        "service": booking.service,
        "location": booking.location,
        "duration": str(minutes) if minutes in opened.service.durations_minutes else "",
        "seats": str(booking.seats),
        "zone": request.args.get("zone", "") or opened.tzid,
        "day": request.args.get("day", ""),
    }
    return read_selection(opened.context, fields)
