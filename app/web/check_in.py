"""The page on which clients tell by the code of their booking that they have arrived; it says no names."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, TooOften
from app.booking.words import sentence
from app.operations.check_in_codes import WrongCode, check_in_by_code, check_in_page
from app.web.access import public
from app.web.context import site, visitor_context
from app.web.errors import answer_refusal
from app.web.security import visitor_form
from app.web.security_log import Event, note

blueprint = Blueprint("check_in", __name__, url_prefix="/check-in/<public_id>")


@blueprint.get("")
@public
def show(public_id: str) -> str:
    """Ask for the code."""
    return render_template("check_in/show.html", place=check_in_page(visitor_context(), public_id), typed="", error="")


@blueprint.post("")
@public
@visitor_form
def arrive(public_id: str) -> ResponseReturnValue:
    """Note that the client has arrived, and say where to go."""
    context, typed = visitor_context(), request.form.get("code", "")
    place = check_in_page(context, public_id)
    g.tzid = place.tzid
    try:
        arrival = check_in_by_code(context, public_id, typed, site().config.secret_key)
    except (InvalidInput, TooOften) as refusal:
        if isinstance(refusal, WrongCode):
            note(Event.WRONG_CODE)
        said = sentence(refusal, place.tzid)
        page = render_template("check_in/show.html", place=place, typed=typed, error=said)
        return answer_refusal(page, refusal)
    return render_template("check_in/done.html", place=place, arrival=arrival)
