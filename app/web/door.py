"""The page beside a room, for a small tablet: no session, no cookie, nothing but the room and a few large buttons."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import NotFound, Refusal, Unavailable
from app.booking.words import sentence
from app.operations.context import Context
from app.operations.doors import Door, book_now, check_in_at_door, end_now, look_at_door, note_shown, open_door
from app.operations.links import read_door_token
from app.texts import _, mark
from app.web.access import public
from app.web.context import visitor_context
from app.web.errors import headers_of, status_of
from app.web.guessing import read_link
from app.web.security import visitor_form

blueprint = Blueprint("door", __name__, url_prefix="/door/<token>")
MAX_MINUTES_LENGTH = 4
ENDED = mark("This address is not used any more. Whoever manages the rooms has the present one.")
GONE = mark("This booking is not there any more; the page is as it is now.")
DONE = {
    "booked": mark("The room is yours from now on."),
    "checked-in": mark("You have checked in."),
    "ended": mark("Thank you. The room is free again."),
}


@blueprint.get("")
@public
def show(token: str) -> ResponseReturnValue:
    """Show how the room stands; the page fetches itself anew."""
    context, door = _open(token)
    note_shown(context, door)
    return _page(context, door, token)


@blueprint.post("/book")
@public
@visitor_form
def book(token: str) -> ResponseReturnValue:
    """Book the room from now on."""
    typed = request.form.get("minutes", "")
    minutes = int(typed) if typed.isdecimal() and len(typed) <= MAX_MINUTES_LENGTH else 0
    return _act(token, "booked", lambda context, door: book_now(context, door, minutes))


@blueprint.post("/check-in")
@public
@visitor_form
def check_in(token: str) -> ResponseReturnValue:
    """Check in to a booking."""
    booking = request.form.get("booking", "")
    return _act(token, "checked-in", lambda context, door: check_in_at_door(context, door, booking))


@blueprint.post("/end")
@public
@visitor_form
def end(token: str) -> ResponseReturnValue:
    """End what was booked here."""
    booking = request.form.get("booking", "")
    return _act(token, "ended", lambda context, door: end_now(context, door, booking))


def _open(token: str) -> tuple[Context, Door]:
    """Return the page that an address leads to.

    An address that was right once is no guess: a tablet that was forgotten goes on asking for it.

    Raises:
        werkzeug.exceptions.HTTPException: not one of ours, or not used any more.
        TooOften: too many from this address were not.
    """
    public_id = read_link(read_door_token, token)
    context = visitor_context()
    try:
        door = open_door(context, public_id)
    except NotFound:
        abort(410, _(ENDED))
    g.tzid = door.tzid
    return context, door


def _act(token: str, done: str, work: Callable[[Context, Door], object]) -> ResponseReturnValue:
    context, door = _open(token)
    try:
        work(context, door)
    except Unavailable:
        raise
    except Refusal as refusal:
        said = _(GONE) if isinstance(refusal, NotFound) else sentence(refusal, door.tzid)
        return _page(context, door, token, said), status_of(refusal), headers_of(refusal)
    return redirect(url_for("door.show", token=token, done=done), 303)


def _page(context: Context, door: Door, token: str, problem: str = "") -> str:
    done = DONE.get(request.args.get("done", ""), "")
    view, now = look_at_door(context, door), context.now
    return render_template(
        "door/show.html",
        token=token,
        door=door,
        view=view,
        now=now,
        running=[one for one in view.entries if one.start <= now],
        later=[one for one in view.entries if one.start > now],
        said="" if problem else _(done) if done else "",
        problem=problem,
    )
