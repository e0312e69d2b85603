"""The page on which public holidays become closures."""

from __future__ import annotations

import unicodedata
from functools import cache

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.wall_clock import local_date
from app.operations.context import Context
from app.operations.setup.public_holidays import (
    Holiday,
    HolidaySearch,
    add_holidays,
    find_holidays,
    list_countries,
    list_languages,
    list_parts,
)
from app.texts import ENGLISH, _, language, mark, plural
from app.web.context import current_context
from app.web.errors import UNPROCESSABLE
from app.web.setup.places import first_zone, location_names
from app.web.setup.reading import Typed, read_day

WHOLE_COUNTRY = mark("The whole country")
EVERYWHERE = mark("All locations")
THEIR_OWN = mark("The language of the country")


def show() -> ResponseReturnValue:
    """Ask whose holidays, and show them with a box each."""
    return _page(_who_may(), Typed(request.args))


def add() -> ResponseReturnValue:
    """Make closures of those that are ticked."""
    context, typed = _who_may(), Typed(request.form)
    try:
        chosen = {read_day(text, "day") for text in typed.many("day")}
        count = add_holidays(context, _search(typed), typed.optional("location"), chosen)
    except InvalidInput as refusal:
        return _page(context, typed, {refusal.field or "": refusal.problem})
    added = plural("{number} closure added.", "{number} closures added.", count)
    flash(added if count else _("These are closures already."))
    return redirect(url_for("setup.list_closures"), 303)


def _who_may() -> Context:
    """Return the surroundings of somebody who may close a place, before anything that they typed is looked at."""
    context = current_context()
    context.require_anywhere(Permission.MANAGE_HOURS)
    return context


def _search(typed: Typed) -> HolidaySearch:
    return HolidaySearch(typed.text("country"), typed.number("year"), typed.text("part"), typed.text("language"))


def _page(context: Context, typed: Typed, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    found: list[Holiday] = []
    errors = errors or {}
    values = _with_defaults(context, typed)
    if not errors and typed.text("country"):
        try:
            found = find_holidays(context, _search(Typed(values)), typed.optional("location"))
        except InvalidInput as refusal:
            errors = {refusal.field or "": refusal.problem}
    country = values["country"]
    page = render_template(
        "setup/public-holidays.html",
        values=values,
        errors=errors,
        countries=[("", _("Please choose")), *_countries(language()).items()],
        parts_of=[("", _(WHOLE_COUNTRY)), *list_parts(country).items()],
        languages=[(one, _("English") if one.startswith("en") else _(THEIR_OWN)) for one in list_languages(country)],
        locations=[("", _(EVERYWHERE)), *location_names(context).items()],
        found=found,
    )
    return (page, UNPROCESSABLE) if errors else page


@cache
def _countries(code: str) -> dict[str, str]:
    """Return the names of all countries in a language, by their codes, sorted; as they are where it has no name."""
    known = list_countries()
    if code == ENGLISH:
        return dict(known)
    names = Locale.parse(code).territories
    return dict(sorted(((one, names.get(one, name)) for one, name in known.items()), key=lambda one: _letters(one[1])))


def _letters(name: str) -> str:
    """Return what a name is sorted by: Ägypten among those with A."""
    return "".join(one for one in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(one))


def _with_defaults(context: Context, typed: Typed) -> MultiDict[str, str]:
    """Return what is typed; the year is the present one unless another is, a part belongs to its country."""
    values = MultiDict({name: typed.text(name) for name in ("country", "part", "language", "year", "location")})
    if not values["year"]:
        values["year"] = str(local_date(context.now, first_zone(context)).year)
    if values["part"] not in list_parts(values["country"]):
        values["part"] = ""
    return values


def add_public_holidays(blueprint: Blueprint) -> None:
    """Give the set-up its page about public holidays."""
    blueprint.add_url_rule("/public-holidays", "public_holidays", show)
    blueprint.add_url_rule("/public-holidays", "add_public_holidays", add, methods=["POST"])
