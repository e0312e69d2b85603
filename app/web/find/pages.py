"""The page "Find a time": a form for whom and what, the best common times with a button each, everybody's days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking.common_times import CommonTime, NearMiss
from app.booking.common_words import say_missing, say_reason
from app.booking.refusals import InvalidInput, NotAllowed, Refusal
from app.booking.values import MINUTE, ResourceKind
from app.booking.words import say_list, sentence
from app.operations.book import book as book_it
from app.operations.context import Context
from app.operations.find_times import FoundTimes, bookable_at, find_times
from app.operations.requests import BookingRequest, ClientDetails
from app.texts import _, mark
from app.web.bookings import choices
from app.web.bookings.form import new_key
from app.web.bookings.when import NOT_OFFERED, read_instant
from app.web.context import current_context
from app.web.errors import status_of
from app.web.find.reading import MYSELF, Asked, days_options, read_asked
from app.web.find.rows import make_days
from app.web.setup.reading import Typed
from app.web.times import span_text

blueprint = Blueprint("find", __name__, url_prefix="/find")

GROUPS: Mapping[str, str] = {
    ResourceKind.PERSON: mark("People"),
    ResourceKind.ROOM: mark("Rooms"),
    ResourceKind.DEVICE: mark("Devices"),
}
_FIELDS = ("location", "service", "together", "date", "days", "name", "email", "phone", "comment")


@dataclass(frozen=True, slots=True)
class Time:
    """One common time as it is shown: when, why, and where the booking form has it."""

    start: int
    when: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    form_url: str


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Show the form, and what is found as soon as somebody is chosen."""
    context = _allowed()
    asked = read_asked(context, request.args)
    if asked is None:
        return render_template("calendar/empty.html")
    return _page(context, asked, MultiDict())


@blueprint.post("/book")
def book() -> ResponseReturnValue:
    """Book the time of the pressed button for all that were chosen; a refusal shows the page again, as it is now.

    Raises:
        NotAllowed: not for these.
    """
    context = _allowed()
    asked = read_asked(context, request.form)
    if asked is None:
        return render_template("calendar/empty.html")
    g.tzid = asked.location.tzid
    try:
        booking = book_it(context, _request(asked, Typed(request.form)))
    except NotAllowed:
        raise
    except Refusal as refusal:
        errors = {_field_of(refusal): sentence(refusal, asked.location.tzid)}
        return _page(context, asked, request.form, errors), status_of(refusal)
    flash(_("Booked.") if booking.status == "confirmed" else _("Requested: somebody has to approve it."))
    return redirect(url_for("bookings.show", public_id=booking.public_id))


def _allowed() -> Context:
    context = current_context()
    context.require_anywhere(Permission.BOOK_FOR_OTHERS)
    context.require_anywhere(Permission.SEE_BUSY)
    return context


def _request(asked: Asked, typed: Typed) -> BookingRequest:
    """Return the booking that a pressed button asks for; each time of a page is a request of its own.

    Raises:
        InvalidInput: no time of ours, or no service.
    """
    start = read_instant(typed.text("start"))
    if start is None:
        raise InvalidInput("start", _(NOT_OFFERED))
    if asked.service is None:
        raise InvalidInput("service", _("Please choose a service that this location offers."))
    return BookingRequest(
        service=asked.service.public_id,
        location=asked.location.public_id,
        start=start,
        client=_client(asked, typed),
        duration_minutes=asked.minutes,
        comment=typed.text("comment"),
        key=f"{typed.text('key')}-{start}" if typed.text("key") else None,
        together=asked.together,
    )


def _client(asked: Asked, typed: Typed) -> ClientDetails:
    tzid = asked.location.tzid
    if asked.for_self:
        return ClientDetails(is_actor=True, tzid=tzid)
    if asked.client:
        return ClientDetails(public_id=asked.client, tzid=tzid)
    return ClientDetails(typed.text("name"), typed.text("email"), typed.text("phone"), tzid)


def _field_of(refusal: Refusal) -> str:
    return refusal.field if refusal.field in _FIELDS else ""


def _page(context: Context, asked: Asked, typed: MultiDict[str, str], errors: Mapping[str, str] | None = None) -> str:
    """Show what is asked for with what is found; what cannot be looked for is told beside its field."""
    g.tzid = tzid = asked.location.tzid
    told, found = dict(errors or {}), None
    if asked.is_search:
        try:
            found = _find(context, asked)
        except NotAllowed:
            raise
        except Refusal as refusal:
            told.setdefault(_field_of(refusal), sentence(refusal, tzid))
    return render_template(
        "find/find.html",
        asked=asked,
        found=found,
        times=[] if found is None else [_time(asked, found, one) for one in found.best],
        misses=[] if found is None else [_miss(found, one) for one in found.misses],
        days=() if found is None else make_days(found.calendar, context.now),
        errors=told,
        fields=typed,
        key=new_key(),
        may_self=context.may(Permission.BOOK_FOR_SELF),
        myself=MYSELF,
        **_choices(context, asked),
    )


def _find(context: Context, asked: Asked) -> FoundTimes:
    if asked.service is None:
        raise InvalidInput("service", _("No service of this location can be booked for several at once."))
    return find_times(context, asked.query())


def _choices(context: Context, asked: Asked) -> dict[str, Any]:
    resources, pools = bookable_at(context, asked.location, asked.service, for_self=asked.for_self)
    groups = [
        (_(label), [(one.public_id, one.name) for one in resources if one.kind == kind])
        for kind, label in GROUPS.items()
    ]
    groups.append((_("Any one of"), [(one.public_id, one.name) for one in pools]))
    return {
        "groups": [(label, members) for label, members in groups if members],
        "locations": choices.location_options(context.catalog),
        "services": [(one.public_id, one.name) for one in asked.services],
        "durations": [] if asked.service is None else choices.duration_options(asked.service),
        "days_options": days_options(),
    }


def _time(asked: Asked, found: FoundTimes, one: CommonTime) -> Time:
    when = _when(found, one.start)
    good = tuple(say_reason(reason) for reason in one.reasons if reason.points >= 0)
    bad = tuple(say_reason(reason) for reason in one.reasons if reason.points < 0)
    return Time(one.start, when, good, bad, asked.form_url(one.start))


def _miss(found: FoundTimes, one: NearMiss) -> tuple[str, str]:
    return _when(found, one.start), say_list([say_missing(each) for each in one.missing])


def _when(found: FoundTimes, start: int) -> str:
    return span_text(start, start + found.minutes * MINUTE, found.calendar.tzid)
