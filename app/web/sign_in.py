"""Signing in and out, by email address and password."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, login_user, logout_user

from app.booking.refusals import InvalidInput, SourceAway, TooOften
from app.booking.values import Instant
from app.booking.words import sentence
from app.operations.accounts.passkeys import Purpose, check
from app.operations.accounts.sessions import Method, Place, Proof, begin_session, end_this, resume
from app.operations.accounts.sessions import sign_out as end_session
from app.operations.accounts.sign_in import check_password, tell_failed
from app.operations.accounts.throttle import begin_try, begin_unnamed_try, forgive, guest_of
from app.operations.outside.directory import check_directory
from app.texts import _, mark
from app.web.access import public
from app.web.background import is_by_itself
from app.web.context import SignedIn, context_for, current_account, current_source, now, site, visitor_context
from app.web.devices import device_words
from app.web.errors import answer_refusal
from app.web.passkey_forms import party, passkey_options
from app.web.security_log import Event, note
from app.web.targets import own_path

blueprint = Blueprint("sign_in", __name__)
CSRF_FIELD = "csrf_token"
MAX_PASSWORD = 1000
WRONG = mark("This email address and password do not belong together; please check both.")
SIGNED_OUT = mark("You are signed out.")
SIGNED_OUT_HERE = mark(
    "You are signed out in this browser, but a copy of its session could not be ended, as the database cannot be "
    "written now."
)


def init_sign_in(app: Flask) -> None:
    """Let Flask-Login find accounts; our own rule (``access.py``) says who needs one."""
    manager = LoginManager()
    manager.session_protection = None  # people change networks; the cookie is signed, HttpOnly and short-lived
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)


def _load(token: str) -> SignedIn | None:
    """Return whose session a cookie names, if it still is one."""
    account = resume(site().store, token, now(), is_use=not is_by_itself())
    return None if account is None else SignedIn(token, account)


@blueprint.get("/sign-in")
@public
def show() -> ResponseReturnValue:
    """Show the form; who is signed in already goes on."""
    target = target_of(request.args.get("next", ""))
    account = current_account()
    if account is not None:
        return redirect(target if account.is_complete else url_for("second.show", next=target))
    return sign_in_page("", target, {})


@blueprint.post("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Check email address and password."""
    email, target = request.form.get("email", ""), target_of(request.form.get("next", ""))
    try:
        tried = begin_try(site().store, guest_of(current_source(), email), now())
    except TooOften as refusal:
        note(Event.SIGN_IN_REFUSED, email)
        return answer_refusal(sign_in_page(email, target, {"email": sentence(refusal, "UTC")}), refusal)
    try:
        found = _check(email, request.form.get("password", ""))
    except (InvalidInput, SourceAway) as refusal:
        if isinstance(refusal, InvalidInput):
            note(Event.SIGN_IN_FAILED, email)
            tell_failed(visitor_context(), email, "directory")
        return answer_refusal(sign_in_page(email, target, {"email": sentence(refusal, "UTC")}), refusal)
    if found is None:
        note(Event.SIGN_IN_FAILED, email)
        tell_failed(visitor_context(), email, "password")
        return sign_in_page(email, target, {"email": _(WRONG)}), 422
    forgive(site().store, tried, now())
    return let_in(*found, target)


@blueprint.post("/sign-in/passkey")
@public
def by_passkey() -> ResponseReturnValue:
    """Sign in with a passkey, which counts for two factors: the device, and what unlocks it."""
    target = target_of(request.form.get("next", ""))
    try:
        tried = begin_unnamed_try(site().store, current_source(), now())
    except TooOften as refusal:
        return answer_refusal(sign_in_page("", target, {"passkey": sentence(refusal, "UTC")}), refusal)
    try:
        public_id = check(site().store, party(), Purpose.SIGN_IN, request.form.get("passkey", ""), now())
    except InvalidInput as refusal:
        note(Event.SIGN_IN_FAILED)
        tell_failed(visitor_context(), "", "passkey")
        return sign_in_page("", target, {"passkey": sentence(refusal, "UTC")}), 422
    forgive(site().store, tried, now())
    return let_in(public_id, Method.PASSKEY, target, factors=2)


def let_in(
    public_id: str, method: Method, target: str, factors: int = 1, proved_at: Instant | None = None
) -> ResponseReturnValue:
    """Begin a session of this account in this browser and go on; the session that it had before ends.

    ``proved_at``: when they showed elsewhere who they are; None: just now, here.

    Raises:
        Unavailable: it cannot be written down now.
    """
    before = current_account()
    place = Place(device_words(request.user_agent.string), request.remote_addr or "")
    token = begin_session(
        site().store, public_id, method, place, now(), Proof(factors, now() if proved_at is None else proved_at)
    )
    if before is not None:
        end_this(site().store, before.session)
    keep_session(token)
    account = current_account()
    if account is not None and not account.is_complete:
        return redirect(url_for("second.show", next=target), 303)
    return redirect(target, 303)


def keep_session(token: str) -> None:
    """Let the browser keep a session's token, and let forms that were opened before on other pages still be sent."""
    csrf_token = session.get(CSRF_FIELD)
    session.clear()
    if csrf_token is not None:
        session[CSRF_FIELD] = csrf_token
    session.permanent = True
    g.pop("actor", None)
    user = _load(token)
    if user is not None:
        login_user(user)


def _check(email: str, password: str) -> tuple[str, Method] | None:
    """Return whose password this is, of this site or else of the directory, which is asked whoever it may be.

    Raises:
        InvalidInput: it is right in the directory, yet lets nobody in. SourceAway: the directory gives no answer.
    """
    if len(password) > MAX_PASSWORD:
        return None
    public_id = check_password(site().store, email, password)
    if public_id is not None:
        return public_id, Method.PASSWORD
    public_id = check_directory(site().store, site().sources, email, password, now())
    return None if public_id is None else (public_id, Method.LDAP)


def sign_in_page(email: str, target: str, errors: dict[str, str]) -> str:
    """Return the page with the form; ``errors`` by what they are about: email, passkey, outside."""
    options = passkey_options(Purpose.SIGN_IN)
    return render_template(
        "sign_in/sign_in.html", email=email, errors=errors, target=target, options=options, sources=site().sources
    )


def target_of(wanted: str) -> str:
    """Return a path of our own to go on to; anything that could lead to another site is dropped."""
    return own_path(wanted) or url_for("home.show")


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this session: neither its cookie nor a copy of it counts any more."""
    account = current_account()
    ended = account is None or end_session(context_for(account.actor), account.session)
    forget_session()
    flash(_(SIGNED_OUT if ended else SIGNED_OUT_HERE))
    return redirect(url_for("sign_in.show"), 303)


def forget_session() -> None:
    """Let the browser forget its session."""
    logout_user()
    session.clear()
    g.pop("actor", None)
