"""The calendars of staff: a day with people, rooms and devices in columns or in lines, a week, a month, a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import wraps
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.booking.dates import month_name, short_weekday_name, weekday_name
from app.booking.formats import WEEK, formats
from app.booking.statuses import MOVABLE
from app.operations.calendars.calendar import look_at_calendar
from app.operations.calendars.calendar_month import look_at_month, month_of
from app.operations.context import Context
from app.texts import _
from app.web import explain
from app.web.bookings.choices import active_locations, services_at
from app.web.bookings.form import may_book
from app.web.calendar_colours import hues
from app.web.calendar_dates import make_list, weeks_of
from app.web.calendar_drag import free_of_lanes, spans, times_of_hours, times_of_week
from app.web.calendar_filter import CalendarFilter, pools_at, read_filter, resources_at
from app.web.calendar_pages import make_day_table, make_timeline, make_week, worked_on
from app.web.calendar_part import answer, layout, live_of
from app.web.context import current_context
from app.web.times import day_text, short_day

WEEK_KINDS = ("person", "room")
LIST_DAYS = 7
MONTHS = 0
"""The step of a page whose arrows go to other months."""

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")
blueprint.add_url_rule("/why", "why", explain.show)


@blueprint.get("/")
def index() -> Response:
    """Send to the day view, with the same choice."""
    chosen = urlencode(list(request.args.items(multi=True)))
    return redirect(url_for("calendar.day") + (f"?{chosen}" if chosen else ""))


def _view(make: Callable[[Context, CalendarFilter], str]) -> Callable[[], ResponseReturnValue]:
    """Turn what makes a page out of its filter into a view: the page, its part alone, or that no place is set up."""

    @wraps(make)
    def view() -> ResponseReturnValue:
        context = current_context()
        wanted = read_filter(context)
        if wanted is None:
            return render_template("calendar/empty.html")
        return answer(context, wanted.location.public_id, lambda: make(context, wanted))

    return view


@blueprint.get("/day")
@_view
def day(context: Context, wanted: CalendarFilter) -> str:
    """Show one day: rows are quarter hours, columns are people, rooms and devices."""
    calendar = look_at_calendar(context, wanted.query(1))
    table = make_day_table(calendar, wanted.day, wanted.names_somebody)
    return _render(
        context,
        Shown("day", wanted, day_text(wanted.day), 1, [wanted.day]),
        calendar=calendar,
        closure=calendar.closed.get(wanted.day, ""),
        table=table,
        free=free_of_lanes(table),
        now=context.now,
        **_dragging(context),
    )


@blueprint.get("/timeline")
@_view
def timeline(context: Context, wanted: CalendarFilter) -> str:
    """Show one day from left to right: a line for each person, room and device."""
    calendar = look_at_calendar(context, wanted.query(1))
    table = make_day_table(calendar, wanted.day, wanted.names_somebody)
    lines = make_timeline(table)
    return _render(
        context,
        Shown("timeline", wanted, day_text(wanted.day), 1, [wanted.day]),
        calendar=calendar,
        closure=calendar.closed.get(wanted.day, ""),
        table=table,
        timeline=lines,
        times=list(times_of_hours(table, lines)),
        free=free_of_lanes(table),
        now=context.now,
        **_dragging(context),
    )


@blueprint.get("/week")
@_view
def week(context: Context, wanted: CalendarFilter) -> str:
    """Show a week's working days, and others with bookings: rows are people and rooms, columns are days."""
    kinds = wanted.kinds or (() if wanted.resources or wanted.pools else WEEK_KINDS)
    first = wanted.week_first
    calendar = look_at_calendar(context, replace(wanted, day=first, kinds=kinds).query(WEEK))
    days = [first + timedelta(days=number) for number in range(WEEK)]
    lines = worked_on(make_week(calendar, first, everybody=wanted.names_somebody), formats().working)
    shown = [cell.day for cell in lines[0].days] if lines else days
    return _render(
        context,
        Shown("week", wanted, _("Week of {day}", day=day_text(first)), WEEK, days),
        calendar=calendar,
        lines=lines,
        days=[(one, wanted.url("calendar.day", day=one)) for one in shown],
        times=times_of_week(calendar, shown),
        spans=spans,
        **_dragging(context),
    )


@blueprint.get("/month")
@_view
def month(context: Context, wanted: CalendarFilter) -> str:
    """Show a month: each day with its first bookings and how many more there are."""
    first, count = month_of(wanted.day)
    calendar = look_at_month(context, replace(wanted, day=first).query(count))
    days = [one.day for one in calendar.days]
    return _render(
        context,
        Shown("month", wanted, f"{month_name(first.month)} {first.year}", MONTHS, days),
        calendar=calendar,
        weeks=weeks_of(calendar.days),
        weekdays=[(short_weekday_name(number), weekday_name(number)) for number in formats().weekdays()],
        urls={one: wanted.url("calendar.day", day=one) for one in days},
    )


@blueprint.get("/list")
@_view
def agenda(context: Context, wanted: CalendarFilter) -> str:
    """Show the bookings of a week one below the other."""
    calendar = look_at_calendar(context, wanted.query(LIST_DAYS))
    days = [wanted.day + timedelta(days=number) for number in range(LIST_DAYS)]
    heading = _("{first} to {last}", first=short_day(days[0]), last=short_day(days[-1]))
    return _render(
        context,
        Shown("list", wanted, heading, LIST_DAYS, days),
        calendar=calendar,
        days=make_list(calendar, wanted.day, LIST_DAYS),
    )


def _dragging(context: Context) -> dict[str, object]:
    """Return what a page needs on which bookings can be dragged: whether they can, and which of them."""
    return {
        "may_drag": context.may(Permission.MOVE),
        "movable": lambda booking: booking.status in MOVABLE and context.may(Permission.MOVE, booking.target),
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """A template and what it is about.

    ``step``: how many days the page's arrows go, or ``MONTHS``; ``days``: the dates that it shows.
    """

    template: str
    filter: CalendarFilter
    heading: str
    step: int
    days: Sequence[date]


def _render(context: Context, shown: Shown, **content: object) -> str:
    """Return the page with what all views need; addresses are made once, as a page has hundreds of links."""
    wanted = shown.filter
    place = "?" + urlencode({"location": wanted.location.public_id})
    return render_template(
        f"calendar/{shown.template}.html",
        layout=layout(),
        filter=wanted,
        endpoint=request.endpoint,
        heading=shown.heading,
        step=shown.step,
        dates=shown.days,
        live=live_of(context, wanted.location.public_id, shown.days),
        locations=[(one.public_id, one.name) for one in active_locations(context.catalog)],
        resources=resources_at(context, wanted.location),
        pools=pools_at(context, wanted.location),
        services=services_at(context.catalog, wanted.location) if context.may(Permission.SEE_TITLES) else (),
        hues=hues(context.catalog, wanted.colour),
        new_booking=url_for("bookings.new") + place if may_book(context) else "",
        quick=context.may(Permission.BOOK_FOR_OTHERS),
        booking_url=url_for("bookings.index"),
        why=url_for("calendar.why") + place,
        **content,
    )
