"""Helping somebody, from their page in the set-up: a link for a new password, lost second factors, a lost device."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput
from app.operations.accounts.mailed_links import invite_again
from app.operations.accounts.second_factor import forget_factors
from app.operations.setup.users import sign_out_everywhere
from app.texts import _, plural
from app.web.context import current_context


def invite(public_id: str) -> ResponseReturnValue:
    """Mail a new link; earlier ones count no more."""
    try:
        email = invite_again(current_context(), public_id)
    except InvalidInput as refusal:
        flash(refusal.problem, "error")
    else:
        flash(_("A link to choose a password is on its way to {email}. It counts once, for seven days.", email=email))
    return redirect(url_for("setup.edit_users", public_id=public_id), 303)


def forget(public_id: str) -> ResponseReturnValue:
    """Take the second factors from somebody who has lost them."""
    try:
        name = forget_factors(current_context(), public_id)
    except InvalidInput as refusal:
        flash(refusal.problem, "error")
    else:
        flash(_("{name} has no second factor any more, and is signed out everywhere.", name=name))
    return redirect(url_for("setup.edit_users", public_id=public_id), 303)


def sign_out(public_id: str) -> ResponseReturnValue:
    """End the sessions of somebody who has lost a device."""
    name, count = sign_out_everywhere(current_context(), public_id)
    flash(
        plural("{name} was signed out of one device.", "{name} was signed out of {number} devices.", count, name=name)
    )
    return redirect(url_for("setup.edit_users", public_id=public_id), 303)


def add_invitations(blueprint: Blueprint) -> None:
    """Give users their buttons."""
    blueprint.add_url_rule("/users/<public_id>/forget-factors", "forget_factors", forget, methods=["POST"])
    blueprint.add_url_rule("/users/<public_id>/invite", "invite_user", invite, methods=["POST"])
    blueprint.add_url_rule("/users/<public_id>/sign-out", "sign_out_user", sign_out, methods=["POST"])
