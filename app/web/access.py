"""Every route needs somebody signed in, unless its view is marked public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.operations.accounts.sessions import Account, can_show_second
from app.web.context import current_account, current_actor, site
from app.web.errors import SignedOut

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "eigenplan_public"
_SETTING_UP = "eigenplan_setting_up"


def public(view: View) -> View:
    """Mark a view that anybody may call; it reads no cookie."""
    setattr(view, _MARK, True)
    return view


def setting_up(view: View) -> View:
    """Mark a view for setting up a second factor: who needs one and has none yet may call it, and nothing else."""
    setattr(view, _SETTING_UP, True)
    return view


def is_public(app: Flask, endpoint: str) -> bool:
    """Whether an endpoint needs no sign-in: marked views and the static files."""
    return endpoint == "static" or hasattr(app.view_functions[endpoint], _MARK)


def require_sign_in() -> ResponseReturnValue | None:
    """Send strangers to the sign-in page; what they wanted to post is kept for them to send again.

    An unknown address has no endpoint and goes on to its 404, which has the navigation of whoever is signed in.
    """
    endpoint = request.endpoint
    if endpoint is None:
        current_actor()
        return None
    if is_public(current_app, endpoint) or current_actor().is_staff:
        return None
    account = current_account()
    if account is not None and _may_set_up(account, endpoint):
        return None
    if request.method in ("GET", "HEAD"):
        step = "sign_in.show" if account is None else "second.show"
        return redirect(url_for(step, next=request.full_path.rstrip("?")))
    raise SignedOut()


def _may_set_up(account: Account, endpoint: str) -> bool:
    """Whether somebody who lacks a second factor sets one up; who has one shows that instead of making another."""
    if not hasattr(current_app.view_functions[endpoint], _SETTING_UP):
        return False
    return not can_show_second(site().store, account)


def init_access(app: Flask) -> None:
    """Make the rule hold for every request of this application."""
    app.before_request(require_sign_in)
