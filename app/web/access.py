"""Every route needs somebody signed in, unless its view is marked public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.web.context import current_actor
from app.web.errors import SignedOut

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "eigenplan_public"


def public(view: View) -> View:
    """Mark a view that anybody may call; it reads no cookie."""
    setattr(view, _MARK, True)
    return view


def is_public(app: Flask, endpoint: str) -> bool:
    """Whether an endpoint needs no sign-in: marked views and the static files."""
    return endpoint == "static" or hasattr(app.view_functions[endpoint], _MARK)


def require_sign_in() -> ResponseReturnValue | None:
    """Send strangers to the sign-in page; what they wanted to post is kept for them to send again.

    An unknown address has no endpoint and goes on to its 404.
    """
    endpoint = request.endpoint
    if endpoint is None or is_public(current_app, endpoint) or current_actor().is_staff:
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("sign_in.show", next=request.full_path.rstrip("?")))
    raise SignedOut()


def init_access(app: Flask) -> None:
    """Make the rule hold for every request of this application."""
    app.before_request(require_sign_in)
