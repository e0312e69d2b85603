"""What reading a calendar gives and takes: plain values that also travel between processes."""

from __future__ import annotations

from dataclasses import dataclass

from app.booking.values import Instant

SHOWN = 80


@dataclass(frozen=True, slots=True)
class Window:
    """Busy time is wanted in ``[start, end)``; ``tzid`` is where floating times and whole days are read."""

    start: Instant
    end: Instant
    tzid: str


@dataclass(frozen=True, slots=True)
class Busy:
    """One interval that an event takes, on whole minutes and within the window."""

    start: Instant
    end: Instant
    uid: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read: the line of the file (from 1) where it starts, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one file gave. ``events`` take time, ``ignored`` do not (transparent or cancelled).

    ``opened`` is false when there was no file to read, or none that may be read.
    """

    busy: tuple[Busy, ...] = ()
    events: int = 0
    ignored: int = 0
    problems: tuple[Problem, ...] = ()
    opened: bool = True


def shown(text: str) -> str:
    """Return foreign text as it may be printed in a sentence: one line, no control characters, not too long."""
    clean = printable(text)
    return clean if len(clean) <= SHOWN else f"{clean[: SHOWN - 1]}…"


def printable(text: str) -> str:
    """Return foreign text without control characters and marks that change the direction of writing."""
    return "".join(one if one.isprintable() else "?" for one in text.strip())
