"""Asking for a link to choose a new password by; whoever asks learns nothing about who has an account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.answers import check_email
from app.booking.refusals import InvalidInput, TooOften
from app.booking.words import sentence
from app.operations.accounts.mailed_links import ask_reset
from app.operations.accounts.throttle import count_reset
from app.texts import _, mark
from app.web.access import public
from app.web.context import current_source, now, site, visitor_context
from app.web.errors import UNPROCESSABLE, answer_refusal

blueprint = Blueprint("forgotten", __name__, url_prefix="/sign-in/forgotten")
SENT = mark(
    "If somebody signs in here with this email address, a link to choose a new password is on its way there. "
    "It counts once, for one hour. Please look among unwanted mails, too."
)


@blueprint.get("")
@public
def show() -> str:
    """Show the form."""
    return _page("", "")


@blueprint.post("")
@public
def ask() -> ResponseReturnValue:
    """Let a link be mailed, if there is somebody to mail it to."""
    email = request.form.get("email", "")
    try:
        check_email(email)
    except InvalidInput as refusal:
        return _page(email, sentence(refusal, "UTC")), UNPROCESSABLE
    try:
        count_reset(site().store, current_source(), email, now())
    except TooOften as refusal:
        return answer_refusal(_page(email, sentence(refusal, "UTC")), refusal)
    ask_reset(visitor_context(), email)
    flash(_(SENT))
    return redirect(url_for("sign_in.show"), 303)


def _page(email: str, error: str) -> str:
    return render_template("sign_in/forgotten.html", email=email, error=error)
