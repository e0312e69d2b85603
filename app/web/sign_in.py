"""Signing in and out, by mail address and password."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, login_user, logout_user

from app.operations.sign_in import check_password, get_account
from app.web.access import public
from app.web.context import SignedIn, current_actor, now, site
from app.web.throttle import ADDRESS_TRIES, Throttle

blueprint = Blueprint("sign_in", __name__)
THROTTLE = "eigenplan_sign_in"
CSRF_FIELD = "csrf_token"
MAX_PASSWORD = 1000
MAX_EMAIL = 254
WRONG = "This mail address and password do not belong together; please check both."
TOO_OFTEN = "That was tried too often; please wait five minutes and try again."


def init_sign_in(app: Flask) -> None:
    """Let Flask-Login find accounts; our own rule (``access.py``) says who needs one."""
    manager = LoginManager()
    manager.session_protection = None  # people change networks; the cookie is signed, HttpOnly and short-lived
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)
    app.extensions[THROTTLE] = (Throttle(), Throttle(ADDRESS_TRIES))


def _load(session_id: str) -> SignedIn | None:
    """Return who a session is about; a session from before the last change of the password is none."""
    public_id, _, stamp = session_id.partition(".")
    user = _find(public_id)
    return user if user is not None and hmac.compare_digest(user.stamp.encode(), stamp.encode()) else None


def _find(public_id: str) -> SignedIn | None:
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
    by_account, by_address = current_app.extensions[THROTTLE]
    address = request.remote_addr or ""
    who = f"{address} {email.strip().lower()[:MAX_EMAIL]}"
    if by_account.is_closed(who, now()) or by_address.is_closed(address, now()):
        return _again(email, target, TOO_OFTEN), 429
    user = _check(email, request.form.get("password", ""))
    if user is None:
        by_account.count(who, now())
        by_address.count(address, now())
        return _again(email, target, WRONG), 422
    by_account.forget(who)
    _begin_session(user)
    return redirect(target, 303)


def _begin_session(user: SignedIn) -> None:
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
    return None if public_id is None else _find(public_id)


def _again(email: str, target: str, error: str) -> str:
    return render_template("sign_in/sign_in.html", email=email, error=error, target=target)


def _target(wanted: str) -> str:
    """Return a path of our own to go on to; anything that could lead to another site is dropped."""
    return wanted if _is_own_path(wanted) else url_for("calendar.day")


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
    """End the session."""
    logout_user()
    session.clear()
    g.pop("actor", None)
    flash("You are signed out.")
    return redirect(url_for("sign_in.show"), 303)
