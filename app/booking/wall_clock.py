"""Between instants and the wall clocks of places, over missing and doubled hours.

When clocks go forward, some local minutes do not exist; when they go back, some exist twice. Python's ``fold``
(PEP 495) tells the two apart; everything about it is in this module.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.booking.refusals import MissingHour, UnknownZone
from app.booking.values import DAY_MINUTES, MINUTE, Instant, Interval

_ZONE_NAME_LENGTH = 64
_STEADY_STEP_HOURS = 3


@lru_cache(maxsize=700)
def zone(tzid: str) -> ZoneInfo:
    """Return the zone of an IANA name.

    Raises:
        UnknownZone: there is no zone of that name.
    """
    if not tzid or len(tzid) > _ZONE_NAME_LENGTH:
        raise UnknownZone(tzid=tzid[:_ZONE_NAME_LENGTH])
    try:
        return ZoneInfo(tzid)
    except (OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError; names with odd characters are others
        raise UnknownZone(tzid=tzid) from error
    except KeyError as error:
        raise UnknownZone(tzid=tzid) from error


def to_instants(day: date, minute: int, tzid: str) -> tuple[Instant, ...]:
    """Return the instants at which a wall clock shows this minute of this day: none, one or two.

    ``minute`` counts from local midnight of ``day``; above 1440 it means the next day's clock.
    """
    wall = _wall(day, minute)
    early, late = (_instant(wall, tzid, fold) for fold in (0, 1))
    if early == late:
        return (early,)
    if early > late:  # a gap: both readings lie outside of it, in the wrong order
        return ()
    return (early, late)


def earliest(day: date, minute: int, tzid: str) -> Instant:
    """Return the first instant of a wall time; of a missing one, the first that exists after it."""
    instants = to_instants(day, minute, tzid)
    return instants[0] if instants else _end_of_gap(day, minute, tzid)


def end_of(day: date, minute: int, tzid: str) -> Instant:
    """Return the instant from which on the clock never shows less than this wall time: when hours until then end.

    Of a doubled time that is mostly its second instant, so that hours until 02:30 last through both hours. Only the
    first minute of a doubled hour is never followed by an earlier one: hours until 02:00 end at the first 02:00.
    """
    instants = to_instants(day, minute, tzid)
    if not instants:
        return _end_of_gap(day, minute, tzid)
    last = instants[-1]
    is_gone_back = local(last - MINUTE, tzid).replace(tzinfo=None) > local(last, tzid).replace(tzinfo=None)
    return instants[0] if is_gone_back else last


def resolve(day: date, minute: int, tzid: str, *, second: bool = False) -> Instant:
    """Return the instant of a wall time; of one that exists twice the first, or the ``second`` if wished.

    Raises:
        MissingHour: the wall time does not exist that day; with the instant at which the clock goes on.
    """
    instants = to_instants(day, minute, tzid)
    if not instants:
        raise MissingHour(next_possible=_end_of_gap(day, minute, tzid))
    return instants[-1] if second else instants[0]


def day_bounds(day: date, tzid: str) -> Interval:
    """Return the instants between two local midnights: 23, 24 or 25 hours apart, mostly."""
    return earliest(day, 0, tzid), earliest(day + timedelta(days=1), 0, tzid)


@lru_cache(maxsize=16_384)
def steady_midnight(day: date, tzid: str) -> Instant | None:
    """Return the instant of local midnight if the zone's offset stays the same for 48 hours from it, else None.

    On such days, nearly all, wall time is midnight plus minutes, which spares looking up every time. Nowhere do clocks
    change twice within the step of the look-up.
    """
    midnight = _wall(day, 0).replace(tzinfo=zone(tzid))
    moments = [midnight + timedelta(hours=hours) for hours in range(0, 49, _STEADY_STEP_HOURS)]
    offsets = {moment.utcoffset() for moment in (*moments, moments[-1].replace(fold=1))}
    return int(midnight.timestamp()) if len(offsets) == 1 else None


def week_bounds(day: date, tzid: str) -> Interval:
    """Return the instants of the local week, Monday to Sunday, that has this day."""
    monday = day - timedelta(days=day.weekday())
    return earliest(monday, 0, tzid), earliest(monday + timedelta(days=7), 0, tzid)


def local(instant: Instant, tzid: str) -> datetime:
    """Return the aware local time of an instant."""
    return datetime.fromtimestamp(instant, zone(tzid))


def local_date(instant: Instant, tzid: str) -> date:
    """Return the local date of an instant."""
    return local(instant, tzid).date()


def local_minute(instant: Instant, tzid: str) -> int:
    """Return the minutes that the wall clock shows since midnight (on a day of 25 hours some come twice)."""
    wall = local(instant, tzid)
    return wall.hour * 60 + wall.minute


def _wall(day: date, minute: int) -> datetime:
    days, minutes = divmod(minute, DAY_MINUTES)
    return datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), tzinfo=UTC)


def _instant(wall: datetime, tzid: str, fold: int) -> Instant:
    return int(wall.replace(tzinfo=zone(tzid), fold=fold).timestamp())


def _end_of_gap(day: date, minute: int, tzid: str) -> Instant:
    """Return the instant at which the gap around a missing wall time ends.

    Read with the offset from before the gap (``fold`` 0) the wall time lies after the change, read with the offset from
    after it (``fold`` 1) before: the change is found between the two by halving.
    """
    wall = _wall(day, minute)
    before, after = _instant(wall, tzid, 1), _instant(wall, tzid, 0)
    old = local(before, tzid).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if local(middle, tzid).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
