"""Which personal data lie where: the page for the data protection officer."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.access.permissions import Permission
from app.operations.installation.data_register import read_register
from app.web.context import current_context

blueprint = Blueprint("data_register", __name__, url_prefix="/data-register")


@blueprint.get("/")
def index() -> str:
    """Show the register."""
    context = current_context()
    return render_template(
        "data_register/index.html", register=read_register(context), may_set=context.may(Permission.MANAGE_SERVICES)
    )
