"""Invents bookings day by day, from the set-up, the dice, the present time, and what is booked already."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.booking.statuses import ACTIVE
from app.booking.values import MINUTE, Catalog, Instant, Interval, Location, Service
from app.booking.wall_clock import earliest
from app.demo.board import DAY, Board, Shifts, Wish, by_day, with_buffers
from app.demo.demand import Fate, count_of_day, fate_of, wished_second
from app.demo.offers import OFFERS, Offer

NOON_MINUTE = 12 * 60
_EPOCH = date(1970, 1, 1)
_TWELVE_HOURS = NOON_MINUTE * MINUTE
_SEATS = (1, 1, 1, 1, 1, 2)


@dataclass(frozen=True, slots=True)
class Made:
    """An invented booking; ``meeting`` numbers the group session that it has seats in instead of resources."""

    service: Service
    location_id: int
    start: Instant
    end: Instant
    fate: Fate
    resource_ids: tuple[int, ...] = ()
    seats: int = 1
    meeting: int | None = None


@dataclass(slots=True)
class Meeting:
    """An invented group session and who comes."""

    service: Service
    location_id: int
    start: Instant
    end: Instant
    resource_ids: tuple[int, ...]
    seats: int = 0


@dataclass
class Known:
    """What is booked already: taken intervals by resource, bookings counted by service, location and day."""

    taken: Mapping[int, Iterable[Interval]] = field(default_factory=dict)
    counts: Counter[tuple[int, int, int]] = field(default_factory=Counter)


@dataclass
class Invented:
    """The result."""

    bookings: list[Made] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)


def day_number(day: date) -> int:
    """Return days since the epoch."""
    return (day - _EPOCH).days


class Generator:
    """Makes the bookings of a period; the same arguments make the same bookings."""

    def __init__(self, catalog: Catalog, now: Instant, dice: random.Random, known: Known | None = None) -> None:
        self.catalog, self.now, self.dice = catalog, now, dice
        self.today = _EPOCH + timedelta(days=now // DAY)
        self.known = known or Known()
        self.result = Invented()
        by_name = {service.name: service for service in catalog.services.values()}
        self.offers = [(offer, by_name[offer.name]) for offer in OFFERS if offer.name in by_name]

    def run(self, first: date, last: date) -> Invented:
        """Invent all days from ``first`` to ``last``, both included."""
        start, end = day_number(first) * DAY, (day_number(last) + 1) * DAY
        shifts = Shifts(self.catalog, start, end)
        taken = by_day(self.known.taken)
        for number in range(day_number(first), day_number(last) + 1):
            board = Board(shifts, number, self.dice, defaultdict(list, taken.get(number, {})))
            self._day(board, _EPOCH + timedelta(days=number))
        return self.result

    def _day(self, board: Board, day: date) -> None:
        asked = [
            (offer, service, location)
            for offer, service in self.offers
            for location in self.catalog.locations.values()
            if location.name in offer.per_day
        ]
        for offer, service, location in asked:
            if offer.classes:
                self._classes(board, day, (offer, service, location))
        wishes = list(self._wishes(day, [one for one in asked if not one[0].classes]))
        self.dice.shuffle(wishes)
        for wish in wishes:
            self._single(board, wish)

    def _wishes(self, day: date, asked: Iterable[tuple[Offer, Service, Location]]) -> Iterator[Wish]:
        for offer, service, location in asked:
            count = count_of_day(offer, location.name, day, self.today, self.dice)
            count -= self.known.counts[service.id, location.id, day_number(day)]
            for _ in range(count):
                start = _midnight(day, location) + wished_second(offer, self.dice)
                yield Wish(service, location.id, start, self.dice.choice(service.durations_minutes) * MINUTE)

    def _single(self, board: Board, wish: Wish) -> None:
        found = board.find(wish)
        if found is None:
            return
        start, resource_ids = found
        end = start + wish.duration
        fate = fate_of(wish.service, start, end, self.now, self.dice)
        if fate.status in ACTIVE:
            board.occupy(resource_ids, with_buffers(wish.service, start, end))
        self.result.bookings.append(Made(wish.service, wish.location_id, start, end, fate, resource_ids))

    def _classes(self, board: Board, day: date, asked: tuple[Offer, Service, Location]) -> None:
        offer, service, location = asked
        if self.known.counts[service.id, location.id, day_number(day)]:
            return
        for weekday, hour in offer.classes:
            if weekday == day.weekday():
                start = _midnight(day, location) + hour * 3600
                found = board.find(Wish(service, location.id, start, service.durations_minutes[0] * MINUTE))
                if found is not None:
                    self._meeting(board, day, asked, found)

    def _meeting(
        self, board: Board, day: date, asked: tuple[Offer, Service, Location], found: tuple[Instant, tuple[int, ...]]
    ) -> None:
        offer, service, location = asked
        start, resource_ids = found
        end = start + service.durations_minutes[0] * MINUTE
        meeting = Meeting(service, location.id, start, end, resource_ids)
        number, before = len(self.result.meetings), len(self.result.bookings)
        for _ in range(count_of_day(offer, location.name, day, self.today, self.dice)):
            fate = fate_of(service, start, end, self.now, self.dice)
            seats = self.dice.choice(_SEATS)
            takes = seats if fate.status in ACTIVE else 0
            if meeting.seats + takes <= service.capacity:
                meeting.seats += takes
                made = Made(service, location.id, start, end, fate, seats=seats, meeting=number)
                self.result.bookings.append(made)
        if meeting.seats:
            board.occupy(resource_ids, with_buffers(service, start, end))
        if len(self.result.bookings) > before:
            self.result.meetings.append(meeting)


def _midnight(day: date, location: Location) -> Instant:
    """Return twelve hours before local noon: clock changes happen at night, so that later hours are right."""
    return earliest(day, NOON_MINUTE, location.tzid) - _TWELVE_HOURS
