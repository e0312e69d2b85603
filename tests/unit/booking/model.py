"""Slot search as one would do it by hand: tick by tick, looking at wall clocks, trying every assignment.

Written for being obvious, not for being quick, and without any of the code that it is compared with. A tick is a
quarter of an hour: everything in the random calendars is a multiple of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.booking.slots import OpenSession, SlotQuery
from app.booking.values import Catalog, DateOverride, Interval, Location, Requirement, Resource, Service, WeeklyHours

TICK = 900
_REACH = 26 * 3600


@lru_cache(maxsize=500_000)
def wall(instant: int, tzid: str) -> datetime:
    """What a clock on the wall shows."""
    return datetime.fromtimestamp(instant, ZoneInfo(tzid)).replace(tzinfo=None)


@lru_cache(maxsize=100_000)
def span(day: date, start_minute: int, end_minute: int, tzid: str) -> tuple[int, int]:
    """From the first tick that shows the start or later, until after the last that shows less than the end."""
    midnight = datetime.combine(day, time())
    opens, closes = midnight + timedelta(minutes=start_minute), midnight + timedelta(minutes=end_minute)
    around = int(midnight.replace(tzinfo=UTC).timestamp())
    first = range(around + start_minute * 60 - _REACH, around + start_minute * 60 + _REACH, TICK)
    last = range(around + end_minute * 60 - _REACH, around + end_minute * 60 + _REACH, TICK)
    return (
        min(tick for tick in first if wall(tick, tzid) >= opens),
        max(tick for tick in last if wall(tick, tzid) < closes) + TICK,
    )


@dataclass
class Model:
    """One question to one set-up."""

    catalog: Catalog
    query: SlotQuery
    taken: Mapping[int, Sequence[Interval]]
    now: int
    sessions: Sequence[OpenSession] = ()
    has_grid: bool = True
    owners: dict[int, dict[int, int]] = field(default_factory=dict)
    opened: dict[int, int] = field(default_factory=dict)

    @property
    def service(self) -> Service:
        return self.catalog.services[self.query.service_id]

    @property
    def location(self) -> Location:
        return self.catalog.locations[self.query.location_id]

    @property
    def duration(self) -> int:
        return (self.query.duration_minutes or self.service.durations_minutes[0]) * 60

    def slots(self) -> list[int]:
        """Every start that may be offered."""
        if not self.service.active or self.location.id not in self.service.location_ids or not self.location.active:
            return []
        if self.query.seats > self.service.capacity:
            return []
        starts = range(self.query.start, self.query.end, TICK)
        return [start for start in starts if self.is_in_time(start) and (self.is_free(start) or self.is_open(start))]

    def is_in_time(self, start: int) -> bool:
        if self.query.any_minute:
            return True
        earliest = self.now + self.service.minimum_notice_minutes * 60
        latest = self.now + self.service.booking_window_days * 86_400
        return start > self.now and earliest <= start <= latest

    def is_open(self, start: int) -> bool:
        """Whether a group session begins then and has the seats."""
        fitting = [one for one in self.sessions if one.start == start and one.end == start + self.duration]
        return any(one.seats_left >= self.query.seats for one in fitting)

    def is_free(self, start: int) -> bool:
        requirements = self.service.requirements
        if not requirements:
            ticks = self.location_owner()
            return self.is_within(ticks, start) and self.is_on_grid(ticks, start)
        free = {one for each in requirements for one in each.resource_ids if self.can_take(one, start)}
        leads = list(requirements[0].resource_ids)
        if self.query.provider_id is not None:
            leads = [self.query.provider_id]
        if not any(one in free and self.is_on_grid(self.owner(one), start) for one in leads):
            return False
        wished = self.query.provider_id
        return any(wished is None or wished in chosen for chosen in assignments(requirements, free))

    def can_take(self, resource_id: int, start: int) -> bool:
        if not self.is_within(self.owner(resource_id), start):
            return False
        since = start - self.service.buffer_before_minutes * 60
        until = start + self.duration + self.service.buffer_after_minutes * 60
        away = [(one.start, one.end) for one in self.catalog.resources[resource_id].time_off]
        blocked = [*self.taken.get(resource_id, ()), *away]
        return not any(low <= tick < high for low, high in blocked for tick in range(since, until, TICK))

    def is_within(self, ticks: Mapping[int, int], start: int) -> bool:
        return all(tick in ticks for tick in range(start, start + self.duration, TICK))

    def is_on_grid(self, ticks: Mapping[int, int], start: int) -> bool:
        """Whether whole steps lie between the start and the beginning of its shift."""
        if self.query.any_minute or not self.has_grid:
            return True
        begin = start
        while ticks.get(begin - TICK) == ticks[start]:
            begin -= TICK
        return (start - begin) % (self.service.slot_interval_minutes * 60) == 0

    def owner(self, resource_id: int) -> dict[int, int]:
        """At which ticks a resource can be had at the location, and from which shift."""
        if resource_id not in self.owners:
            self.owners[resource_id] = self.work_owner(self.catalog.resources[resource_id])
        return self.owners[resource_id]

    def location_owner(self) -> dict[int, int]:
        if not self.opened:
            self.opened = self.find_opened()
        return self.opened

    def find_opened(self) -> dict[int, int]:
        place = self.location
        ticks = self.spread(place.weekly, place.overrides, place.tzid, always=True)
        return {
            tick: number
            for tick, number in ticks.items()
            if not any(one.first <= wall(tick, place.tzid).date() <= one.last for one in place.closures)
        }

    def work_owner(self, resource: Resource) -> dict[int, int]:
        here = (None, self.location.id)
        if not resource.active or resource.location_id not in here:
            return {}
        overrides = [one for one in resource.overrides if one.location_id in here]
        is_open = self.location_owner()
        if not resource.weekly and not overrides:
            return is_open
        weekly = [one for one in resource.weekly if one.location_id in here]
        own = self.spread(weekly, overrides, resource.tzid, always=not resource.weekly)
        return {tick: number for tick, number in own.items() if tick in is_open}

    def spread(
        self,
        weekly: Sequence[WeeklyHours],
        overrides: Sequence[DateOverride],
        tzid: str,
        *,
        always: bool,
    ) -> dict[int, int]:
        """Which shift each tick belongs to: the one that began first, if hours overlap."""
        first = wall(self.query.start, "UTC").date() - timedelta(days=3)
        days = [first + timedelta(days=number) for number in range((self.query.end - self.query.start) // 86_400 + 7)]
        spans = []
        for day in days:
            special = [one for one in overrides if one.day == day]
            hours = [one.hours for one in weekly if one.weekday == day.weekday()]
            walls = [(one.start_minute, one.end_minute) for one in hours]
            if special:
                walls = [(one.start_minute, one.end_minute) for each in special for one in each.hours]
            elif not weekly and always:
                walls = [(0, 1440)]
            spans += [span(day, *each, tzid) for each in walls]
        ticks: dict[int, int] = {}
        for number, (opens, closes) in enumerate(sorted(spans)):
            for tick in range(opens, closes, TICK):
                ticks.setdefault(tick, number)
        return ticks


def assignments(requirements: Sequence[Requirement], free: set[int]) -> Iterator[set[int]]:
    """Every complete assignment, as the set of those who are taken."""
    places = [each for each in requirements for _ in range(each.count)]

    def fill(number: int, chosen: tuple[int, ...]) -> Iterator[set[int]]:
        if number == len(places):
            yield set(chosen)
            return
        for one in places[number].resource_ids:
            if one in free and one not in chosen:
                yield from fill(number + 1, (*chosen, one))

    return fill(0, ())
