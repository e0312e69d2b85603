from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from app.booking.hours import availability
from app.booking.intervals import covers
from app.booking.statuses import ACTIVE
from app.booking.values import Catalog
from app.demo.board import by_day, with_buffers
from app.demo.generator import Generator, Invented, Known, day_number
from app.storage.store import Store
from tests.demo.conftest import NOW

FIRST, LAST = date(2026, 3, 16), date(2026, 4, 12)
"""Four weeks around the clock change, with Easter in them."""


def invent(catalog: Catalog, known: Known | None = None, seed: int = 3) -> Invented:
    return Generator(catalog, NOW, random.Random(seed), known).run(FIRST, LAST)


@pytest.fixture
def catalog(demo: Store) -> Catalog:
    return demo.catalog()


def _taken(invented: Invented) -> list[tuple[int, int, int]]:
    single = [one for one in invented.bookings if one.meeting is None and one.fate.status in ACTIVE]
    meetings = [one for one in invented.meetings if one.seats]
    return [
        (resource_id, *with_buffers(one.service, one.start, one.end))
        for group in (single, meetings)
        for one in group
        for resource_id in one.resource_ids
    ]


def test_generator_takes_nothing_twice(catalog: Catalog) -> None:
    taken = sorted(_taken(invent(catalog)))
    assert len(taken) > 500
    assert [(a, b) for a, b in pairwise(taken) if a[0] == b[0] and b[1] < a[2]] == []


def test_generator_takes_only_who_is_there(catalog: Catalog) -> None:
    for one in invent(catalog).bookings:
        for resource_id in one.resource_ids:
            there = availability(catalog, resource_id, one.location_id, one.start - 86_400, one.end + 86_400)
            assert covers(there, (one.start, one.end))


def test_generator_takes_what_the_service_needs(catalog: Catalog) -> None:
    invented = invent(catalog)
    taken = [(one.service, one.resource_ids) for one in invented.bookings if one.meeting is None]
    taken += [(one.service, one.resource_ids) for one in invented.meetings]
    for service, resource_ids in taken:
        assert len(set(resource_ids)) == sum(one.count for one in service.requirements)


def test_generator_same_dice_give_same_bookings(catalog: Catalog) -> None:
    assert invent(catalog) == invent(catalog)
    assert invent(catalog) != invent(catalog, seed=4)


def test_generator_leaves_alone_what_is_taken(catalog: Catalog) -> None:
    everything = (day_number(FIRST) * 86_400, (day_number(LAST) + 1) * 86_400)
    assert invent(catalog, Known({one: [everything] for one in catalog.resources})) == Invented()


def test_generator_makes_only_the_difference(catalog: Catalog) -> None:
    days = [day_number(FIRST + timedelta(days=number)) for number in range(28)]
    keys = [(one, place, day) for one in catalog.services for place in catalog.locations for day in days]
    assert invent(catalog, Known(counts=Counter(dict.fromkeys(keys, 1000)))) == Invented()


def test_generator_seats_never_exceed_the_capacity(catalog: Catalog) -> None:
    invented = invent(catalog)
    seats: Counter[int] = Counter()
    for one in invented.bookings:
        if one.meeting is not None and one.fate.status in ACTIVE:
            seats[one.meeting] += one.seats
    assert [seats[number] for number in range(len(invented.meetings))] == [one.seats for one in invented.meetings]
    assert [one for one in invented.meetings if one.seats > one.service.capacity] == []


def test_by_day_interval_over_midnight_is_in_both_days() -> None:
    assert by_day({7: [(86_000, 87_000)]}) == {0: {7: [(86_000, 87_000)]}, 1: {7: [(86_000, 87_000)]}}
