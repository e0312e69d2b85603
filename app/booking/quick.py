"""Reading a booking out of one typed line, such as ``Anna Berger, physio, tomorrow 10:00``.

Dates, times and durations are known by their shape, services and people by the words of their names or their
beginnings; what is left is the client. Weekdays, months and words such as "tomorrow" are understood in the language
spoken and in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.booking.dates import month_name, short_month_name, short_weekday_name, weekday_name
from app.booking.values import DAY_MINUTES
from app.texts import ENGLISH, in_context, language, speaking

LEAST_LETTERS = 3
"""How much of a word of a name has to be typed."""

_HALF = 12 * 60
_PARTS = re.compile(r"[,;]")
_SPAN = re.compile(r"(?<![\w.:-])(\d{1,2}):([0-5]\d) ?[-–] ?(\d{1,2}):([0-5]\d)(?![\w:-])")
_CLOCK = re.compile(
    r"(?<![\w.,:-])(?P<hour>\d{1,2})(?:(?P<point>[:.])(?P<minute>[0-5]\d))?"
    r"(?: ?(?P<sign>a\.?m|p\.?m|uhr|h)\b\.?)?(?![\w:-])(?!\.\d)",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"(?<![\w.,:-])(\d{1,3}) ?(min|minutes?|minuten|h|hours?|stunden?|std)\b\.?(?![\w:-])", re.IGNORECASE
)
_ISO = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_DOTTED = re.compile(r"(?<![\w.])(\d{1,2})\. ?(\d{1,2})\.(?: ?(\d{4}|\d{2})(?![:.]\d))?(?![\w.])")
_CENTURY = 2000


@dataclass(frozen=True, slots=True)
class Named:
    """Something that can be chosen by its name."""

    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a line says. Several services or people: it fits them all. ``minute`` counts from local midnight."""

    client: str = ""
    services: tuple[Named, ...] = ()
    people: tuple[Named, ...] = ()
    day: date | None = None
    minute: int | None = None
    duration: int | None = None


def hear(text: str, services: Sequence[Named], people: Sequence[Named], today: date) -> Heard:
    """Return what a line says; nothing in it is an error, it only may say too little."""
    day, rest = _take_day(" ".join(text.split()), today)
    minute, duration, rest = _take_span(rest)
    if minute is None:
        minute, rest = _take_clock(rest)
    if duration is None:
        duration, rest = _take_duration(rest)
    parts = [part for part in (_without_fillers(one) for one in _PARTS.split(rest)) if part]
    found, parts = _take_named(parts, services)
    with_, parts = _take_named(parts, people, scan=False)
    return Heard(" ".join(parts), found, with_, day, minute, duration)


def _cut(text: str, found: re.Match[str]) -> str:
    """Take out what was understood; what stood on its two sides are two parts from now on."""
    return f"{text[: found.start()]},{text[found.end() :]}"


def _take_span(text: str) -> tuple[int | None, int | None, str]:
    """Take a start and an end, such as ``10:00-10:45``; return start, duration and what is left."""
    for found in _SPAN.finditer(text):
        start, end = (int(found[one]) * 60 + int(found[one + 1]) for one in (1, 3))
        if start < end <= DAY_MINUTES:
            return start, end - start, _cut(text, found)
    return None, None, text


def _take_clock(text: str) -> tuple[int | None, str]:
    """Take the first time of day: ``10:00``, ``10 Uhr``, ``2 pm``, ``14.30 Uhr``, ``at 10``; a bare number is none."""
    before = _words(lambda: ((in_context("quick booking", "at"), 0),))
    for found in _CLOCK.finditer(text):
        minute = _minute_of(found, told=_last_word(text[: found.start()]) in before)
        if minute is not None:
            return minute, _cut(text, found)
    return None, text


def _minute_of(found: re.Match[str], *, told: bool) -> int | None:
    """Return the minute of the day that is meant; ``told``: a word such as "at" says that it is a time.

    The German "am" after a time is no a.m., and an h after a number alone is a duration.
    """
    hour, minute, sign = (
        int(found["hour"]),
        int(found["minute"] or 0),
        (found["sign"] or "").casefold().replace(".", ""),
    )
    is_half = sign in ("am", "pm") and 1 <= hour <= _HALF // 60 and not (sign == "am" and language() == "de")
    is_clock = told or found["point"] == ":" or is_half or sign == "uhr" or (bool(found["point"]) and sign == "h")
    if not is_clock or hour > 23:
        return None
    if is_half:
        return hour % 12 * 60 + minute + (_HALF if sign == "pm" else 0)
    return None if sign == "pm" else hour * 60 + minute


def _last_word(text: str) -> str:
    return text.rstrip().casefold().rpartition(" ")[2]


def _take_duration(text: str) -> tuple[int | None, str]:
    found = _DURATION.search(text)
    if found is None:
        return None, text
    number, unit = int(found[1]), found[2].casefold()
    return (number if unit.startswith("min") else number * 60), _cut(text, found)


def _take_day(text: str, today: date) -> tuple[date | None, str]:
    """Take a date: in figures, by a month's name, or as today, tomorrow, a weekday still to come; of several the last.

    What stands at the beginning of a line is more likely a name: Sun Li, April Jones.
    """
    for read in (_iso, _dotted, _by_month, _by_word):
        for day, found in reversed(list(read(text, today))):
            return day, _cut(text, found)
    return None, text


_Days = Iterator[tuple[date, re.Match[str]]]


