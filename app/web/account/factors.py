"""One's own second factors: the app that shows codes, recovery codes, passkeys."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, Refusal, TooOften
from app.booking.words import sentence
from app.operations.accounts import passkeys
from app.operations.accounts.second_factor import (
    begin_authenticator,
    confirm_authenticator,
    make_recovery_codes,
    own_factors,
    remove_authenticator,
)
from app.texts import _, mark
from app.web.access import setting_up
from app.web.account.own import begin_own_try, fail, own_account, own_context, succeed
from app.web.context import site
from app.web.errors import UNPROCESSABLE, answer_refusal
from app.web.passkey_forms import party
from app.web.qr import draw

READY = mark("Your second factor is set up.")
REMOVED = mark("The app is removed; its codes count no more.")


def show() -> str:
    """Show what there is."""
    context = own_context()
    return render_template(
        "account/factors.html",
        account=own_account(),
        factors=own_factors(context),
        passkeys=passkeys.list_passkeys(context),
        tzid=site().config.time_zone,
    )


@setting_up
def authenticator() -> ResponseReturnValue:
    """Show the picture to scan, and ask for a first code."""
    return _authenticator_page("")


def _authenticator_page(error: str, refused: Refusal | None = None) -> ResponseReturnValue:
    try:
        enrolment = begin_authenticator(own_context(), site().config.secret_key)
    except InvalidInput as refusal:
        flash(sentence(refusal, "UTC"), "error")
        return redirect(url_for("account.factors"), 303)
    page = render_template(
        "account/authenticator.html", enrolment=enrolment, picture=_picture(enrolment.uri), error=error
    )
    return page if refused is None else answer_refusal(page, refused)


def _picture(uri: str) -> str:
    """Return a QR code as an address of an image, since no style or script may stand in a page."""
    return f"data:image/svg+xml;base64,{b64encode(draw(uri, 'svg', scale=5)).decode()}"


@setting_up
def confirm() -> ResponseReturnValue:
    """Let the app count once it shows the right code."""
    account = own_account()
    try:
        tried = begin_own_try(account)
    except TooOften as refusal:
        return _authenticator_page(sentence(refusal, "UTC"), refusal)
    code = request.form.get("code", "")
    try:
        codes = confirm_authenticator(own_context(), site().config.secret_key, account.session, code)
    except InvalidInput as refusal:
        fail(account, "code")
        return _authenticator_page(sentence(refusal, "UTC"), refusal)
    succeed(tried)
    return _ready(codes)


def _ready(codes: Sequence[str]) -> ResponseReturnValue:
    if codes:
        return render_template("account/recovery_codes.html", codes=codes)
    flash(_(READY))
    return redirect(url_for("account.factors"), 303)


def remove() -> ResponseReturnValue:
    """Remove the app."""
    try:
        remove_authenticator(own_context())
    except InvalidInput as refusal:
        flash(sentence(refusal, "UTC"), "error")
    else:
        flash(_(REMOVED))
    return redirect(url_for("account.factors"), 303)


def recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes and show them this once."""
    try:
        return render_template("account/recovery_codes.html", codes=make_recovery_codes(own_context()))
    except InvalidInput as refusal:
        flash(sentence(refusal, "UTC"), "error")
        return redirect(url_for("account.factors"), 303)


@setting_up
def new_passkey() -> str:
    """Show the form that lets the browser make a passkey."""
    return _passkey_page("", {})


def _passkey_page(name: str, errors: dict[str, str]) -> str:
    options = passkeys.offer_registration(own_context(), party())
    return render_template("account/passkey.html", options=options, name=name, errors=errors)


@setting_up
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made."""
    name, answer = request.form.get("name", ""), request.form.get("passkey", "")
    try:
        codes = passkeys.register(own_context(), party(), own_account().session, name, answer)
    except InvalidInput as refusal:
        return _passkey_page(name, {refusal.field or "passkey": sentence(refusal, "UTC")}), UNPROCESSABLE
    return _ready(codes)


def rename_passkey(public_id: str) -> ResponseReturnValue:
    """Give a passkey another name."""
    try:
        passkeys.rename_passkey(own_context(), public_id, request.form.get("name", ""))
    except InvalidInput as refusal:
        flash(sentence(refusal, "UTC"), "error")
    else:
        flash(_("The passkey has another name."))
    return redirect(url_for("account.factors"), 303)


def remove_passkey(public_id: str) -> ResponseReturnValue:
    """Remove a passkey."""
    try:
        name = passkeys.remove_passkey(own_context(), public_id)
    except InvalidInput as refusal:
        flash(sentence(refusal, "UTC"), "error")
    else:
        flash(_("{name} is removed; it does not let you in any more.", name=name))
    return redirect(url_for("account.factors"), 303)


def add_factor_pages(blueprint: Blueprint) -> None:
    """Give the account its pages about second factors."""
    rule = blueprint.add_url_rule
    rule("/second-factor", "factors", show)
    rule("/second-factor/app", "authenticator", authenticator)
    rule("/second-factor/app", "confirm_authenticator", confirm, methods=["POST"])
    rule("/second-factor/app/remove", "remove_authenticator", remove, methods=["POST"])
    rule("/second-factor/recovery-codes", "recovery_codes", recovery_codes, methods=["POST"])
    rule("/passkeys/new", "new_passkey", new_passkey)
    rule("/passkeys/new", "add_passkey", add_passkey, methods=["POST"])
    rule("/passkeys/<public_id>/name", "rename_passkey", rename_passkey, methods=["POST"])
    rule("/passkeys/<public_id>/remove", "remove_passkey", remove_passkey, methods=["POST"])
