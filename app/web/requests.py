"""What waits for approval: requested bookings and wished changes, the next to begin first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, NotAllowed, Refusal
from app.booking.words import sentence
from app.operations.approve import approve, decline
from app.operations.context import Context
from app.operations.look_up import DECIDING, list_requests
from app.operations.views import BookingView
from app.web.bookings.detail import BookingRow, rows_of
from app.web.context import current_context
from app.web.errors import status_of
from app.web.times import moment_text, span_text

blueprint = Blueprint("requests", __name__, url_prefix="/requests")


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request: the booking's line, the wished new time if it is a change, when it runs out, and its version."""

    public_id: str
    row: BookingRow
    comment: str
    wished: str
    expires: str
    version: int
    may_approve: bool
    may_decline: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A decision that could not be carried out: of which booking, why, and the reason as typed."""

    public_id: str = ""
    problem: str = ""
    reason: str = ""


@blueprint.get("/")
def index() -> str:
    """Show the queue."""
    return _page(current_context(), Refused())


@blueprint.post("/<public_id>/approve")
def approve_request(public_id: str) -> ResponseReturnValue:
    """Approve a request or a wished change."""
    return _decide(public_id, lambda context, booking: approve(context, booking, _version()), "Approved.")


@blueprint.post("/<public_id>/decline")
def decline_request(public_id: str) -> ResponseReturnValue:
    """Decline a request or a wished change, with a reason for the client."""
    reason = request.form.get("reason", "")
    return _decide(public_id, lambda context, booking: decline(context, booking, reason, _version()), "Declined.")


def _version() -> int | None:
    """The version of the booking that was looked at."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _decide(public_id: str, work: Callable[[Context, str], BookingView], done: str) -> ResponseReturnValue:
    context = current_context()
    try:
        booking = work(context, public_id)
    except NotAllowed:
        raise
    except Refusal as refusal:
        return _refused(context, public_id, refusal), status_of(refusal)
    flash(f"{done} {span_text(booking.start, booking.end, booking.tzid)}")
    if request.form.get("back") == "booking":
        return redirect(url_for("bookings.show", public_id=public_id))
    return redirect(url_for("requests.index"))


def _refused(context: Context, public_id: str, refusal: Refusal) -> str:
    beside = public_id if isinstance(refusal, InvalidInput) else ""
    text = sentence(refusal, g.get("tzid", "UTC"))
    return _page(context, Refused(beside, text, request.form.get("reason", "")))


def _page(context: Context, refused: Refused) -> str:
    waiting = list_requests(context)
    lines = [_line(context, booking, row) for booking, row in zip(waiting, rows_of(waiting), strict=True)]
    return render_template("requests/list.html", lines=lines, refused=refused)


def _line(context: Context, booking: BookingView, row: BookingRow) -> RequestRow:
    change = booking.change
    wished = "" if change is None else span_text(change.start, change.end, booking.tzid)
    until = booking.expires_at or (change.expires_at if change else None)
    expires = "" if until is None else moment_text(until, booking.tzid)
    may_approve, may_decline = (context.may(one, booking.target) for one in DECIDING)
    return RequestRow(
        booking.public_id, row, booking.comment, wished, expires, booking.version, may_approve, may_decline
    )
