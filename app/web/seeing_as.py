"""See as: an administrator looks at the site as a role sees it; as long as that lasts, nothing can be changed."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from app.access.actors import Actor
from app.access.permissions import say_role
from app.booking.refusals import NotAllowed, NotFound
from app.operations.setup.roles import begin_seeing_as, see_as
from app.texts import _
from app.web.context import context_for, current_actor, current_context

blueprint = Blueprint("seeing_as", __name__, url_prefix="/see-as")
KEY = "see_as"
SAFE = ("GET", "HEAD", "OPTIONS")
STILL_ALLOWED = ("seeing_as.stop", "sign_in.sign_out", "confirm.by_password", "confirm.by_passkey", "confirm.go_on")
"""What ends it, and showing again who one is, which some pages ask for."""

WRITES = ("account.authenticator",)
"""Pages that write when they are only looked at: the secret that an app is told is made, for the account itself."""


def init_seeing_as(app: Flask) -> None:
    """Make the rule hold for every request of this application."""
    app.before_request(_look_as_chosen)


def _look_as_chosen() -> None:
    """Let the request see what the chosen role sees, and refuse it if it would change anything.

    Public pages read no cookie, so they stay as they are for everybody.
    """
    if "actor" not in g or KEY not in session or not g.actor.is_staff:
        return
    chosen = _chosen(g.actor, session[KEY])
    if chosen is None:
        session.pop(KEY)
        return
    g.actor = chosen
    is_looking = request.method in SAFE and request.endpoint not in WRITES
    if not is_looking and request.endpoint not in STILL_ALLOWED:
        raise NotAllowed(
            permission="",
            reason=_(
                "You see the site as {role} does, so nothing can be changed; please stop that first.",
                role=say_role(chosen.seen_as),
            ),
        )


def _chosen(actor: Actor, public_id: str) -> Actor | None:
    """Return the actor as the chosen role; None when the role is gone or became more than they have."""
    try:
        return see_as(context_for(actor), public_id)
    except (NotAllowed, NotFound):
        return None


@blueprint.post("/<public_id>")
def begin(public_id: str) -> ResponseReturnValue:
    """Begin to look at the site as this role does."""
    begin_seeing_as(current_context(), public_id)
    session[KEY] = public_id
    return redirect(url_for("home.show"), 303)


@blueprint.post("/stop")
def stop() -> ResponseReturnValue:
    """Be oneself again."""
    seen_as = current_actor().seen_as
    session.pop(KEY, None)
    flash(_("You see the site as yourself again.") if seen_as else _("You were yourself all the time."))
    return redirect(url_for("home.show"), 303)
