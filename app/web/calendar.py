"""The calendars of staff: a day with people, rooms and devices in columns or in lines, a week, a month, a list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.booking.dates import month_name, short_weekday_name, weekday_name
from app.booking.statuses import MOVABLE
from app.operations.calendar import look_at_calendar
from app.operations.calendar_month import look_at_month, month_of
from app.operations.context import Context
from app.web import explain
from app.web.bookings.choices import active_locations, services_at
from app.web.bookings.form import may_book
from app.web.calendar_colours import hues
from app.web.calendar_dates import make_list, weeks_of
from app.web.calendar_filter import CalendarFilter, pools_at, read_filter, resources_at
from app.web.calendar_pages import make_day_table, make_timeline, make_week
from app.web.calendar_part import answer, layout, live_of
from app.web.context import current_context

WEEK_KINDS = ("person", "room")
LIST_DAYS = 7

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
        table=make_day_table(calendar, wanted.day, wanted.names_somebody),
        now=context.now,
        may_drag=context.may(Permission.MOVE),
        movable=lambda booking: booking.status in MOVABLE and context.may(Permission.MOVE, booking.target),
        live=live_of(context, wanted.location.public_id, [wanted.day]),
        **_surroundings(context, wanted),
    )


@blueprint.get("/timeline")
def timeline() -> ResponseReturnValue:
    """Show one day from left to right: a line for each person, room and device."""
    context = current_context()
    wanted = read_filter(context)
    if wanted is None:
        return render_template("calendar/empty.html")
    return answer(context, wanted.location.public_id, lambda: _timeline(context, wanted))


def _timeline(context: Context, wanted: CalendarFilter) -> str:
    calendar = look_at_calendar(context, wanted.query(1))
    table = make_day_table(calendar, wanted.day, wanted.names_somebody)
    return render_template(
        "calendar/timeline.html",
        filter=wanted,
        calendar=calendar,
        closure=calendar.closed.get(wanted.day, ""),
        table=table,
        timeline=make_timeline(table),
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
    kinds = wanted.kinds or (() if wanted.resources or wanted.pools else WEEK_KINDS)
    calendar = look_at_calendar(context, replace(wanted, day=wanted.monday, kinds=kinds).query(7))
    days = [wanted.monday + timedelta(days=number) for number in range(7)]
    return render_template(
        "calendar/week.html",
        filter=wanted,
        calendar=calendar,
        lines=make_week(calendar, wanted.monday, everybody=wanted.names_somebody),
        days=[(one, wanted.url("calendar.day", day=one)) for one in days],
        live=live_of(context, wanted.location.public_id, days),
        **_surroundings(context, wanted),
    )


@blueprint.get("/month")
def month() -> ResponseReturnValue:
    """Show a month: each day with its first bookings and how many more there are."""
    context = current_context()
    wanted = read_filter(context)
    if wanted is None:
        return render_template("calendar/empty.html")
    return answer(context, wanted.location.public_id, lambda: _month(context, wanted))


def _month(context: Context, wanted: CalendarFilter) -> str:
    first, count = month_of(wanted.day)
    calendar = look_at_month(context, replace(wanted, day=first).query(count))
    days = [one.day for one in calendar.days]
    return render_template(
        "calendar/month.html",
        filter=wanted,
        calendar=calendar,
        name=f"{month_name(first.month)} {first.year}",
        weeks=weeks_of(calendar.days),
        weekdays=[(short_weekday_name(number), weekday_name(number)) for number in range(7)],
        urls={day: wanted.url("calendar.day", day=day) for day in days},
        live=live_of(context, wanted.location.public_id, days),
        **_surroundings(context, wanted),
    )


@blueprint.get("/list")
def agenda() -> ResponseReturnValue:
    """Show the bookings of a week one below the other."""
    context = current_context()
    wanted = read_filter(context)
    if wanted is None:
        return render_template("calendar/empty.html")
    return answer(context, wanted.location.public_id, lambda: _agenda(context, wanted))


def _agenda(context: Context, wanted: CalendarFilter) -> str:
    calendar = look_at_calendar(context, wanted.query(LIST_DAYS))
    days = [wanted.day + timedelta(days=number) for number in range(LIST_DAYS)]
    return render_template(
        "calendar/list.html",
        filter=wanted,
        calendar=calendar,
        days=make_list(calendar, wanted.day, LIST_DAYS),
        last=days[-1],
        step=LIST_DAYS,
        live=live_of(context, wanted.location.public_id, days),
        **_surroundings(context, wanted),
    )


def _surroundings(context: Context, wanted: CalendarFilter) -> dict[str, Any]:
    """Return what all views need; addresses are made once, as a page has hundreds of links."""
    place = "?" + urlencode({"location": wanted.location.public_id})
    return {
        "layout": layout(),
        "locations": [(one.public_id, one.name) for one in active_locations(context.catalog)],
        "resources": resources_at(context, wanted.location),
        "pools": pools_at(context, wanted.location),
        "services": services_at(context.catalog, wanted.location) if context.may(Permission.SEE_TITLES) else (),
        "hues": hues(context.catalog, wanted.colour),
        "new_booking": url_for("bookings.new") + place if may_book(context) else "",
        "quick": context.may(Permission.BOOK_FOR_OTHERS),
        "booking_url": url_for("bookings.index"),
        "why": url_for("calendar.why") + place,
    }
