"""The panel beside weekly hours: what clients could book with the hours as they are typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from app.operations.context import Context
from app.operations.setup.hours import Owner, WeeklyRange
from app.operations.setup.hours_preview import WEEK, Previewable, WeekPreview, list_previewable, preview_week
from app.texts import _
from app.web.setup.reading import Typed
from app.web.times import day_text, group_by_day

FIELD = "preview"
_LINE = re.compile(r"weekly-(\d+)")


@dataclass(frozen=True, slots=True)
class Panel:
    """``options``: services to choose from; ``days``: each date of the week in words with its starts.

    ``total``: how many starts there are, None before anything was looked up; ``problems``: why it could not be.
    """

    options: list[tuple[str, str]]
    chosen: str = ""
    days: tuple[tuple[str, str], ...] = ()
    total: int | None = None
    problems: tuple[str, ...] = ()


def empty_panel(context: Context, owner: Owner, wanted: str = "") -> Panel:
    """Return the panel with its choice of services; the first one where what is wanted is not among them."""
    options = _options(list_previewable(context, owner))
    chosen = wanted if wanted in dict(options) else next((value for value, _words in options), "")
    return Panel(options, chosen)


def _options(found: Iterable[Previewable]) -> list[tuple[str, str]]:
    return [
        (_key(one), _("{service} at {location}", service=one.service.name, location=one.location.name)) for one in found
    ]


def _key(one: Previewable) -> str:
    return f"{one.service.public_id}:{one.location.public_id}"


def fill_panel(context: Context, owner: Owner, typed: Typed, read: Callable[[Typed], Iterable[WeeklyRange]]) -> Panel:
    """Return the panel with what the typed lines, read by ``read``, would offer.

    Raises:
        InvalidInput, NotFound, NotAllowed: as saving these lines would.
    """
    panel = empty_panel(context, owner, typed.text(FIELD))
    ranges = list(read(typed))
    found = next((one for one in list_previewable(context, owner) if _key(one) == panel.chosen), None)
    if found is None:
        return panel
    week = preview_week(context, owner, ranges, found)
    return replace(panel, days=tuple(_days(week)), total=len(week.starts))


def _days(week: WeekPreview) -> Iterable[tuple[str, str]]:
    starts = {day.day: day.slots for day in group_by_day(week.starts, week.tzid)}
    for number in range(WEEK):
        day = week.first + timedelta(days=number)
        yield day_text(day), ", ".join(slot.clock for slot in starts.get(day, ()))


def with_problems(panel: Panel, errors: Mapping[str, str]) -> Panel:
    """Return the panel with what is wrong; a line is named by its number, as the form names it."""
    return replace(panel, problems=tuple(_named(name, text) for name, text in errors.items()))


def _named(name: str, text: str) -> str:
    line = _LINE.fullmatch(name)
    return text if line is None else _("Line {number}: {problem}", number=int(line[1]) + 1, problem=text)
