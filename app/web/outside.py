"""Signing in at an OpenID provider: the way there and back, also for showing again who one is.

What an answer has to fit is kept in the signed cookie of the browser that asked, for two sign-ins at most, as two tabs
may be at it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, SourceAway, TooOften
from app.booking.words import sentence
from app.operations.accounts.sessions import Method, prove_again
from app.operations.accounts.sign_in import tell_failed
from app.operations.accounts.throttle import begin_unnamed_try, forgive
from app.operations.outside.provider import (
    REFUSED,
    Asked,
    address_of,
    admit_answer,
    check_own_answer,
    new_asked,
)
from app.texts import _
from app.web.access import public
from app.web.account.own import own_account, own_context
from app.web.context import current_source, now, site, visitor_context
from app.web.errors import answer_refusal
from app.web.security_log import Event, note
from app.web.sign_in import let_in, sign_in_page, target_of

blueprint = Blueprint("outside", __name__)
KEY = "outside"
MOST_ASKED, MOST_TARGET, MOST_ANSWER = 2, 500, 4000


@blueprint.get("/sign-in/provider")
@public
def begin() -> ResponseReturnValue:
    """Send the browser to the provider."""
    target = target_of(request.args.get("next", ""))
    try:
        return _send(target, is_again=False)
    except SourceAway as refusal:
        return answer_refusal(sign_in_page("", target, {"outside": sentence(refusal, "UTC")}), refusal)


@blueprint.get("/confirm/provider")
def begin_again() -> ResponseReturnValue:
    """Send the browser to the provider, to show again there who one is."""
    own_account()
    return _send(target_of(request.args.get("next", "")), is_again=True)


def _send(target: str, *, is_again: bool) -> ResponseReturnValue:
    if site().sources.provider is None:
        abort(404)
    asked = new_asked(site().config.base_url + url_for("outside.answer"), now(), is_again=is_again)
    address = address_of(site().sources, asked)
    kept = [*session.get(KEY, []), {**asdict(asked), "target": target if len(target) <= MOST_TARGET else ""}]
    session[KEY] = kept[-MOST_ASKED:]
    return redirect(address, 303)


@blueprint.get("/sign-in/provider/answer")
@public
def answer() -> ResponseReturnValue:
    """Take what the browser brings back."""
    if site().sources.provider is None:
        abort(404)
    kept = _take(request.args.get("state", ""))
    if kept is None:  # nothing is written down of it, as anybody may call this as often as they like
        note(Event.SIGN_IN_FAILED)
        return answer_refusal(sign_in_page("", "", {"outside": _(REFUSED)}), InvalidInput(None, REFUSED))
    target = target_of(kept.pop("target"))
    asked = Asked(**kept)
    try:
        tried = begin_unnamed_try(site().store, current_source(), now())
        answered = _confirm(asked, target) if asked.is_again else _let_in(asked, target)
    except (InvalidInput, SourceAway, TooOften) as refusal:
        return _refuse(target, refusal)
    forgive(site().store, tried, now())
    return answered


def _take(state: str) -> dict[str, Any] | None:
    """Return what was kept for this answer, which is there once."""
    kept = session.get(KEY, [])
    found: dict[str, Any] | None = next((one for one in kept if one["state"] == state), None)
    session[KEY] = [one for one in kept if one is not found]
    return found


def _let_in(asked: Asked, target: str) -> ResponseReturnValue:
    admitted = admit_answer(site().store, site().sources, asked, _brought(), now())
    return let_in(admitted.public_id, Method.OIDC, target, admitted.factors, admitted.proved_at)


def _confirm(asked: Asked, target: str) -> ResponseReturnValue:
    account = own_account()
    check_own_answer(own_context(), site().sources, asked, _brought())
    prove_again(site().store, account.session, now())
    return render_template("sign_in/confirmed.html", target=target)


def _brought() -> dict[str, str]:
    return {name: text for name, text in request.args.items() if len(text) <= MOST_ANSWER}


def _refuse(target: str, refusal: InvalidInput | SourceAway | TooOften) -> ResponseReturnValue:
    if isinstance(refusal, InvalidInput):
        note(Event.SIGN_IN_FAILED)
        tell_failed(visitor_context(), "", "provider")
    return answer_refusal(sign_in_page("", target_of(target), {"outside": sentence(refusal, "UTC")}), refusal)
