"""``/account``: what somebody sees and changes of their own account."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.access.permissions import Permission
from app.web.account.deputies import add_deputy_pages
from app.web.account.factors import add_factor_pages
from app.web.account.feed import add_feed_pages
from app.web.account.language import add_language_pages
from app.web.account.own import own_account
from app.web.account.password import add_password_pages
from app.web.account.sessions import add_session_pages
from app.web.context import current_context

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/")
def index() -> str:
    """Say what there is."""
    context = current_context()
    has_deputies = context.may(Permission.APPROVE) or context.may(Permission.MANAGE_USERS)
    return render_template("account/index.html", account=own_account(), has_deputies=has_deputies)


add_password_pages(blueprint)
add_factor_pages(blueprint)
add_session_pages(blueprint)
add_deputy_pages(blueprint)
add_feed_pages(blueprint)
add_language_pages(blueprint)
