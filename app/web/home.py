"""Where somebody who is signed in begins: the first page that their roles let them see."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from app.web.context import current_actor
from app.web.navigation import navigation

blueprint = Blueprint("home", __name__, url_prefix="/home")


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Go on to the first page of the navigation; who has no role yet is told so."""
    for link in navigation():
        return redirect(link.url)
    return render_template("home/nothing.html", has_role=bool(current_actor().grants))
