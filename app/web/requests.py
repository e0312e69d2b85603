"""What waits for approval: requested bookings and wished changes, the next to begin first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, NotAllowed, Refusal
from app.booking.words import sentence
from app.operations.approvals.approval_views import ApprovalView, approvals_of
from app.operations.approvals.approve import approve, decline
from app.operations.approvals.request_conflicts import conflicts_of
from app.operations.context import Context
from app.operations.look_up import list_requests
from app.operations.views import BookingView
from app.texts import _, mark
from app.web.bookings.approval import StepLine, step_lines
from app.web.bookings.detail import BookingRow, rows_of
from app.web.context import current_context
from app.web.errors import status_of
from app.web.times import moment_text, span_text

blueprint = Blueprint("requests", __name__, url_prefix="/requests")
SHOWN = {"": mark("All"), "mine": mark("For you to decide"), "others": mark("For others")}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request: the booking's line, the wished new time if it is a change, when it runs out, and its version.

    ``why_not``: why the acting user decides no step of it; ``conflicts``: what speaks against it.
    """

    public_id: str
    row: BookingRow
    comment: str
    wished: str
    expires: str
    version: int
    may_approve: bool
    may_decline: bool
    why_not: str
    steps: tuple[StepLine, ...]
    conflicts: tuple[str, ...]


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


@blueprint.get("/<public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """Show one request: where a mail leads to; looking at it decides nothing. What waits no more has only its page."""
    context = current_context()
    chosen = [booking for booking in list_requests(context) if booking.public_id == public_id]
    if not chosen:
        return redirect(url_for("bookings.show", public_id=public_id))
    return render_template("requests/one.html", line=_lines(context, chosen)[0], refused=Refused())


@blueprint.post("/<public_id>/approve")
def approve_request(public_id: str) -> ResponseReturnValue:
    """Approve a request or a wished change, or the steps of it that are the acting user's."""
    return _decide(public_id, lambda context, booking: approve(context, booking, _version()), _("Approved."))


@blueprint.post("/<public_id>/decline")
def decline_request(public_id: str) -> ResponseReturnValue:
    """Decline a request or a wished change, with a reason for the client."""
    reason = request.form.get("reason", "")
    return _decide(public_id, lambda context, booking: decline(context, booking, reason, _version()), _("Declined."))


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
    waits = booking.status == "requested" or booking.change is not None
    words = f"{done} {span_text(booking.start, booking.end, booking.tzid)}"
    flash(_("{decided}. Others still have to approve it.", decided=words) if waits else words)
    if request.form.get("back") == "booking":
        return redirect(url_for("bookings.show", public_id=public_id))
    return redirect(url_for("requests.index"))


def _refused(context: Context, public_id: str, refusal: Refusal) -> str:
    beside = public_id if isinstance(refusal, InvalidInput) else ""
    text = sentence(refusal, g.get("tzid", "UTC"))
    return _page(context, Refused(beside, text, request.form.get("reason", "")))


def _page(context: Context, refused: Refused) -> str:
    lines = _lines(context, list_requests(context))
    shown = request.args.get("show", "")
    kept = [line for line in lines if shown not in ("mine", "others") or line.may_approve == (shown == "mine")]
    counts = {"": len(lines), "mine": sum(line.may_approve for line in lines)}
    counts["others"] = counts[""] - counts["mine"]
    return render_template(
        "requests/list.html", lines=kept, refused=refused, shown=shown, filters=SHOWN, counts=counts, total=len(lines)
    )


def _lines(context: Context, chosen: list[BookingView]) -> list[RequestRow]:
    approvals, conflicts = approvals_of(context, chosen), conflicts_of(context, chosen)
    return [
        _line(booking, row, approvals[booking.public_id], conflicts)
        for booking, row in zip(chosen, rows_of(chosen), strict=True)
    ]


def _line(
    booking: BookingView, row: BookingRow, approval: ApprovalView, conflicts: Mapping[str, tuple[str, ...]]
) -> RequestRow:
    change = booking.change
    until = approval.due or booking.expires_at or (change.expires_at if change else None)
    return RequestRow(
        public_id=booking.public_id,
        row=row,
        comment=booking.comment,
        wished="" if change is None else span_text(change.start, change.end, booking.tzid),
        expires="" if until is None else moment_text(until, booking.tzid),
        version=booking.version,
        may_approve=approval.may_approve,
        may_decline=approval.may_decline,
        why_not=approval.why_not,
        steps=step_lines(approval, booking.tzid, waiting_only=True),
        conflicts=conflicts.get(booking.public_id, ()),
    )
