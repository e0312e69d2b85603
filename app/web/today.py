"""The page that a day begins with: for each role what it needs, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.values import Location
from app.booking.wall_clock import local_date
from app.operations.context import Context
from app.operations.figures import look_at_figures
from app.operations.letters.outbox import list_outbox
from app.operations.setup.set_up_left import look_at_set_up
from app.operations.today import DeskView, look_at_desk, look_at_my_day
from app.texts import _, mark
from app.web.bookings.choices import active_locations, find_location
from app.web.context import current_context

blueprint = Blueprint("today", __name__, url_prefix="/today")

STEPS: Mapping[str, tuple[str, str]] = {
    "place": (mark("Add a location"), "setup.index"),
    "hours": (mark("Give the location its weekly hours"), "setup.index"),
    "resources": (mark("Add who and what can be booked"), "setup.index"),
    "service": (mark("Add a service"), "setup.index"),
    "offered": (mark("Say where a service is offered and what it takes"), "setup.index"),
}


@blueprint.get("/")
def index() -> str:
    """Show one's own day, the desk of a place, its figures, and what an administrator has to do."""
    context = current_context()
    context.require_anywhere(Permission.SEE_TITLES)
    place = find_location(context.catalog, request.args.get("location", ""))
    mine = look_at_my_day(context)
    return render_template(
        "today/index.html",
        place=place,
        day=_day(context, place),
        places=[(one.public_id, one.name) for one in active_locations(context.catalog)],
        mine=mine,
        desk=_desk(context, place, gives=mine is not None),
        figures=look_at_figures(context, place.public_id)
        if place and context.may(Permission.MANAGE_RESOURCES)
        else None,
        **_for_administrators(context),
    )


def _day(context: Context, place: Location | None) -> date | None:
    """Return which day it is at the place."""
    return None if place is None else local_date(context.now, place.tzid)


def _desk(context: Context, place: Location | None, *, gives: bool) -> DeskView | None:
    """Return the desk of the place; whoever gives services has it only where they see more than their own."""
    if place is None or (gives and not context.may(Permission.SEE_TITLES, Target(location_id=place.id))):
        return None
    return look_at_desk(context, place.public_id)


def _for_administrators(context: Context) -> dict[str, Any]:
    """Return how messages stand, and the steps of the set-up that are left."""
    messages = list_outbox(context, limit=1).counts if context.may(Permission.SEE_MESSAGES) else None
    steps = look_at_set_up(context) if context.may(Permission.MANAGE_SETTINGS) else ()
    left = [(_(STEPS[one.key][0]), url_for(STEPS[one.key][1])) for one in steps if not one.is_done]
    return {"messages": messages, "left": left, "is_empty": not any(one.is_done for one in steps)}
