"""Who is free on one day: where the generator finds resources for each invented booking, never twice the same."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.booking.hours import availability
from app.booking.intervals import overlaps
from app.booking.values import MINUTE, Catalog, Instant, Interval, Service

DAY = 86_400
_STEPS = (0, 1, -1, 2, -2, 3, -3, 4, -4, 6, -6)


class Shifts:
    """Availability over a period, by resource, location and UTC day; no shift of the group passes midnight UTC."""

    def __init__(self, catalog: Catalog, start: Instant, end: Instant) -> None:
        self._days: dict[tuple[int, int], dict[int, list[Interval]]] = {}
        for resource_id in catalog.resources:
            for location_id in catalog.locations:
                days: dict[int, list[Interval]] = defaultdict(list)
                for shift in availability(catalog, resource_id, location_id, start, end):
                    days[shift[0] // DAY].append(shift)
                self._days[resource_id, location_id] = dict(days)

    def on(self, resource_id: int, location_id: int, day: int) -> Sequence[Interval]:
        """Return the shifts of one day (days since the epoch)."""
        return self._days[resource_id, location_id].get(day, ())


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody would like to come around ``start``."""

    service: Service
    location_id: int
    start: Instant
    duration: int


@dataclass
class Board:
    """One day; ``taken`` holds what bookings take already, buffers included."""

    shifts: Shifts
    day: int
    dice: random.Random
    taken: dict[int, list[Interval]] = field(default_factory=lambda: defaultdict(list))

    def occupy(self, resource_ids: Iterable[int], interval: Interval) -> None:
        """Take resources."""
        for resource_id in resource_ids:
            self.taken[resource_id].append(interval)

    def find(self, wish: Wish) -> tuple[Instant, tuple[int, ...]] | None:
        """Return a start near the wished one with a complete set of free resources, or None."""
        leads = list(wish.service.requirements[0].resource_ids)
        self.dice.shuffle(leads)
        for lead in leads:
            for since, until in self.shifts.on(lead, wish.location_id, self.day):
                found = self._try_starts(wish, lead, (since, until))
                if found:
                    return found
        return None

    def _try_starts(self, wish: Wish, lead: int, shift: Interval) -> tuple[Instant, tuple[int, ...]] | None:
        step = wish.service.slot_interval_minutes * MINUTE
        near = shift[0] + round((wish.start - shift[0]) / step) * step
        for steps in _STEPS:
            start = near + steps * step
            if shift[0] <= start and start + wish.duration <= shift[1]:
                chosen = self._choose(wish, lead, start)
                if chosen:
                    return start, chosen
        return None

    def _choose(self, wish: Wish, lead: int, start: Instant) -> tuple[int, ...] | None:
        if not self._is_free(wish, lead, start):
            return None
        chosen = [lead]
        for number, requirement in enumerate(wish.service.requirements):
            missing = requirement.count - (number == 0)
            members = iter(requirement.resource_ids)
            while missing:
                member = next(members, None)
                if member is None:
                    return None
                if member not in chosen and self._is_free(wish, member, start):
                    chosen.append(member)
                    missing -= 1
        return tuple(sorted(chosen))

    def _is_free(self, wish: Wish, resource_id: int, start: Instant) -> bool:
        end = start + wish.duration
        shifts = self.shifts.on(resource_id, wish.location_id, self.day)
        if not any(since <= start and end <= until for since, until in shifts):
            return False
        whole = with_buffers(wish.service, start, end)
        return not any(overlaps(whole, one) for one in self.taken.get(resource_id, ()))


def with_buffers(service: Service, start: Instant, end: Instant) -> Interval:
    """Return what a booking takes of its resources."""
    return start - service.buffer_before_minutes * MINUTE, end + service.buffer_after_minutes * MINUTE


def by_day(taken: Mapping[int, Iterable[Interval]]) -> dict[int, dict[int, list[Interval]]]:
    """Sort taken intervals, by resource, into days (since the epoch) and resources."""
    days: dict[int, dict[int, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    for resource_id, intervals in taken.items():
        for start, end in intervals:
            for day in range(start // DAY, (end - 1) // DAY + 1):
                days[day][resource_id].append((start, end))
    return days
