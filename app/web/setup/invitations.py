"""Helping somebody, from their page in the set-up: a link for a new password, lost second factors, a lost device."""

from __future__ import annotations

from collections.abc import Callable

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

    def work() -> str:
        email = invite_again(current_context(), public_id)
        return _("A link to choose a password is on its way to {email}. It counts once, for seven days.", email=email)

    return _do(work, public_id)


def forget(public_id: str) -> ResponseReturnValue:
    """Take the second factors from somebody who has lost them."""

    def work() -> str:
        name = forget_factors(current_context(), public_id)
        return _("{name} has no second factor any more, and is signed out everywhere.", name=name)

    return _do(work, public_id)


def sign_out(public_id: str) -> ResponseReturnValue:
    """End the sessions of somebody who has lost a device."""

    def work() -> str:
        name, count = sign_out_everywhere(current_context(), public_id)
        return plural(
            "{name} was signed out of one device.", "{name} was signed out of {number} devices.", count, name=name
        )

    return _do(work, public_id)


def _do(work: Callable[[], str], public_id: str) -> ResponseReturnValue:
    """Go back to the page of that user with the sentence that the work returns, or with why it is refused."""
    try:
        flash(work())
    except InvalidInput as refusal:
        flash(refusal.problem, "error")
    return redirect(url_for("setup.edit_users", public_id=public_id), 303)


def add_invitations(blueprint: Blueprint) -> None:
    """Give users their buttons."""
    blueprint.add_url_rule("/users/<public_id>/forget-factors", "forget_factors", forget, methods=["POST"])
    blueprint.add_url_rule("/users/<public_id>/invite", "invite_user", invite, methods=["POST"])
    blueprint.add_url_rule("/users/<public_id>/sign-out", "sign_out_user", sign_out, methods=["POST"])
