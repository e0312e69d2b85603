"""Changing one's own password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, StaleVersion, TooOften
from app.booking.words import sentence
from app.operations.accounts.own_password import change_password, has_password
from app.texts import _, mark
from app.web.account.own import begin_own_try, fail, own_account, own_context, succeed
from app.web.errors import UNPROCESSABLE, answer_refusal
from app.web.password import DIFFERENT
from app.web.sign_in import MAX_PASSWORD

CHANGED = mark("Your password is changed. All your other devices are signed out.")


def show() -> str:
    """Show the form."""
    return _page({})


def change() -> ResponseReturnValue:
    """Change the password, if the present one is right."""
    account = own_account()
    old, new, again = (request.form.get(name, "") for name in ("old", "password", "password_again"))
    if new != again:
        return _page({"password_again": _(DIFFERENT)}), UNPROCESSABLE
    try:
        tried = begin_own_try(account)
    except TooOften as refusal:
        return answer_refusal(_page({"old": sentence(refusal, "UTC")}), refusal)
    try:
        change_password(own_context(), account.session, old[:MAX_PASSWORD], new)
    except (InvalidInput, StaleVersion) as refusal:
        if refusal.field == "old":
            fail(account, "password")
        else:
            succeed(tried)
        return _page({refusal.field or "old": sentence(refusal, "UTC")}), UNPROCESSABLE
    succeed(tried)
    flash(_(CHANGED))
    return redirect(url_for("account.index"), 303)


def _page(errors: dict[str, str]) -> str:
    is_ours = has_password(own_context())
    return render_template("account/password.html", account=own_account(), errors=errors, is_ours=is_ours)


def add_password_pages(blueprint: Blueprint) -> None:
    """Give the account its page to change the password."""
    blueprint.add_url_rule("/password", "password", show)
    blueprint.add_url_rule("/password", "change_password", change, methods=["POST"])
