"""The bookings that a time off hits: each given to somebody else who is free, moved, or left as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, NotFound, Refusal, Unavailable
from app.booking.words import sentence
from app.operations.context import Context
from app.operations.displaced import (
    MOST,
    Displaced,
    DisplacedView,
    Given,
    find_displaced,
    give,
    give_all,
    is_given,
)
from app.operations.setup.time_off import get_time_off
from app.texts import _, plural
from app.web.bookings.detail import BookingRow, rows_of
from app.web.bookings.form import new_key
from app.web.context import current_context
from app.web.errors import status_of
from app.web.setup.places import resource_names
from app.web.setup.reading import Typed
from app.web.setup.time_off import show_time_off, zone_of

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Line:
    """One booking of the page: what it is, who may have it instead, and why the last try was refused."""

    public_id: str
    version: int
    row: BookingRow
    others: list[tuple[str, str]]
    may_move: bool
    waits: bool
    problem: str


def add_displaced(blueprint: Blueprint) -> None:
    """Give time off the page of the bookings that it hits."""
    rule = "/time-off/<public_id>/bookings"
    blueprint.add_url_rule(rule, "bookings_time_off", show)
    blueprint.add_url_rule(rule, "rebook_time_off", rebook, methods=["POST"])


def show(public_id: str) -> str:
    """List the bookings that a time off hits."""
    return _page(current_context(), public_id)


def rebook(public_id: str) -> ResponseReturnValue:
    """Give one booking, or all that can be given, to others who are free."""
    context, typed = current_context(), Typed(request.form)
    get_time_off(context, public_id)
    if typed.text("do") == "all":
        return _answer_all(context, public_id, give_all(context, public_id))
    booking = typed.text("booking")
    try:
        flash(_give(context, typed, booking))
    except Unavailable:
        raise
    except Refusal as refusal:
        status = 422 if isinstance(refusal, NotFound) else status_of(refusal)
        return _page(context, public_id, {booking: refusal}, typed.text("to")), status
    return redirect(url_for("setup.bookings_time_off", public_id=public_id))


def _give(context: Context, typed: Typed, booking: str) -> str:
    """Give a booking away as the form says; return what became of it."""
    to = typed.optional("to")
    if to is None:
        raise InvalidInput("to", _("Please choose who or what is to have this booking."))
    given = give(context, booking, to, typed.optional_number("version"), typed.optional("key"))
    if not is_given(given, to):
        return _("The change waits for approval; until then nothing is moved.")
    return _("Given to {name}.", name=next(one.name for one in given.resources if one.public_id == to))


def _answer_all(context: Context, public_id: str, given: Given) -> ResponseReturnValue:
    for text in _said(given):
        flash(text)
    if given.refused:
        return _page(context, public_id, given.refused), 409
    return redirect(url_for("setup.bookings_time_off", public_id=public_id))


def _said(given: Given) -> Iterator[str]:
    if given.given:
        yield plural("{number} booking is given to others.", "{number} bookings are given to others.", given.given)
    if given.asked:
        yield plural("{number} change waits for approval.", "{number} changes wait for approval.", given.asked)
    if not given.given and not given.asked and not given.refused:
        yield _("Nobody else is free for any of these bookings.")


def _page(context: Context, public_id: str, refused: Mapping[str, Refusal] | None = None, to: str = "") -> str:
    saved = get_time_off(context, public_id)
    found, name = find_displaced(context, public_id), resource_names(context).get(saved.draft.resource, "")
    tzid = g.tzid = zone_of(context, saved.draft.resource)
    problems = {one: sentence(refusal, tzid) for one, refusal in (refused or {}).items()}
    return render_template(
        "setup/time-off_bookings.html",
        public_id=public_id,
        name=name,
        when=show_time_off(saved.draft, tzid),
        lines=[_line(one, row, problems) for one, row in zip(found.bookings, _rows(found), strict=True)],
        gone=[text for one, text in problems.items() if one not in {each.booking.public_id for each in found.bookings}],
        givable=len(found.givable),
        more=MOST if found.more else 0,
        to=to,
        key=new_key(),
    )


def _rows(found: DisplacedView) -> list[BookingRow]:
    return rows_of(one.booking for one in found.bookings)


def _line(one: Displaced, row: BookingRow, problems: Mapping[str, str]) -> Line:
    booking = one.booking
    return Line(
        public_id=booking.public_id,
        version=booking.version,
        row=row,
        others=[(other.public_id, other.name) for other in one.others],
        may_move=one.may_move,
        waits=booking.change is not None,
        problem=problems.get(booking.public_id, ""),
    )
