"""The second step of signing in: a code, a recovery code or a passkey; or setting one of them up, who needs one."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, Refusal, TooOften
from app.booking.words import sentence
from app.operations.accounts.passkeys import Purpose, check
from app.operations.accounts.second_factor import WRONG_CODE, check_code, own_factors
from app.operations.accounts.sessions import Account, complete
from app.texts import _
from app.web.access import public
from app.web.account.own import begin_own_try, fail, own_account, own_context, succeed
from app.web.context import context_for, current_account, now, site
from app.web.errors import answer_refusal
from app.web.passkey_forms import party, passkey_options
from app.web.sign_in import keep_session, target_of

blueprint = Blueprint("second", __name__, url_prefix="/sign-in/second")


@blueprint.get("")
@public
def show() -> ResponseReturnValue:
    """Ask for the second factor, or lead to setting one up."""
    if current_account() is None:
        return redirect(url_for("sign_in.show", next=request.args.get("next", "")))
    return _page(own_account(), target_of(request.args.get("next", "")), {})


@blueprint.post("/code")
@public
def code() -> ResponseReturnValue:
    """Check a code of the app, or a recovery code."""
    account, target = own_account(), target_of(request.form.get("next", ""))
    try:
        tried = begin_own_try(account)
    except TooOften as refusal:
        return _page(account, target, {"code": sentence(refusal, "UTC")}, refusal)
    if not check_code(own_context(), site().config.secret_key, request.form.get("code", "")):
        fail(account, "code")
        return _page(account, target, {"code": _(WRONG_CODE)}, InvalidInput("code", WRONG_CODE))
    succeed(tried)
    return _go_on(account, target)


@blueprint.post("/passkey")
@public
def passkey() -> ResponseReturnValue:
    """Check what a passkey answered."""
    account, target = own_account(), target_of(request.form.get("next", ""))
    user_id = account.actor.user_id or 0
    try:
        tried = begin_own_try(account)
    except TooOften as refusal:
        return _page(account, target, {"passkey": sentence(refusal, "UTC")}, refusal)
    try:
        check(site().store, party(), Purpose.SECOND_FACTOR, request.form.get("passkey", ""), now(), user_id)
    except InvalidInput as refusal:
        fail(account, "passkey")
        return _page(account, target, {"passkey": sentence(refusal, "UTC")}, refusal)
    succeed(tried)
    return _go_on(account, target)


def _go_on(account: Account, target: str) -> ResponseReturnValue:
    keep_session(complete(own_context(), account.session))
    return redirect(target, 303)


def _page(account: Account, target: str, errors: dict[str, str], refused: Refusal | None = None) -> ResponseReturnValue:
    if account.is_complete:
        return redirect(target)
    context = context_for(account.actor)
    factors = own_factors(context)
    if factors.authenticator_since is None and not factors.passkeys:
        return render_template("sign_in/second_missing.html", account=account)
    options = passkey_options(Purpose.SECOND_FACTOR, account.actor.user_id or 0) if factors.passkeys else ""
    page = render_template(
        "sign_in/second.html", account=account, factors=factors, target=target, errors=errors, options=options
    )
    return page if refused is None else answer_refusal(page, refused)
