from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from app.booking.statuses import Status
from app.booking.values import Service
from app.demo.demand import Fate, count_of_day, fate_of, wished_second
from app.demo.offers import OFFERS
from tests.demo.conftest import NOW

OFFER = OFFERS[0]
PLACE = next(iter(OFFER.per_day))
TODAY = date(2026, 3, 25)
PLAIN = Service(1, "plain", "Plain", (30,), (), (1,))
ASKED = Service(2, "asked", "Asked", (30,), (), (1,), needs_approval=True)


def _mean(day: date) -> float:
    dice = random.Random(7)
    return sum(count_of_day(OFFER, PLACE, day, TODAY, dice) for _ in range(400)) / 400


def _fates(service: Service, start: int) -> list[Fate]:
    dice = random.Random(7)
    return [fate_of(service, start, start + 1800, NOW, dice) for _ in range(2000)]


def test_count_fewer_come_on_sundays_and_in_august() -> None:
    assert _mean(date(2025, 11, 9)) == 0
    assert _mean(date(2025, 8, 11)) < 0.8 * _mean(date(2025, 11, 10))


def test_count_fewer_have_booked_far_ahead() -> None:
    assert _mean(TODAY + timedelta(days=21)) < 0.5 * _mean(TODAY + timedelta(days=7))


def test_count_grows_over_the_years() -> None:
    assert _mean(date(2024, 3, 27)) < 0.9 * _mean(TODAY)


def test_wished_times_have_rush_hours() -> None:
    dice = random.Random(7)
    hours = [wished_second(OFFER, dice) // 3600 for _ in range(4000)]
    assert hours.count(17) > 2 * hours.count(12)
    assert set(hours) <= set(range(7, 20))


def test_fate_of_the_past_is_settled() -> None:
    fates = [one.status for one in _fates(PLAIN, NOW - 86_400)]
    assert set(fates) == {Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW}
    assert 20 < fates.count(Status.NO_SHOW) < fates.count(Status.CANCELLED) < 300


def test_fate_of_what_runs_now_is_confirmed() -> None:
    assert {one.status for one in _fates(PLAIN, NOW - 600)} == {Status.CONFIRMED}


def test_fate_of_requests_in_the_past_is_decided() -> None:
    assert Status.DECLINED in {one.status for one in _fates(ASKED, NOW - 86_400)}


def test_fate_of_requests_ahead_expires_later_and_before_they_begin() -> None:
    start = NOW + 86_400
    waiting = [one for one in _fates(ASKED, start) if one.status is Status.REQUESTED]
    assert len(waiting) > 500
    assert [one for one in waiting if one.expires_at is None or not NOW < one.expires_at <= start] == []


@pytest.mark.parametrize("start", [NOW - 86_400, NOW - 600, NOW + 86_400, NOW + 20 * 86_400])
def test_fate_was_decided_before_now_and_after_booking(start: int) -> None:
    assert [one for one in _fates(ASKED, start) if not one.created_at <= one.changed_at <= NOW] == []
