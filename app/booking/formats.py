"""How a site writes dates and times of day, and how its weeks go: said where they are shown, as texts are.

What is typed into forms, what is kept, and limits per week do not depend on it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from app.texts import in_context, language, speaking

WEEK = 7
DOTS, SLASHES, ISO = "dots", "slashes", "iso"
HOURS_24, HOURS_12 = "24", "12"
_DATES = {DOTS: "{0:%d.%m.%Y}", SLASHES: "{0:%d/%m/%Y}", ISO: "{0:%Y-%m-%d}"}
_SHORT_DATES = {DOTS: "{0:%d.%m.}", SLASHES: "{0:%d/%m}", ISO: "{0:%m-%d}"}
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Formats:
    """Empty ``date`` and ``clock``: as the language spoken has it. Weekdays are numbers, Monday is 0."""

    date: str = ""
    clock: str = ""
    week_start: int = 0
    working: tuple[int, ...] = tuple(range(WEEK))

    def weekdays(self) -> tuple[int, ...]:
        """Return the weekdays in the order in which a week is shown."""
        return tuple((self.week_start + number) % WEEK for number in range(WEEK))

    def into_week(self, day: datetime.date) -> int:
        """Return how many days after the first one of its week a date is."""
        return (day.weekday() - self.week_start) % WEEK


PLAIN = Formats()
_asked: ContextVar[Callable[[], Formats] | None] = ContextVar("formats", default=None)


def formats() -> Formats:
    """Return how dates and times are written now."""
    ask = _asked.get()
    return PLAIN if ask is None else ask()


def use_formats(ask: Callable[[], Formats] | None) -> None:
    """Write dates and times so from now on, in this context; ``ask`` is called when one is written. None: plainly."""
    _asked.set(ask)


@contextmanager
def using_formats(ask: Callable[[], Formats]) -> Iterator[None]:
    """Write dates and times so for a while."""
    token = _asked.set(ask)
    try:
        yield
    finally:
        _asked.reset(token)


def numeric_date(day: datetime.date) -> str:
    """Return a date in numbers; empty where the language's own words are wanted."""
    return _DATES.get(formats().date, "").format(day)


def short_numeric_date(day: datetime.date) -> str:
    """Return a date in numbers without its year; empty where the language's own words are wanted."""
    return _SHORT_DATES.get(formats().date, "").format(day)


def clocks() -> tuple[str, ...]:
    """Return the texts of all minutes of a day, and last that of its end: ``00:00`` to ``24:00``, or with am and pm."""
    return _clocks(formats().clock == HOURS_12, language())


def clock(minute: int) -> str:
    """Return the text of a minute of the day, from 0 to 1440: ``09:30`` or ``9:30 am``."""
    return clocks()[minute]


@lru_cache(maxsize=64)
def _clocks(is_halved: bool, code: str) -> tuple[str, ...]:
    minutes = range(_DAY_MINUTES + 1)
    if not is_halved:
        return tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes)
    with speaking(code):
        halves = in_context("clock", "am"), in_context("clock", "pm")
    return tuple(f"{(minute // 60 - 1) % 12 + 1}:{minute % 60:02d} {halves[minute // 720 % 2]}" for minute in minutes)
