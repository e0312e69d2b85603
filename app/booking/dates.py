"""Days in words and times of day beside them, as pages, refusals and letters show them: in the language spoken.

A page shows hundreds of days, so what was said once is kept, for each language apart.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from app.booking.formats import numeric_date, short_numeric_date
from app.texts import _, in_context, language, speaking

_KEPT = 4096
_LANGUAGES = 32


def weekday_name(number: int) -> str:
    """Return the name of a weekday, Monday is 0: ``Monday``."""
    return _weekdays(language())[number]


def short_weekday_name(number: int) -> str:
    """Return the name of a weekday in few letters: ``Mon``."""
    return _short_weekdays(language())[number]


def month_name(number: int) -> str:
    """Return the name of a month, January is 1: ``January``."""
    return _months(language())[number - 1]


def short_month_name(number: int) -> str:
    """Return the name of a month in few letters: ``Jan``."""
    return _short_months(language())[number - 1]


def date_text(day: date) -> str:
    """Return a date in words: ``Monday 7 January 2030``; its numbers as the site writes them, if it says how."""
    numbers = numeric_date(day)
    return f"{weekday_name(day.weekday())} {numbers}" if numbers else _date(day, language())


def short_date_text(day: date) -> str:
    """Return a date in few letters: ``Mon 7 Jan``."""
    numbers = short_numeric_date(day)
    return f"{short_weekday_name(day.weekday())} {numbers}" if numbers else _short_date(day, language())


def short_date_with_year(day: date) -> str:
    """Return a date in few letters that may be long ago: ``Mon 7 Jan 2030``."""
    numbers = numeric_date(day)
    if numbers:
        return f"{short_weekday_name(day.weekday())} {numbers}"
    return _("{day} {year}", day=_short_date(day, language()), year=day.year)


def date_and_time(day: date, clock: str, zone: str = "", *, is_short: bool = False) -> str:
    """Return a date and a time of day: ``Monday 7 January 2030, 10:00``, with the sign of its zone if it needs one."""
    text = _("{day}, {time}", day=short_date_with_year(day) if is_short else date_text(day), time=clock)
    return f"{text} {zone}" if zone else text


@lru_cache(maxsize=_KEPT)
def _date(day: date, code: str) -> str:
    with speaking(code):
        names = {"weekday": _weekdays(code)[day.weekday()], "month": _months(code)[day.month - 1]}
        return _("{weekday} {day} {month} {year}", day=day.day, year=day.year, **names)


@lru_cache(maxsize=_KEPT)
def _short_date(day: date, code: str) -> str:
    with speaking(code):
        names = {"weekday": _short_weekdays(code)[day.weekday()], "month": _short_months(code)[day.month - 1]}
        return _("{weekday} {day} {month}", day=day.day, **names)


@lru_cache(maxsize=_LANGUAGES)
def _weekdays(code: str) -> tuple[str, ...]:
    with speaking(code):
        return (
            _("Monday"),
            _("Tuesday"),
            _("Wednesday"),
            _("Thursday"),
            _("Friday"),
            _("Saturday"),
            _("Sunday"),
        )


@lru_cache(maxsize=_LANGUAGES)
def _short_weekdays(code: str) -> tuple[str, ...]:
    with speaking(code):
        return (
            in_context("short", "Mon"),
            in_context("short", "Tue"),
            in_context("short", "Wed"),
            in_context("short", "Thu"),
            in_context("short", "Fri"),
            in_context("short", "Sat"),
            in_context("short", "Sun"),
        )


@lru_cache(maxsize=_LANGUAGES)
def _months(code: str) -> tuple[str, ...]:
    with speaking(code):
        return (
            _("January"),
            _("February"),
            _("March"),
            _("April"),
            in_context("long", "May"),
            _("June"),
            _("July"),
            _("August"),
            _("September"),
            _("October"),
            _("November"),
            _("December"),
        )


@lru_cache(maxsize=_LANGUAGES)
def _short_months(code: str) -> tuple[str, ...]:
    with speaking(code):
        return (
            in_context("short", "Jan"),
            in_context("short", "Feb"),
            in_context("short", "Mar"),
            in_context("short", "Apr"),
            in_context("short", "May"),
            in_context("short", "Jun"),
            in_context("short", "Jul"),
            in_context("short", "Aug"),
            in_context("short", "Sep"),
            in_context("short", "Oct"),
            in_context("short", "Nov"),
            in_context("short", "Dec"),
        )
