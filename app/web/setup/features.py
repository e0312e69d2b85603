"""The page "Features and formats": what the site does without, how dates and times are written, how weeks go."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.dates import weekday_name
from app.booking.formats import DOTS, HOURS_12, HOURS_24, ISO, SLASHES
from app.booking.refusals import InvalidInput, StaleVersion
from app.look.features import CLOCK, DATE, OFF, WEEK_START, WEEKDAYS, WORKING, Feature
from app.look.look import flat
from app.operations.look import check_draft, get_look, save_look
from app.texts import _, mark
from app.web.context import current_context
from app.web.errors import UNPROCESSABLE
from app.web.setup.kinds import STALE
from app.web.setup.reading import Typed

_FEATURES = {
    Feature.PUBLIC_BOOKING: (
        mark("Public booking"),
        mark("Clients choose and book by themselves. Without it, links in mails still move and cancel bookings."),
    ),
    Feature.WAITING: (
        mark("Waiting list"),
        mark("Clients wait for a time that becomes free. Without it nobody is offered one."),
    ),
    Feature.EMBEDDING: (mark("Embedding"), mark("The public booking inside pages of your own site.")),
    Feature.DOORS: (
        mark("Door displays"),
        mark("A tablet at the door. Without it, times are no longer released when nobody checks in."),
    ),
    Feature.CHECK_IN: (
        mark("Check-in by a code"),
        mark("Clients check in with the code from their mail, at locations that have this switched on."),
    ),
    Feature.FIND: (mark("Find a time"), mark("Common times for several people, rooms and devices.")),
    Feature.SERIES: (
        mark("Repeated bookings"),
        mark("Booking every week or month. Those that exist stay."),
    ),
    Feature.FEEDS: (mark("Calendar feeds"), mark("People's own bookings in the calendar of their phone or computer.")),
}
_DATES = {
    "": mark("Monday 31 December 2029 (usual)"),
    DOTS: mark("Monday 31.12.2029"),
    SLASHES: mark("Monday 31/12/2029"),
    ISO: mark("Monday 2029-12-31"),
}
_CLOCKS = {
    "": mark("14:30 (usual)"),
    HOURS_24: mark("14:30 (24 hours)"),
    HOURS_12: mark("2:30 pm (12 hours)"),
}


def show() -> str:
    """Show what is on, and how dates and times are written."""
    saved = get_look(current_context())
    return _page(flat(saved.look), saved.version)


def save() -> ResponseReturnValue:
    """Let it count from now on, for everybody; all else of the site's look stays as it is."""
    context, typed = current_context(), Typed(request.form)
    saved = get_look(context)
    texts = flat(saved.look) | _read(typed)
    draft = check_draft(texts, saved.logo)
    problems = {**draft.problems, **_check_days(typed)}
    if problems:
        return _page(texts, _version(typed), problems), UNPROCESSABLE
    try:
        save_look(context, draft, _version(typed))
    except StaleVersion:
        return _page(texts, get_look(context).version, {"": _(STALE)}), 409
    flash(_("That counts from now on, for everybody."))
    return redirect(url_for("setup.features"), 303)


def _version(typed: Typed) -> int:
    try:
        return typed.number("version")
    except InvalidInput:
        return -1  # of no version that there is, so nothing is saved by a form that lacks it


def _read(typed: Typed) -> dict[str, str]:
    wanted, working = typed.many("on"), typed.many(WORKING)
    return {
        OFF: " ".join(one for one in Feature if one not in wanted),
        WORKING: "" if set(working) == set(WEEKDAYS) else " ".join(working),
        **{name: typed.text(name) for name in (DATE, CLOCK, WEEK_START)},
    }


def _check_days(typed: Typed) -> dict[str, str]:
    return {} if typed.many(WORKING) else {WORKING: _("Please choose at least one day.")}


def _page(texts: Mapping[str, str], version: int, errors: Mapping[str, str] | None = None) -> str:
    off, working = texts.get(OFF, "").split(), texts.get(WORKING, "").split()
    days = [(code, weekday_name(number)) for number, code in enumerate(WEEKDAYS)]
    return render_template(
        "setup/features.html",
        texts=texts,
        version=version,
        errors=errors or {},
        features=[(one.value, _(name), _(about), one not in off) for one, (name, about) in _FEATURES.items()],
        dates=[(code, _(label)) for code, label in _DATES.items()],
        clocks=[(code, _(label)) for code, label in _CLOCKS.items()],
        starts=[(code, name) for code, name in days if code in ("mon", "sat", "sun")],
        days=[(code, name, not working or code in working) for code, name in days],
    )


def add_features(blueprint: Blueprint) -> None:
    """Give the set-up its page of features and formats."""
    blueprint.add_url_rule("/features", "features", show)
    blueprint.add_url_rule("/features", "save_features", save, methods=["POST"])
