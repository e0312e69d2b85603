"""Public holidays of a country or a part of it, as closures; the dates are those of the library ``holidays``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.operations.context import Context
from app.operations.saving import FIRST_DAY, LAST_DAY, MAX_NAME
from app.operations.setup.closures import ClosureDraft, list_closures, save_closure
from app.texts import _

if TYPE_CHECKING:
    from holidays import HolidayBase

ENGLISH = "en_US"
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class HolidaySearch:
    """Whose holidays of which year. ``part``: a code such as ``BY``, empty for those of the whole country."""

    country: str
    year: int
    part: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Holiday:
    """One public holiday; ``is_there``: it is a closure already."""

    day: date
    name: str
    is_there: bool = False


@cache
def list_countries() -> Mapping[str, str]:
    """Return the names of all countries that are known, in English, by their codes (ISO 3166-1 alpha-2), sorted."""
    from holidays import list_supported_countries
    from holidays.registry import COUNTRIES

    known = list_supported_countries(include_aliases=False)
    names = {codes[1]: _WORD.sub(" ", codes[0]) for codes in COUNTRIES.values() if codes[1] in known}
    return dict(sorted(names.items(), key=lambda one: one[1]))


def list_parts(country: str) -> Mapping[str, str]:
    """Return the parts of a country that have holidays of their own, by code; none for a country that is not known."""
    if country not in list_countries():
        return {}
    kind = _kind(country)
    names = {code: name for name, code in reversed(list(kind.subdivisions_aliases.items()))}
    return dict(sorted(((code, names.get(code, code)) for code in kind.subdivisions), key=lambda one: one[1]))


def list_languages(country: str) -> tuple[str, ...]:
    """Return English, where a country's holidays have English names, and the language that it names them in itself."""
    if country not in list_countries():
        return ()
    kind = _kind(country)
    own = kind.default_language or ""
    english = (ENGLISH,) if ENGLISH in kind.supported_languages and not own.startswith("en") else ()
    return (*english, *filter(None, [own]))


def find_holidays(context: Context, search: HolidaySearch, location: str | None) -> list[Holiday]:
    """Return the public holidays of a year, by date.

    Args:
        context: who asks.
        search: whose, and of which year.
        location: where they are to be closures (its public id); None: everywhere.

    Raises:
        InvalidInput: an unknown country, part or language, or a year that is none. NotAllowed.
    """
    context.require_anywhere(Permission.MANAGE_HOURS)
    days = _days(_checked(search))
    there = {
        (one.draft.first, one.draft.last)
        for one in list_closures(context, date(search.year, 1, 1))
        if one.draft.location in (None, location)
    }
    return [Holiday(day, name, (day, day) in there) for day, name in days.items()]


def add_holidays(context: Context, search: HolidaySearch, location: str | None, chosen: Collection[date]) -> int:
    """Make closures of the chosen days, but for those that are there already, and return how many.

    Raises:
        InvalidInput: as for ``find_holidays``, or none is chosen. NotAllowed, NotFound, Unavailable.
    """

    def work() -> int:
        context.store.bump_catalog()  # of two at once the second finds the closures of the first
        wanted = [one for one in find_holidays(context, search, location) if one.day in chosen]
        if not wanted:
            raise InvalidInput("day", _("Please tick at least one day."))
        new = [one for one in wanted if not one.is_there]
        for one in new:
            save_closure(context, ClosureDraft(one.name, one.day, one.day, location))
        return len(new)

    context.require_anywhere(Permission.MANAGE_HOURS)
    return context.store.write(work)


def _checked(search: HolidaySearch) -> HolidaySearch:
    """Check what was chosen, and choose the language where none was."""
    if search.country not in list_countries():
        raise InvalidInput("country", _("Please choose a country from the list."))
    if search.part and search.part not in list_parts(search.country):
        raise InvalidInput("part", _("Please choose a part of this country from the list, or all of it."))
    if not FIRST_DAY.year <= search.year <= LAST_DAY.year:
        problem = _("Please give a year from {first} to {last}.", first=FIRST_DAY.year, last=LAST_DAY.year)
        raise InvalidInput("year", problem)
    languages = list_languages(search.country)
    return replace(search, language=search.language if search.language in languages else next(iter(languages), ""))


def _days(search: HolidaySearch) -> dict[date, str]:
    found = _kind(search.country)(
        subdiv=search.part or None, years=search.year, expand=False, language=search.language or None
    )
    return {day: name[:MAX_NAME] for day, name in sorted(found.items()) if day.year == search.year}


@cache
def _kind(country: str) -> type[HolidayBase]:
    """Return the library's class of a country."""
    from holidays import country_holidays

    return type(country_holidays(country))
