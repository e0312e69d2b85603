"""The form of time off: typed in the wall time of the resource."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, request, url_for
from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking import wall_clock
from app.booking.refusals import InvalidInput
from app.booking.values import DAY_MINUTES, Instant
from app.operations.context import Context
from app.operations.displaced import count_displaced
from app.operations.setup import time_off
from app.operations.setup.time_off import TimeOffDraft
from app.texts import _, mark, plural
from app.web.setup.kinds import Kind, Words
from app.web.setup.places import resource_groups, resource_names
from app.web.setup.reading import Typed, read_minute, show_minute
from app.web.times import day_text, span_text


def _read(context: Context, typed: Typed) -> TimeOffDraft:
    resource = typed.text("resource")
    tzid = _zones(context).get(resource)
    if tzid is None:
        raise InvalidInput("resource", _("Please choose who or what is away."))
    first = typed.day("first")
    last = typed.day("last") if typed.optional("last") else first
    start = wall_clock.earliest(first, read_minute(typed.text("from") or "00:00", "from"), tzid)
    end = wall_clock.end_of(last, read_minute(typed.text("to") or "24:00", "to"), tzid)
    if end <= start:
        raise InvalidInput("last", _("The end is not after the start; please correct one of them."))
    return TimeOffDraft(resource, start, end, typed.text("reason"))


def _zones(context: Context) -> dict[str, str]:
    return {one.public_id: one.tzid for one in context.catalog.resources.values()}


def zone_of(context: Context, resource: str) -> str:
    """Return the zone of a resource (public id); UTC for one that is not known."""
    return _zones(context).get(resource, "UTC")


def _show(context: Context, draft: TimeOffDraft) -> MultiDict[str, str]:
    tzid = _zones(context)[draft.resource]
    first, start_minute = wall(draft.start, tzid)
    last, end_minute = wall(draft.end, tzid)
    if end_minute == 0:
        last, end_minute = last - timedelta(days=1), DAY_MINUTES
    times = {
        "first": first.isoformat(),
        "from": show_minute(start_minute) if start_minute else "",
        "last": last.isoformat(),
        "to": show_minute(end_minute) if end_minute < DAY_MINUTES else "",
    }
    return MultiDict({"resource": draft.resource, "reason": draft.reason or "", **times})


def show_time_off(draft: TimeOffDraft, tzid: str) -> str:
    """Return when somebody is away, in their wall time: whole days without times."""
    first, start = wall(draft.start, tzid)
    last, end = wall(draft.end, tzid)
    if start == 0 and end == 0:
        last -= timedelta(days=1)
        if first == last:
            return day_text(first)
        return _("{first} to {last}", first=day_text(first), last=day_text(last))
    return span_text(draft.start, draft.end, tzid)


def wall(instant: Instant, tzid: str) -> tuple[date, int]:
    """Return the local date and minute of an instant."""
    return wall_clock.local_date(instant, tzid), wall_clock.local_minute(instant, tzid)


def _wanted() -> str:
    """Return the public id of the resource that the address narrows the page to; empty: all."""
    return request.args.get("resource", "")


def _unread(context: Context) -> frozenset[str]:
    """Return the public ids of those of whom the reader may not read why they are away."""
    known = context.catalog.resources.values()
    return frozenset(one.public_id for one in known if not time_off.may_read_reason(context, one))


def _options(context: Context) -> dict[str, Any]:
    return {
        "groups": resource_groups(context),
        "names": resource_names(context),
        "wanted": _wanted(),
        "zones": _zones(context),
        "show": show_time_off,
        "unread": _unread(context),
        "count_hits": lambda items: count_displaced(context, [one.public_id for one in items]),
    }


def lead_to_bookings(context: Context, public_id: str) -> str | None:
    """Say at once how many bookings a time off hits that has just been saved, and return where they are."""
    number = count_displaced(context, [public_id]).get(public_id, 0)
    if not number:
        return None
    flash(
        plural(
            "{number} booking falls into it. Below it can be given to somebody else or moved.",
            "{number} bookings fall into it. Below they can be given to somebody else or moved.",
            number,
        ),
        "warning",
    )
    return url_for("setup.bookings_time_off", public_id=public_id)


TIME_OFF = Kind(
    slug="time-off",
    words=Words(
        one=mark("Time off"),
        many=mark("Time off"),
        new=mark("New time off"),
        saved=mark("Time off saved."),
        remove=mark("Remove this time off"),
        removed=mark("Time off removed."),
    ),
    list=lambda context: time_off.list_time_off(context, _wanted()),
    get=time_off.get_time_off,
    save=time_off.save_time_off,
    read=_read,
    show=_show,
    blank=lambda context: MultiDict({"resource": _wanted()}),
    options=_options,
    permission=Permission.MANAGE_HOURS,
    remove=time_off.remove_time_off,
    leads=lead_to_bookings,
)