def _iso(text: str, _: date) -> _Days:
    for found in _ISO.finditer(text):
        day = _date(int(found[1]), int(found[2]), int(found[3]))
        if day is not None:
            yield day, found


def _dotted(text: str, today: date) -> _Days:
    for found in _DOTTED.finditer(text):
        year = int(found[3]) + (_CENTURY if len(found[3]) == 2 else 0) if found[3] else None
        day = _coming(int(found[2]), int(found[1]), year, today)
        if day is not None:
            yield day, found


def _by_month(text: str, today: date) -> _Days:
    months = _words(
        lambda: ((name(number), number) for number in range(1, 13) for name in (month_name, short_month_name))
    )
    names = "|".join(re.escape(one) for one in sorted(months, key=len, reverse=True))
    ways: tuple[str, ...] = (
        rf"(?<!\w)(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)? ?(?P<month>{names})\.?(?: (?P<year>\d{{4}}))?(?![\w:])",
    )
    ways += (rf"(?<!\w)(?P<month>{names})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?(?![\w:])",)
    for way in ways:
        for found in re.finditer(way, text, re.IGNORECASE):
            year = int(found["year"]) if found["year"] else None
            month = months.get(found["month"].casefold())  # none: dotless and dotted I match an i, and are others
            day = None if month is None else _coming(month, int(found["day"]), year, today)
            if day is not None:
                yield day, found


def _by_word(text: str, today: date) -> _Days:
    days = {**_words(_day_words), **_words(_weekday_words)}
    names = "|".join(re.escape(one) for one in sorted(days, key=len, reverse=True))
    for found in re.finditer(rf"(?<!\w)({names})(?!\w)", text, re.IGNORECASE):
        number = days.get(found[1].casefold())
        if number is None or (found.start() == 0 and len(found[1]) <= LEAST_LETTERS and len(text) > len(found[1])):
            continue  # dotless I; or a short weekday that is somebody's first name
        ahead = number if number < _WEEKDAYS else (number - _WEEKDAYS - today.weekday() - 1) % 7 + 1
        yield today + timedelta(days=ahead), found


_WEEKDAYS = 10
"""Numbers from here on are weekdays, Monday first; those below are days from today on."""


def _day_words() -> Iterable[tuple[str, int]]:
    yield in_context("quick booking", "today"), 0
    yield in_context("quick booking", "tomorrow"), 1
    yield in_context("quick booking", "day after tomorrow"), 2


def _weekday_words() -> Iterable[tuple[str, int]]:
    for number in range(7):
        yield weekday_name(number), _WEEKDAYS + number
        yield short_weekday_name(number), _WEEKDAYS + number


def _words(read: Callable[[], Iterable[tuple[str, int]]]) -> Mapping[str, int]:
    """Return words with their numbers, in the language spoken and in English."""
    found: dict[str, int] = {}
    for code in (ENGLISH, language()):
        with speaking(code):
            found |= {word.casefold(): number for word, number in read()}
    return found


def _coming(month: int, day: int, year: int | None, today: date) -> date | None:
    """Return the date, without a year the next that comes; None if there is none."""
    if year is not None:
        return _date(year, month, day)
    this_year = _date(today.year, month, day)
    return this_year if this_year is not None and this_year >= today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _without_fillers(part: str) -> str:
    """Take small words off the beginning and the end of a part: ``at``, ``with``, ``for``."""
    fillers = _words(lambda: ((word, 0) for word in in_context("quick booking", "at on with for in the next").split()))
    words = part.split()
    while words and words[0].casefold() in fillers:
        words.pop(0)
    while words and words[-1].casefold() in fillers:
        words.pop()
    return " ".join(words)


def _take_named(
    parts: Sequence[str], offered: Sequence[Named], *, scan: bool = True
) -> tuple[tuple[Named, ...], list[str]]:
    """Take the first part that names something offered; ``scan``: else the longest run of words inside of a part."""
    for place, part in enumerate(parts):
        if found := _fitting(part.split(), offered):
            return found, [*parts[:place], *parts[place + 1 :]]
    for place, part in enumerate(parts if scan else ()):
        words = part.split()
        for first, after in _runs(len(words)):
            if found := _fitting(words[first:after], offered):
                left = _without_fillers(" ".join(words[:first])), _without_fillers(" ".join(words[after:]))
                return found, [*parts[:place], *(one for one in left if one), *parts[place + 1 :]]
    return (), list(parts)


def _runs(count: int) -> Iterator[tuple[int, int]]:
    """Yield first and after-last of the runs of so many words, but the whole, the longest first."""
    for length in range(count - 1, 0, -1):
        yield from ((first, first + length) for first in range(count - length + 1))


def _fitting(typed: Sequence[str], offered: Sequence[Named]) -> tuple[Named, ...]:
    """Return what is named: the one whose name it is, else all whose names have a word for each that was typed."""
    whole = " ".join(typed).casefold()
    words = re.findall(r"\w+", whole)
    same = tuple(one for one in offered if one.name.casefold() == whole)
    if same or not words:
        return same
    return tuple(one for one in offered if _begins(words, re.findall(r"\w+", one.name.casefold())))


def _begins(typed: Sequence[str], words: Sequence[str]) -> bool:
    """Whether each typed word is, or begins, a word of the name."""
    return all(
        any(one == word or (len(one) >= LEAST_LETTERS and word.startswith(one)) for word in words) for one in typed
    )
