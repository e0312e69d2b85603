"""Where somebody is signed in, and signing out there."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.operations.accounts.session_limits import limits_of
from app.operations.accounts.sessions import end_all, end_one, list_sessions
from app.texts import _, mark
from app.web.account.own import own_account, own_context
from app.web.context import site
from app.web.sign_in import forget_session

ENDED = mark("That device is signed out.")
ENDED_ALL = mark("You are signed out everywhere.")


def show() -> str:
    """List the sessions of whoever asks."""
    account = own_account()
    return render_template(
        "account/sessions.html",
        sessions=list_sessions(own_context(), account.session),
        limits=limits_of(account.actor),
        tzid=site().config.time_zone,
    )


def end(public_id: str) -> ResponseReturnValue:
    """Sign out one device."""
    end_one(own_context(), public_id)
    flash(_(ENDED))
    return redirect(url_for("account.sessions"), 303)


def end_everywhere() -> ResponseReturnValue:
    """Sign out all devices, this one, too."""
    end_all(own_context())
    forget_session()
    flash(_(ENDED_ALL))
    return redirect(url_for("sign_in.show"), 303)


def add_session_pages(blueprint: Blueprint) -> None:
    """Give the account its pages about sessions."""
    blueprint.add_url_rule("/sessions", "sessions", show)
    blueprint.add_url_rule("/sessions/end", "end_everywhere", end_everywhere, methods=["POST"])
    blueprint.add_url_rule("/sessions/<public_id>/end", "end_session", end, methods=["POST"])
