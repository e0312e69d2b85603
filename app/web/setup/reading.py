"""Reading what people typed into forms; what cannot be read is refused beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from werkzeug.datastructures import MultiDict

from app.booking.refusals import InvalidInput
from app.booking.values import DAY_MINUTES
from app.operations.saving import check_day
from app.texts import _, mark

NEXT_DAY = "1"
LAST_BEFORE_FIRST = mark("The last day is before the first; please correct one of them.")
_WALL_TIME = re.compile(r"(?P<hour>[0-9]{1,2})(?:[:.]?(?P<minute>[0-9]{2}))?")


class Typed:
    """The fields of one submitted form."""

    def __init__(self, fields: MultiDict[str, str]) -> None:
        self.fields = fields

    def text(self, name: str) -> str:
        """Return the text, empty when the field is missing."""
        return self.fields.get(name, "")

    def optional(self, name: str) -> str | None:
        """Return the text, or None when it is empty."""
        return self.text(name).strip() or None

    def many(self, name: str) -> tuple[str, ...]:
        """Return all texts of a repeated field that are not empty."""
        return tuple(text for text in self.fields.getlist(name) if text.strip())

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self.fields

    def number(self, name: str) -> int:
        """Return a whole number.

        Raises:
            InvalidInput: anything else, also nothing.
        """
        return whole_number(self.text(name), name)

    def optional_number(self, name: str) -> int | None:
        """Return a whole number, or None when the field is empty."""
        return None if self.optional(name) is None else self.number(name)

    def day(self, name: str) -> date:
        """Return a date.

        Raises:
            InvalidInput: not an ISO date, as date fields send it.
        """
        return read_day(self.text(name), name)

    def rows(self, *names: str) -> Iterator[dict[str, str]]:
        """Yield the lines of a table of repeated fields, as long as every field has one more."""
        for line in zip(*(self.fields.getlist(name) for name in names), strict=False):
            yield dict(zip(names, (text.strip() for text in line), strict=True))


def whole_number(text: str, field: str) -> int:
    """Return the whole number that a text spells in at most 9 digits, or raise InvalidInput."""
    wanted = text.strip()
    digits = wanted.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise InvalidInput(field, _("Please give a whole number, such as 30."))
    return int(wanted)


def read_day(text: str, field: str) -> date:
    """Return the date that an ISO text names, or raise InvalidInput; far past and future are refused too."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(field, _("Please give a date as year-month-day, such as 2027-03-28.")) from error
    return check_day(day, field)


def searched_day(fields: Mapping[str, str], name: str, errors: dict[str, str]) -> date | None:
    """Return the day of a field of a search form, None where there is none; one that cannot be read is told."""
    text = fields.get(name, "")
    try:
        return read_day(text, name) if text else None
    except InvalidInput as refusal:
        errors[name] = refusal.problem
        return None


def read_minute(text: str, field: str, *, next_day: bool = False) -> int:
    """Return the minutes from midnight of a wall time, or raise InvalidInput.

    Read are 08:30, 8:30, 8.30, 0830, 830 and 8, up to 24:00; ``next_day`` counts on from there.
    """
    found = _WALL_TIME.fullmatch(text.strip())
    if found is None:
        raise InvalidInput(field, _("Please give a time as hour:minute, such as 08:30."))
    hour, minute = int(found["hour"]), int(found["minute"] or "0")
    if minute >= 60 or hour * 60 + minute > DAY_MINUTES:
        raise InvalidInput(field, _("Please give a time from 00:00 to 24:00."))
    return hour * 60 + minute + (DAY_MINUTES if next_day else 0)


def show_minute(minute: int) -> str:
    """Return a wall time as ``HH:MM``, the end of a day as 24:00; whether it is the next day's, the number tells."""
    within = minute - DAY_MINUTES if minute > DAY_MINUTES else minute
    return f"{within // 60:02d}:{within % 60:02d}"
