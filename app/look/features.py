"""What a site may do without: features that can be switched off, and how its dates, times and weeks are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from app.booking.formats import DOTS, HOURS_12, HOURS_24, ISO, SLASHES, WEEK, Formats
from app.booking.refusals import InvalidInput
from app.texts import _


class Feature(StrEnum):
    """What can be switched off; what exists of it stays as it is."""

    PUBLIC_BOOKING = "public_booking"
    WAITING = "waiting"
    EMBEDDING = "embedding"
    DOORS = "doors"
    CHECK_IN = "check_in"
    FIND = "find"
    SERIES = "series"
    FEEDS = "feeds"


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DATE_FORMATS = ("", DOTS, SLASHES, ISO)
CLOCK_FORMATS = ("", HOURS_24, HOURS_12)
OFF, DATE, CLOCK, WEEK_START, WORKING = "switched_off", "date_format", "time_format", "week_start", "working_days"
FIELDS = (OFF, DATE, CLOCK, WEEK_START, WORKING)
"""The fields of a look that say so. Empty: nothing is switched off, as the language has it, Monday, all days."""


def features_on(switched_off: str) -> frozenset[Feature]:
    """Return what is there; ``switched_off``: codes with spaces between."""
    return frozenset(Feature) - frozenset(Feature(one) for one in switched_off.split())


def formats_from(date: str, clock: str, week_start: str, working_days: str) -> Formats:
    """Return the formats of fields that were checked before."""
    working = tuple(WEEKDAYS.index(one) for one in working_days.split()) or tuple(range(WEEK))
    return Formats(date, clock, WEEKDAYS.index(week_start) if week_start else 0, working)


def _some_of(known: Sequence[str]) -> Callable[[str, str], str]:
    def check(text: str, where: str) -> str:
        given = text.split()
        if not set(given) <= set(known):
            raise InvalidInput(where, _("Please choose only from these: {codes}.", codes=", ".join(known)))
        return " ".join(one for one in known if one in given)

    return check


def _one_of(known: Sequence[str]) -> Callable[[str, str], str]:
    def check(text: str, where: str) -> str:
        if text.strip() not in known:
            raise InvalidInput(where, _("Please choose one of these: {codes}.", codes=", ".join(filter(None, known))))
        return text.strip()

    return check


CHECKS: Mapping[str, Callable[[str, str], str]] = {
    OFF: _some_of(tuple(Feature)),
    DATE: _one_of(DATE_FORMATS),
    CLOCK: _one_of(CLOCK_FORMATS),
    WEEK_START: _one_of(("", *WEEKDAYS)),
    WORKING: _some_of(WEEKDAYS),
}
