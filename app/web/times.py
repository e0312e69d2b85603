"""Local texts of instants, made once per page.

Formatting each slot through ``zoneinfo`` costs many times what the search costs; here every local day asks for its
offset once and the rest is integer arithmetic and a table of 1440 texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from app.booking.dates import date_and_time, date_text, short_date_text
from app.booking.formats import clock, clocks
from app.booking.values import DAY_MINUTES, MINUTE, Instant
from app.booking.wall_clock import earliest, local, local_date
from app.operations.saving import known_zones
from app.texts import _

_QUARTER = 15 * MINUTE
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class SlotText:
    """One start with its wall time; ``other`` is the wall time at the place when that differs."""

    start: Instant
    clock: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class DaySlots:
    """The starts of one local date."""

    day: date
    slots: tuple[SlotText, ...]


@cache
def zones() -> tuple[str, ...]:
    """Return all IANA zone names, sorted; read from the disk once a process."""
    return known_zones()


def local_day(instant: Instant, tzid: str) -> date:
    """Return the local date of an instant."""
    return local_date(instant, tzid)


def clock_text(instant: Instant, tzid: str) -> str:
    """Return the wall time as the site writes it: ``HH:MM``, if it does not say otherwise."""
    return _clock(local(instant, tzid))


def end_text(instant: Instant, tzid: str) -> str:
    """Return the wall time of an end: midnight as ``24:00``."""
    wall = local(instant, tzid)
    return clock(wall.hour * 60 + wall.minute or DAY_MINUTES)


def day_text(day: date) -> str:
    """Return a date in words: ``Monday 7 January 2030``."""
    return date_text(day)


def short_day(day: date) -> str:
    """Return a date in few letters: ``Mon 7 Jan``."""
    return short_date_text(day)


def moment_text(instant: Instant, tzid: str) -> str:
    """Return date and wall time: ``Monday 7 January 2030, 10:00``, with the zone's sign if the hour comes twice."""
    wall = local(instant, tzid)
    return date_and_time(wall.date(), _clock(wall), _sign(wall))


def short_moment(instant: Instant, tzid: str) -> str:
    """Return date and wall time in few letters: ``Mon 7 Jan 2030, 10:00``."""
    wall = local(instant, tzid)
    return date_and_time(wall.date(), _clock(wall), _sign(wall), is_short=True)


def span_text(start: Instant, end: Instant, tzid: str) -> str:
    """Return a booking's time: ``Monday 7 January 2030, 10:00–10:30``, with the last day if that is another."""
    if local_date(start, tzid) != local_date(end - 1, tzid):
        return f"{moment_text(start, tzid)} – {moment_text(end, tzid)}"
    wall = local(start, tzid)
    first = f"{_clock(wall)} {_sign(wall)}".rstrip()
    return _("{day}, {start}–{end}", day=date_text(wall.date()), start=first, end=end_text(end, tzid))


def _clock(wall: datetime) -> str:
    return clock(wall.hour * 60 + wall.minute)


def _sign(wall: datetime) -> str:
    """Return the zone's sign (CEST, CET) of a wall time that comes twice, else nothing."""
    is_doubled = wall.utcoffset() != wall.replace(fold=1 - wall.fold).utcoffset()
    return wall.tzname() or "" if is_doubled else ""


def zone_word(tzid: str) -> str:
    """Return by what people know a zone: the city of its name."""
    return tzid.split("/")[-1].replace("_", " ")


def duration_text(minutes: int) -> str:
    """Return a duration in words: ``1 h 30 min``."""
    hours, rest = divmod(minutes, 60)
    parts = [_("{hours} h", hours=hours)] if hours else []
    return " ".join(parts + ([_("{minutes} min", minutes=rest)] if rest or not hours else []))


def wall_minutes(starts: Iterable[Instant], tzid: str) -> Iterator[int]:
    """Yield for each of the sorted starts its wall time as minutes since 1970-01-01 on the local clock."""
    until, offset = 0, 0
    first = True
    for start in starts:
        if first or start >= until:
            offset, until = _offset_from(start, tzid)
            first = False
        yield (start + offset) // MINUTE


def _offset_from(start: Instant, tzid: str) -> tuple[int, Instant]:
    """Return the offset of a zone at an instant in seconds, and until when it surely stays."""
    offset = _offset(start, tzid)
    midnight = start + 86_400 - (start + offset) % 86_400
    if _offset(midnight - 1, tzid) == offset:
        return offset, midnight
    return offset, start - start % _QUARTER + _QUARTER  # clocks change on quarter hours


def _offset(instant: Instant, tzid: str) -> int:
    shift = local(instant, tzid).utcoffset()
    return 0 if shift is None else int(shift.total_seconds())


def group_by_day(starts: Sequence[Instant], tzid: str, place_tzid: str | None = None) -> list[DaySlots]:
    """Return the sorted starts by local date with their texts.

    Args:
        starts: instants, sorted.
        tzid: the reader's zone.
        place_tzid: the zone of the place; where its clock shows something else, slots carry both times.
    """
    place = place_tzid or tzid
    others: Iterable[int] = wall_minutes(starts, place) if place != tzid else (0 for _ in starts)
    days: dict[int, list[SlotText]] = {}
    texts = clocks()
    for start, wall, other in zip(starts, wall_minutes(starts, tzid), others, strict=True):
        number, minute = divmod(wall, DAY_MINUTES)
        text = texts[other % DAY_MINUTES] if place != tzid and other != wall else ""
        days.setdefault(number, []).append(SlotText(start, texts[minute], text))
    return [DaySlots(_EPOCH + timedelta(days=number), _tell_apart(slots, tzid)) for number, slots in days.items()]


def _tell_apart(slots: list[SlotText], tzid: str) -> tuple[SlotText, ...]:
    """Add the zone's sign (CEST, CET) to wall times that come twice on a day with 25 hours."""
    seen = Counter(slot.clock for slot in slots)
    if len(seen) == len(slots):
        return tuple(slots)
    return tuple(
        SlotText(slot.start, f"{slot.clock} {local(slot.start, tzid).tzname()}", slot.other)
        if seen[slot.clock] > 1
        else slot
        for slot in slots
    )


def midnight(day: date, tzid: str) -> Instant:
    """Return the first instant of a local date."""
    return earliest(day, 0, tzid)
