"""One iCalendar file as busy time: events with their recurrences, and published free/busy time.

Whatever the file is, this returns; what cannot be read is listed with its line. It may take long or much memory on
hostile input: ``bounded.py`` runs it in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

import icalendar

from app.integrations.ics.event import NOT_READABLE, UnreadableError, forget_zones, learn_zone, parse_event
from app.integrations.ics.expand import expand, takes_time
from app.integrations.ics.scan import Block, Line, scan
from app.integrations.ics.times import clip, instant_of
from app.integrations.ics.values import Busy, Problem, Reading, Window, shown

MOST_BUSY = 50_000
MOST_PROBLEMS = 500
MOST_PROBLEMS = 500
_BARE = frozenset({"VEVENT", "VFREEBUSY", "VTIMEZONE"})
_Groups: TypeAlias = dict[str, list[tuple[Block, icalendar.Event]]]
"""The events of a calendar by UID, with where they stand."""

_TOO_SLOW = "Following the event's rule took too long."


@dataclass(slots=True)
class _Task:
    """A running reading. ``skip``: lines of events known to be too slow; ``progress`` is told each series' line."""

    window: Window
    skip: frozenset[int]
    progress: Callable[[int], None]
    busy: list[Busy] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    events: int = 0
    ignored: int = 0

    def add(self, found: Iterable[Busy], line: int) -> None:
        new = list(found)
        if len(self.busy) + len(new) > MOST_BUSY:
            raise UnreadableError(line, f"The file has more than {MOST_BUSY} busy times; please choose less time.")
        self.busy += new


def read_busy(
    data: bytes, window: Window, skip: Iterable[int] = (), progress: Callable[[int], None] = lambda _: None
) -> Reading:
    """Read a file's busy time within the window."""
    roots, problems = scan(data)
    task = _Task(window, frozenset(skip), progress, problems=problems)
    forget_zones()
    calendars = [root for root in roots if root.name == "VCALENDAR"]
    bare = [root for root in roots if root.name in _BARE]
    if bare:
        calendars.append(Block("VCALENDAR", bare[0].line, blocks=bare))
    for calendar in calendars:
        _read_calendar(task, calendar)
    if not calendars:
        task.problems.append(Problem(roots[0].line if roots else 1, _no_calendar(roots)))
    busy = sorted(task.busy, key=lambda one: (one.start, one.end))
    return Reading(tuple(busy), task.events, task.ignored, tuple(_in_order(task.problems)))


def _in_order(problems: list[Problem]) -> list[Problem]:
    found = sorted(problems, key=lambda one: one.line)
    more = len(found) - MOST_PROBLEMS
    if more > 0:
        found[MOST_PROBLEMS:] = [Problem(found[MOST_PROBLEMS].line, f"From here on {more} more problems.")]
    return found


def _no_calendar(roots: list[Block]) -> str:
    if not roots:
        return "This is no iCalendar file: it has no BEGIN:VCALENDAR."
    return f"This is no calendar: it begins with {shown(roots[0].name)} and not with VCALENDAR."


def _read_calendar(task: _Task, calendar: Block) -> None:
    groups: _Groups = {}
    readers: Mapping[str, Callable[[Block], None]] = {
        "VTIMEZONE": learn_zone,
        "VFREEBUSY": lambda block: _read_freebusy(task, block),
        "VEVENT": lambda block: _collect(task, block, groups),
    }
    for name, read in readers.items():  # zones first: they may be defined after their use
        for block in calendar.blocks:
            if block.name == name and block.closed:
                _guard(task, read, block)
    method, zone = calendar.first("METHOD"), calendar.first("X-WR-TIMEZONE")
    cancelled = method is not None and method.value.upper() == "CANCEL"
    for group in groups.values():
        _read_series(task, group, cancelled, zone.value if zone else None)


def _guard(task: _Task, read: Callable[[Block], None], block: Block) -> None:
    try:
        read(block)
    except UnreadableError as error:
        task.problems.append(Problem(error.line, error.reason))


def _collect(task: _Task, block: Block, groups: _Groups) -> None:
    task.progress(block.line)
    if block.line in task.skip:
        raise UnreadableError(block.line, _TOO_SLOW)
    event = parse_event(block, task.window.tzid)
    uid = str(event.get("UID", "")) or f"line {block.line}"
    groups.setdefault(uid, []).append((block, event))


def _read_series(
    task: _Task, group: list[tuple[Block, icalendar.Event]], cancelled: bool, x_wr_timezone: str | None
) -> None:
    line, events = group[0][0].line, [event for _, event in group]
    taking = 0 if cancelled else sum(takes_time(event) for event in events)
    task.progress(line)
    try:
        if taking:
            task.add(expand(events, task.window, x_wr_timezone), line)
    except UnreadableError as error:
        task.problems.append(Problem(error.line, error.reason))
    except NOT_READABLE:
        task.problems.append(Problem(line, "The event's times and rules do not fit together."))
    else:
        task.events += taking
        task.ignored += len(events) - taking


def _read_freebusy(task: _Task, block: Block) -> None:
    """Published busy time (RFC 5545 section 3.6.4); periods marked FREE take none."""
    for line in block.lines:
        if line.name == "FREEBUSY" and "FBTYPE=FREE" not in line.text.upper().partition(":")[0].split(";"):
            task.add(_periods(line, task.window), line.number)
    task.events += 1


def _periods(line: Line, window: Window) -> Iterable[Busy]:
    for text in filter(None, line.text.rpartition(":")[2].split(",")):
        try:
            period: Any = icalendar.vPeriod.from_ical(text.strip())  # type: ignore[no-untyped-call]  # the library's
            start, end = period
            end = start + end if isinstance(end, timedelta) else end
            interval = clip(instant_of(start, window.tzid), instant_of(end, window.tzid), window)
        except NOT_READABLE as error:
            raise UnreadableError(line.number, f"{shown(text)} is no period of time.") from error
        if interval is not None:
            yield Busy(*interval)
