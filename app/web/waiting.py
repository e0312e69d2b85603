"""The waiting list: who waits for a freed slot, and taking somebody off the list."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.operations.views import WaitingView
from app.operations.waiting import leave_waiting_list, list_waiting
from app.texts import _
from app.web.context import current_context
from app.web.times import local_day, short_day

blueprint = Blueprint("waiting", __name__, url_prefix="/waiting")


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One line of the list; ``first`` and ``last`` are the days that would do, both included.

    ``since``: the day on which they came onto the list.
    """

    entry: WaitingView
    first: str
    last: str
    since: str


@blueprint.get("/")
def index() -> str:
    """Show who waits, the longest waiting first."""
    context = current_context()
    rows = [_row(entry) for entry in list_waiting(context)]
    return render_template("waiting/list.html", rows=rows, may_remove=context.may(Permission.BOOK_FOR_OTHERS))


@blueprint.post("/<public_id>/remove")
def remove(public_id: str) -> Response:
    """Take somebody off the list."""
    leave_waiting_list(current_context(), public_id)
    flash(_("Taken off the waiting list."))
    return redirect(url_for("waiting.index"))


def _row(entry: WaitingView) -> WaitingRow:
    first, last = local_day(entry.earliest, entry.tzid), local_day(entry.latest - 1, entry.tzid)
    return WaitingRow(entry, short_day(first), short_day(last), short_day(local_day(entry.since, entry.tzid)))
