"""The buttons on a user's page about accounts elsewhere."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput
from app.operations.outside.links import let_link, unlink
from app.operations.outside.values import Source
from app.web.context import current_context


def link(public_id: str) -> ResponseReturnValue:
    """Let the next sign-in from there with this account's mail address be this account."""
    try:
        name = let_link(current_context(), public_id, _source())
    except InvalidInput as refusal:
        flash(refusal.problem, "error")
    else:
        flash(f"Whoever signs in there next with the mail address of {name} is {name} from then on.")
    return redirect(url_for("setup.edit_users", public_id=public_id), 303)


def end_link(public_id: str) -> ResponseReturnValue:
    """Let nobody sign in from there to this account."""
    try:
        name = unlink(current_context(), public_id, _source())
    except InvalidInput as refusal:
        flash(refusal.problem, "error")
    else:
        flash(f"{name} is linked there no more, and is signed out everywhere.")
    return redirect(url_for("setup.edit_users", public_id=public_id), 303)


def _source() -> Source:
    try:
        return Source(request.form.get("source", Source.LDAP.value))
    except ValueError:
        abort(400)


def add_outside(blueprint: Blueprint) -> None:
    """Give users their buttons."""
    blueprint.add_url_rule("/users/<public_id>/link", "link_user", link, methods=["POST"])
    blueprint.add_url_rule("/users/<public_id>/unlink", "unlink_user", end_link, methods=["POST"])
