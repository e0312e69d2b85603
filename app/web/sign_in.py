"""Signing in and out, by mail address and password."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, login_user, logout_user

from app.booking.refusals import TooOften
from app.booking.words import sentence
from app.operations.sign_in import check_password, end_sessions, get_account
from app.operations.throttle import begin_try, forgive, guest_of
from app.web.access import public
from app.web.context import SignedIn, current_actor, current_source, now, site
from app.web.errors import answer_refusal
from app.web.security_log import Event, note

blueprint = Blueprint("sign_in", __name__)
CSRF_FIELD = "csrf_token"
MAX_PASSWORD = 1000
WRONG = "This mail address and password do not belong together; please check both."
SIGNED_OUT = "You are signed out, on all your devices."
SIGNED_OUT_HERE = (
    "You are signed out here. Other devices may be signed in still, as the database cannot be written now."
)


def init_sign_in(app: Flask) -> None:
    """Let Flask-Login find accounts; our own rule (``access.py``) says who needs one."""
    manager = LoginManager()
    manager.session_protection = None  # people change networks; the cookie is signed, HttpOnly and short-lived
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)


def _load(session_id: str) -> SignedIn | None:
    """Return who a session is about; one from before the last sign-out or change of the password is none."""
    public_id, _, stamp = session_id.partition(".")
    user = find_user(public_id)
    return user if user is not None and hmac.compare_digest(user.stamp.encode(), stamp.encode()) else None


def find_user(public_id: str) -> SignedIn | None:
    """Return an active account by its public id."""
    account = get_account(site().store, public_id)
    return None if account is None else SignedIn(public_id, account)


@blueprint.get("/sign-in")
@public
def show() -> ResponseReturnValue:
    """Show the form; who is signed in already goes on."""
    target = _target(request.args.get("next", ""))
    if current_actor().is_staff:
        return redirect(target)
    return render_template("sign_in/sign_in.html", email="", error="", target=target)


@blueprint.post("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Check mail address and password."""
    email, target = request.form.get("email", ""), _target(request.form.get("next", ""))
    try:
        tried = begin_try(site().store, guest_of(current_source(), email), now())
    except TooOften as refusal:
        note(Event.SIGN_IN_REFUSED, email)
        return answer_refusal(_again(email, target, sentence(refusal, "UTC")), refusal)
    user = _check(email, request.form.get("password", ""))
    if user is None:
        note(Event.SIGN_IN_FAILED, email)
        return _again(email, target, WRONG), 422
    forgive(site().store, tried, now())
    begin_session(user)
    return redirect(target, 303)


def begin_session(user: SignedIn) -> None:
    """Begin anew, but let forms that were opened before on other pages still be sent."""
    token = session.get(CSRF_FIELD)
    session.clear()
    if token is not None:
        session[CSRF_FIELD] = token
    session.permanent = True
    login_user(user)


def _check(email: str, password: str) -> SignedIn | None:
    if len(password) > MAX_PASSWORD:
        return None
    public_id = check_password(site().store, email, password)
    return None if public_id is None else find_user(public_id)


def _again(email: str, target: str, error: str) -> str:
    return render_template("sign_in/sign_in.html", email=email, error=error, target=target)


def _target(wanted: str) -> str:
    """Return a path of our own to go on to; anything that could lead to another site is dropped."""
    return wanted if _is_own_path(wanted) else url_for("home.show")


def _is_own_path(wanted: str) -> bool:
    if any(ord(one) < 32 for one in wanted):  # a header with a line break in it cannot be sent
        return False
    try:
        parts = urlsplit(wanted)
    except ValueError:  # such as //[
        return False
    return not (parts.scheme or parts.netloc) and wanted.startswith("/") and not wanted.startswith(("//", "/\\"))


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End all sessions of the account: a cookie that somebody copied must not outlive this one."""
    user_id = current_actor().user_id
    everywhere = user_id is not None and end_sessions(site().store, user_id)
    logout_user()
    session.clear()
    g.pop("actor", None)
    flash(SIGNED_OUT if everywhere else SIGNED_OUT_HERE)
    return redirect(url_for("sign_in.show"), 303)
