"""Blocking a free time instead of booking it: one press makes time off of just that stretch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.values import DAY_MINUTES, MINUTE, Instant, Location, Resource
from app.booking.wall_clock import end_of, local, local_date
from app.operations.context import Context
from app.operations.rights import target_of_resource
from app.operations.setup.time_off import TimeOffDraft, block_time
from app.texts import _
from app.web.bookings import choices
from app.web.bookings.when import NOT_OFFERED, read_instant
from app.web.context import current_context
from app.web.setup.reading import Typed, read_minute, show_minute
from app.web.setup.time_off import lead_to_bookings
from app.web.targets import own_path
from app.web.times import moment_text, span_text

QUARTER = 15
MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Block:
    """What the form offers. ``end``: of what was drawn; ``until``: the same on the clock of the place, to be changed.

    ``back``: where to return afterwards.
    """

    location: str
    resource: str
    name: str
    start: Instant
    end: Instant
    since: str
    until: str
    back: str


def offer(context: Context, location: Location, typed: Typed) -> Block | None:
    """Return what may be blocked instead of the booking that a form is about; None: nothing, or not by this actor.

    ``drawn`` has the minutes that were drawn in the calendar; a single free time is a quarter of an hour.
    """
    wanted = typed.text("resource") or typed.text("provider")
    resource, start = choices.by_public_id(context.catalog, wanted), read_instant(typed.text("slot"))
    if resource is None or start is None:
        return None
    if not context.may(Permission.MANAGE_HOURS, target_of_resource(resource)):
        return None
    drawn = typed.text("drawn")
    minutes = int(drawn[:4]) if drawn.isascii() and drawn.isdigit() else 0
    end = start + (min(minutes, MOST_MINUTES) or QUARTER) * MINUTE
    return _block(location, resource, (start, end), own_path(typed.text("back")))


def _block(location: Location, resource: Resource, stretch: tuple[Instant, Instant], back: str) -> Block:
    start, end = stretch
    day = local_date(start, location.tzid).isoformat()
    return Block(
        location=location.public_id,
        resource=resource.public_id,
        name=resource.name,
        start=start,
        end=end,
        since=moment_text(start, location.tzid),
        until=_clock(end, location.tzid),
        back=back or url_for("calendar.day", location=location.public_id, date=day),
    )


def _clock(end: Instant, tzid: str) -> str:
    """Return an end on the clock of the place as it is typed; midnight as 24:00."""
    wall = local(end, tzid)
    return show_minute(wall.hour * 60 + wall.minute or DAY_MINUTES)


def block() -> ResponseReturnValue:
    """Make time off of the stretch and return to the calendar, or show the bookings that it hits."""
    context, typed = current_context(), Typed(request.form)
    context.require_anywhere(Permission.MANAGE_HOURS)
    place, resource, start = _read(context, typed)
    g.tzid = place.tzid
    end = read_instant(typed.text("end")) or start + QUARTER * MINUTE
    shown = _block(place, resource, (start, end), own_path(typed.text("back")))
    try:
        end = _read_end(typed, start, end, place.tzid)
        made = block_time(context, TimeOffDraft(resource.public_id, start, end))
    except InvalidInput as refusal:
        again = replace(shown, until=typed.text("block_until"))
        return render_template("bookings/block.html", block=again, errors={"block_until": refusal.problem}), 422
    flash(_("{name} is blocked: {when}.", name=resource.name, when=span_text(start, end, place.tzid)))
    return redirect(lead_to_bookings(context, made) or shown.back)


def _read(context: Context, typed: Typed) -> tuple[Location, Resource, Instant]:
    """Return place, resource and start as the form's hidden fields name them.

    Raises:
        NotFound: the place is not in use any more. InvalidInput: the resource is not, or the start cannot be read.
    """
    place = choices.find_location(context.catalog, typed.text("location"))
    resource = choices.by_public_id(context.catalog, typed.text("resource"))
    if place is None or resource is None:
        problem = _("This person, room or device is not in use any more; please load the page again.")
        raise InvalidInput("resource", problem)
    context.require(Permission.MANAGE_HOURS, target_of_resource(resource))
    start = read_instant(typed.text("start"))
    if start is None:
        raise InvalidInput("start", _(NOT_OFFERED))
    return place, resource, start


def _read_end(typed: Typed, start: Instant, drawn: Instant, tzid: str) -> Instant:
    """Return the end as typed, on the day of the start; as it was drawn where nobody changed it.

    So what was drawn counts to the minute also where the clock shows a time twice.
    """
    text = typed.text("block_until").strip()
    if text == _clock(drawn, tzid):
        return drawn
    return end_of(local_date(start, tzid), read_minute(text, "block_until"), tzid)
