"""Where the bookings of one cell of a day's table stand in it: along its time, and beside what is at the same time.

A cell that several bookings share covers all of them. In it each stands where it begins and ends, to five minutes,
by the classes ``from-1`` … ``from-96`` and ``till-2`` … ``till-97`` of the style sheet: the content security policy
allows no style of an element's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.booking.values import Instant
from app.operations.views import BookingView

UNIT = 5 * 60
"""Seconds of the smallest step."""

MOST_UNITS = 96
"""As many steps as the style sheet has classes for, eight hours; a longer cell lists its bookings in their order."""

LEAST = 2
"""Steps that a booking gets at the least, or nobody could read it."""

WIDTHS = (1, 2, 3, 4, 6, 12)
"""Into how many equal tracks a cell is parted: what divides twelve."""

Session = tuple[BookingView, ...]
"""One booking, or all those of one group session."""


@dataclass(frozen=True, slots=True)
class Place:
    """A session's place: ``first`` and ``last``: lines between steps; ``track``: one of ``tracks`` side by side."""

    session: Session
    first: int
    last: int
    track: int = 1
    tracks: int = 1

    @property
    def classes(self) -> str:
        """The words that the style sheet knows."""
        return f"from-{self.first} till-{self.last} track-{self.track} tracks-{self.tracks}"


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell's sessions; ``steps`` is 0 where they are listed instead of placed."""

    steps: int
    places: tuple[Place, ...]


def in_sessions(bookings: Iterable[BookingView]) -> list[Session]:
    """Put together what is one group session: the same service at the same time; in order of time."""
    ordered = sorted(bookings, key=lambda one: (*_session_of(one), one.client_name))
    return [tuple(group) for _key, group in groupby(ordered, key=_session_of)]


def _session_of(booking: BookingView) -> tuple[Instant, Instant, str]:
    return booking.start, booking.end, booking.service


def place(bookings: Iterable[BookingView], start: Instant, seconds: int) -> Placed:
    """Place the bookings of a cell that begins at ``start`` and lasts ``seconds``."""
    steps = seconds // UNIT
    spans = [_span(session, start, steps) for session in in_sessions(bookings)]
    if steps > MOST_UNITS:
        return Placed(0, tuple(spans))
    return Placed(steps, tuple(one for crowd in _crowds(spans) for one in _side_by_side(crowd)))


def _span(session: Session, start: Instant, steps: int) -> Place:
    first = min(max(0, (session[0].start - start) // UNIT), max(0, steps - LEAST))
    last = min(-((start - session[0].end) // UNIT), steps)
    return Place(session, first + 1, max(last, first + LEAST) + 1)


def _crowds(places: Sequence[Place]) -> list[list[Place]]:
    """Part them where nothing goes on."""
    crowds: list[list[Place]] = []
    end = 0
    for one in places:
        if one.first < end:
            crowds[-1].append(one)
        else:
            crowds.append([one])
        end = max(end, one.last)
    return crowds


def _side_by_side(crowd: Sequence[Place]) -> list[Place]:
    """Give each the first track that is free again; beyond the twelfth they share it."""
    ends: list[int] = []
    tracks: list[int] = []
    for one in crowd:
        track = next((number for number, end in enumerate(ends) if end <= one.first), len(ends))
        ends[track : track + 1] = [one.last]
        tracks.append(min(track + 1, WIDTHS[-1]))
    wide = next(width for width in WIDTHS if width >= min(len(ends), WIDTHS[-1]))
    return [Place(one.session, one.first, one.last, track, wide) for one, track in zip(crowd, tracks, strict=True)]
