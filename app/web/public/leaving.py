"""The page behind the link in the waiting list's mail: it shows how the wish stands, and a button leaves the list."""

from __future__ import annotations

from contextlib import suppress

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import NotFound
from app.operations.context import Context
from app.operations.links import manage_token, read_waiting_token
from app.operations.views import WaitingView
from app.operations.waiting import get_waiting, leave_waiting_list
from app.web.context import site, waiting_context
from app.web.guessing import read_link


def show_wish(token: str) -> str:
    """Show the wish; looking changes nothing, however often mail scanners look."""
    context, view = _open(token)
    held = view.offered_booking if view.status == "offered" else None
    offer = manage_token(site().config.secret_key, held, view.offered_link_number) if held else ""
    waits = view.status == "waiting" and view.latest > context.now
    return render_template("public/waiting_entry.html", view=view, token=token, offer=offer, waits=waits)


def leave(token: str) -> ResponseReturnValue:
    """Leave the list, and show how the wish stands then."""
    context, view = _open(token)
    with suppress(NotFound):  # left already, or a time was offered meanwhile: the page says so
        leave_waiting_list(context, view.public_id)
    return redirect(url_for("public.wish", token=token), 303)


def _open(token: str) -> tuple[Context, WaitingView]:
    """Return the surroundings of the token's holder and the entry that it names.

    Raises:
        werkzeug.exceptions.NotFound: not one of our links.
        TooOften: too many from this address were not.
        NotFound: the entry is gone.
        LinkSpent: the link went to a former email address.
    """
    link = read_link(read_waiting_token, token)
    context = waiting_context(link.public_id)
    view = get_waiting(context, link.public_id)
    link.require_present(view.link_number)
    return context, view
