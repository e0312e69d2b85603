"""The calendars of staff: a day with people, rooms and devices side by side, and a week."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.operations.calendar import look_at_calendar
from app.operations.context import Context
from app.web import explain
from app.web.bookings.choices import active_locations
from app.web.bookings.form import may_book
from app.web.calendar_filter import CalendarFilter, read_filter, resources_at
from app.web.calendar_pages import make_day_table, make_week
from app.web.calendar_part import answer, layout, live_of
from app.web.context import current_context

WEEK_KINDS = ("person", "room")

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")
blueprint.add_url_rule("/why", "why", explain.show)


@blueprint.get("/")
def index() -> Response:
    """Send to the day view, with the same choice."""
    chosen = urlencode(list(request.args.items(multi=True)))
    return redirect(url_for("calendar.day") + (f"?{chosen}" if chosen else ""))


@blueprint.get("/day")
def day() -> ResponseReturnValue:
    """Show one day: rows are quarter hours, columns are people, rooms and devices."""
    context = current_context()
    wanted = read_filter(context)
    if wanted is None:
        return render_template("calendar/empty.html")
    return answer(context, wanted.location.public_id, lambda: _day(context, wanted))


def _day(context: Context, wanted: CalendarFilter) -> str:
    calendar = look_at_calendar(context, wanted.query(1))
    return render_template(
        "calendar/day.html",
        filter=wanted,
        calendar=calendar,
        closure=calendar.closed.get(wanted.day, ""),
        table=make_day_table(calendar, wanted.day, wanted.everybody or bool(wanted.resources)),
        now=context.now,
        live=live_of(context, wanted.location.public_id, [wanted.day]),
        **_surroundings(context, wanted),
    )


@blueprint.get("/week")
def week() -> ResponseReturnValue:
    """Show seven days: rows are people and rooms, columns are days."""
    context = current_context()
    wanted = read_filter(context)
    if wanted is None:
        return render_template("calendar/empty.html")
    return answer(context, wanted.location.public_id, lambda: _week(context, wanted))


def _week(context: Context, wanted: CalendarFilter) -> str:
    kinds = wanted.kinds or (() if wanted.resources else WEEK_KINDS)
    calendar = look_at_calendar(context, replace(wanted, day=wanted.monday, kinds=kinds).query(7))
    days = [wanted.monday + timedelta(days=number) for number in range(7)]
    return render_template(
        "calendar/week.html",
        filter=wanted,
        calendar=calendar,
        lines=make_week(calendar, wanted.monday, everybody=wanted.everybody or bool(wanted.resources)),
        days=[(one, wanted.url("calendar.day", day=one)) for one in days],
        live=live_of(context, wanted.location.public_id, days),
        **_surroundings(context, wanted),
    )


def _surroundings(context: Context, wanted: CalendarFilter) -> dict[str, Any]:
    """Return what both views need; addresses are made once, as a page has hundreds of links."""
    place = "?" + urlencode({"location": wanted.location.public_id})
    return {
        "layout": layout(),
        "locations": [(one.public_id, one.name) for one in active_locations(context.catalog)],
        "resources": resources_at(context, wanted.location),
        "new_booking": url_for("bookings.new") + place if may_book(context) else "",
        "booking_url": url_for("bookings.index"),
        "why": url_for("calendar.why") + place,
    }
