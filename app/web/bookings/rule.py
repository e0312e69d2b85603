"""Reading how a booking repeats, and saying it in the form that the rules understand (RFC 5545 section 3.3.10)."""

from __future__ import annotations

import re
from datetime import date

from app.booking.refusals import InvalidInput
from app.booking.values import Instant
from app.booking.wall_clock import local_date
from app.texts import _, mark
from app.web.setup.reading import Typed, read_day

WEEKDAYS = (
    ("MO", mark("Monday")),
    ("TU", mark("Tuesday")),
    ("WE", mark("Wednesday")),
    ("TH", mark("Thursday")),
    ("FR", mark("Friday")),
    ("SA", mark("Saturday")),
    ("SU", mark("Sunday")),
)
REPEATS = (
    ("", mark("Does not repeat")),
    ("daily", mark("Every day")),
    ("weekly", mark("Every week")),
    ("monthly_day", mark("Every month on the same date")),
    ("monthly_weekday", mark("Every month on the same weekday")),
)
_LAST_WEEK = 5


def read_rule(typed: Typed, first: Instant, tzid: str) -> str:
    """Return the rule that the form describes, for a series that begins at ``first``.

    Raises:
        InvalidInput: a field that cannot be read, or no end.
    """
    day = local_date(first, tzid)
    interval = typed.optional_number("interval") or 1
    return ";".join((*_frequency(typed, day), f"INTERVAL={interval}", _end(typed)))


def read_exdates(typed: Typed) -> tuple[str, ...]:
    """Return the exceptions: ISO dates, separated by anything.

    Raises:
        InvalidInput: something that is no date.
    """
    texts = re.split(r"[\s,;]+", typed.text("exdates").strip())
    return tuple(read_day(text, "exdates").isoformat() for text in texts if text)


def _frequency(typed: Typed, day: date) -> tuple[str, ...]:
    repeat = typed.text("repeat")
    if repeat == "daily":
        return ("FREQ=DAILY",)
    if repeat == "weekly":
        known = dict(WEEKDAYS)
        chosen = [one for one in typed.many("weekday") if one in known] or [WEEKDAYS[day.weekday()][0]]
        return "FREQ=WEEKLY", f"BYDAY={','.join(chosen)}"
    if repeat == "monthly_day":
        return "FREQ=MONTHLY", f"BYMONTHDAY={day.day}"
    if repeat == "monthly_weekday":
        return "FREQ=MONTHLY", f"BYDAY={_number_in_month(day)}{WEEKDAYS[day.weekday()][0]}"
    raise InvalidInput("rule", _("Please choose how the booking repeats."))


def _number_in_month(day: date) -> int:
    """Return which of its weekday the date is in its month; the fifth, which few months have, counts as the last."""
    number = (day.day - 1) // 7 + 1
    return -1 if number == _LAST_WEEK else number


def _end(typed: Typed) -> str:
    if typed.optional("until"):
        return f"UNTIL={typed.day('until'):%Y%m%d}"
    if typed.optional("count"):
        return f"COUNT={typed.number('count')}"
    raise InvalidInput("count", _("Please say how many times, or until which date."))
