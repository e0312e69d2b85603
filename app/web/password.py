"""The page behind a link by which somebody chooses a password once. Looking, as mail scanners do, uses nothing up."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput
from app.booking.words import sentence
from app.operations.accounts.link_records import reference_of
from app.operations.accounts.password_links import choose_password, find_link
from app.operations.accounts.sessions import Method
from app.texts import _, mark
from app.web.access import public
from app.web.context import now, site
from app.web.errors import UNPROCESSABLE
from app.web.guessing import link_guard
from app.web.sign_in import let_in

blueprint = Blueprint("password", __name__, url_prefix="/password/<token>")
DIFFERENT = mark("The two passwords are not the same; please type them again.")
CHOSEN = mark("Your password is chosen. The link counts no more; from now on sign in with the password.")


@blueprint.get("")
@public
def show(token: str) -> str:
    """Show the form."""
    return _page(token, {})


@blueprint.post("")
@public
def choose(token: str) -> ResponseReturnValue:
    """Give the account the password and begin a session."""
    password, again = request.form.get("password", ""), request.form.get("password_again", "")
    if password != again:
        return _page(token, {"password_again": _(DIFFERENT)}), UNPROCESSABLE
    try:
        with link_guard():
            public_id = choose_password(site().store, _reference(token), password, now(), request.remote_addr or "")
    except InvalidInput as refusal:
        return _page(token, {"password": sentence(refusal, "UTC")}), UNPROCESSABLE
    answer = let_in(public_id, Method.PASSWORD, url_for("home.show"))
    flash(_(CHOSEN))
    return answer


def _reference(token: str) -> str:
    return reference_of(site().config.secret_key, token)


def _page(token: str, errors: dict[str, str]) -> str:
    with link_guard():
        link = find_link(site().store, _reference(token), now())
    return render_template("sign_in/password.html", link=link, token=token, errors=errors)
