"""Booking for a client: the form, its free times, and what became of it."""

from __future__ import annotations

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.permissions import Permission
from app.booking.refusals import NotAllowed, NotFound, Refusal
from app.booking.words import sentence
from app.look.features import Feature
from app.operations.book import book
from app.operations.context import Context
from app.operations.requests import BookingRequest, OnConflict, SeriesRequest
from app.operations.series import book_series
from app.operations.views import SeriesResult
from app.texts import _
from app.web.bookings import choices
from app.web.bookings.form import Filled, free_times, from_address, new_key, read_booking, refused, render_form
from app.web.bookings.rule import read_exdates, read_rule
from app.web.bookings.when import day_words, moments_of
from app.web.context import current_context
from app.web.errors import status_of
from app.web.features import has_feature
from app.web.setup.reading import Typed

LOOK_ONLY = ("times", "client")
NOT_CARRIED = ("csrf_token", "key", "on_conflict", "do")


def show() -> str:
    """Show the form, filled in as far as the address says."""
    context = _allowed()
    return render_form(context, Filled(from_address(context, request.args)))


def times() -> str:
    """Show the free times of a date, to be put into the form that is open."""
    context = _allowed()
    typed = Typed(request.args)
    location = choices.find_location(context.catalog, typed.text("location"))
    service = choices.find_service(context.catalog, location, typed.text("service")) if location else None
    free = free_times(context, service, location, typed) if service and location else ()
    return render_template("bookings/_times.html", free=free, slot=typed.text("slot"), day=day_words(typed))


def create() -> ResponseReturnValue:
    """Book, or only look up free times and clients; what was typed stays in the form."""
    context = _allowed()
    typed, filled = Typed(request.form), Filled(request.form)
    place = choices.find_location(context.catalog, typed.text("location"))
    tzid = g.tzid = place.tzid if place is not None else "UTC"
    if typed.text("do") in LOOK_ONLY:
        return render_form(context, filled)
    try:
        wanted = read_booking(context, typed)
        if typed.text("repeat"):
            if not has_feature(Feature.SERIES):
                abort(404)
            return _answer_series(typed, tzid, _book_series(context, typed, wanted, tzid))
        booking = book(context, wanted)
    except NotAllowed:
        raise
    except Refusal as refusal:
        return render_form(context, refused(filled, refusal, tzid)), _status(refusal)
    flash(_("Booked.") if booking.status == "confirmed" else _("Requested: somebody has to approve it."))
    return redirect(url_for("bookings.show", public_id=booking.public_id))


def _allowed() -> Context:
    """Return the context of somebody who may book: for others, or else for themselves."""
    context = current_context()
    if not context.may(Permission.BOOK_FOR_SELF):
        context.require_anywhere(Permission.BOOK_FOR_OTHERS)
    return context


def _status(refusal: Refusal) -> int:
    """Return the status of a form shown again; something gone from under a form is a problem of the form."""
    return 422 if isinstance(refusal, NotFound) else status_of(refusal)


def _book_series(context: Context, typed: Typed, first: BookingRequest, tzid: str) -> SeriesResult:
    known = [one.value for one in OnConflict]
    wished = typed.text("on_conflict")
    request_ = SeriesRequest(
        first=first,
        rule=read_rule(typed, first.start, tzid),
        exdates=read_exdates(typed),
        on_conflict=OnConflict(wished) if wished in known else OnConflict.NOTHING,
    )
    return book_series(context, request_)


def _answer_series(typed: Typed, tzid: str, result: SeriesResult) -> ResponseReturnValue:
    """Lead to the series when all of it is booked as wished; else show what became of each occurrence."""
    times = [one.booking.start if one.booking else None for one in result.occurrences]
    if result.series is None or times != [one.start for one in result.occurrences]:
        return _show_series(typed, tzid, result), 200 if result.series else 409
    requested = any(one.booking and one.booking.status == "requested" for one in result.occurrences)
    if requested:
        flash(_("{number} requested: somebody has to approve them.", number=len(times)))
    else:
        flash(_("{number} booked.", number=len(times)))
    return redirect(url_for("bookings.together", series=result.series), 303)


def _show_series(typed: Typed, tzid: str, result: SeriesResult) -> str:
    """Show what became of each occurrence; while nothing is booked, with the choice of what to do about conflicts.

    Loading the page anew sends the same key, which books nothing twice and shows what was booked then.
    """
    carried = [
        (name, text) for name, texts in typed.fields.lists() if name not in NOT_CARRIED for text in texts if text
    ]
    return render_template(
        "bookings/series.html",
        result=result,
        moments=moments_of(result.occurrences, tzid),
        problems={one.number: sentence(one.refusal, tzid) for one in result.occurrences if one.refusal},
        carried=carried,
        key=new_key(),
    )
