"""The buttons on a user's page about accounts elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput
from app.operations.context import Context
from app.operations.outside.links import let_link, unlink
from app.operations.outside.values import Source
from app.texts import _, mark
from app.web.context import current_context


def link(public_id: str) -> ResponseReturnValue:
    """Let the next sign-in from there with this account's email address be this account."""
    done = mark("Whoever signs in there next with the email address of {name} is {name} from then on.")
    return _change(public_id, let_link, done)


def end_link(public_id: str) -> ResponseReturnValue:
    """Let nobody sign in from there to this account."""
    return _change(public_id, unlink, mark("{name} is linked there no more, and is signed out everywhere."))


def _change(public_id: str, work: Callable[[Context, str, Source], str], done: str) -> ResponseReturnValue:
    """Do something about a link, and go back to the user's page, which tells what became of it."""
    try:
        name = work(current_context(), public_id, _source())
    except InvalidInput as refusal:
        flash(refusal.problem, "error")
    else:
        flash(_(done, name=name))
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
