"""The addresses of the public way."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.web.access import public
from app.web.context import visitor_context
from app.web.public.offer import offered_by_place

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@public
def services() -> str:
    """Show what can be booked, by place."""
    return render_template("public/services.html", places=offered_by_place(visitor_context().catalog))
