"""How many come on which day, when, and what becomes of their bookings: the numbers that make a demo look like life."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date

from app.booking.statuses import Status
from app.booking.values import MINUTE, Instant, Service
from app.demo.offers import Offer

DAY = 86_400
HOUR = 3600
FIRST_HOUR = 7
MONTHS = (1.1, 1.15, 1.05, 1.0, 1.0, 0.95, 0.75, 0.7, 1.05, 1.15, 1.15, 0.85)
"""Colds in winter, holidays in summer."""
WEEKDAYS = (1.2, 1.05, 0.95, 1.05, 0.85, 0.35, 0.0)
GROWTH_PER_YEAR = 1.15
MEAN_LEAD = 9 * DAY
MOST_LEAD = 60 * DAY
LATEST_TODAY = 14 * DAY


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a booking, and when it was made and last changed."""

    status: Status
    created_at: Instant
    changed_at: Instant
    expires_at: Instant | None = None


def count_of_day(offer: Offer, place: str, day: date, today: date, dice: random.Random) -> int:
    """Return how many ask for a service on a day: season, weekday, growth, and chance; less the further it is ahead."""
    ahead = (day - today).days
    usual = offer.per_day[place] * MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]
    usual *= max(GROWTH_PER_YEAR ** (ahead / 365), 0.6)
    if ahead > 0:
        usual *= max(0.15, 0.85 - 0.03 * ahead)
    return max(0, round(dice.gauss(usual, math.sqrt(usual) * 0.8)))


def wished_second(offer: Offer, dice: random.Random) -> int:
    """Return seconds from local midnight at which somebody would like to come."""
    hour = dice.choices(range(len(offer.hours)), offer.hours)[0]
    return (FIRST_HOUR + hour) * HOUR + dice.choice((0, 0, 15, 30, 30, 45)) * MINUTE


def fate_of(service: Service, start: Instant, end: Instant, now: Instant, dice: random.Random) -> Fate:
    """Decide what becomes of a booking."""
    created = _made_at(start, now, dice)
    if end <= now:
        return _past(service, created, (start, end), now, dice)
    chance = dice.random()
    if start <= now:
        return Fate(Status.CONFIRMED, created, created)
    if service.needs_approval and chance < 0.4:
        made = now - dice.randrange(HOUR, 30 * HOUR) // MINUTE * MINUTE
        return Fate(Status.REQUESTED, made, made, min(made + service.request_expiry_minutes * MINUTE, start))
    if chance > 0.94:
        return Fate(Status.CANCELLED, created, _between(created, now, dice))
    return Fate(Status.CONFIRMED, created, created)


def _past(service: Service, created: Instant, time: tuple[Instant, Instant], now: Instant, dice: random.Random) -> Fate:
    chance = dice.random()
    start, end = time
    if service.needs_approval and chance < 0.1:
        return Fate(Status.DECLINED, created, _between(created, start, dice))
    if chance > 0.91:
        return Fate(Status.CANCELLED, created, _between(created, start, dice))
    marked = min(now, end + dice.randrange(30) * MINUTE)
    no_show = chance > (
        0.855 if start // DAY % 7 == 4 else 0.875
    )  # 1970-01-01 was a Thursday: Mondays are forgotten most
    return Fate(Status.NO_SHOW if no_show else Status.COMPLETED, created, marked)


def _made_at(start: Instant, now: Instant, dice: random.Random) -> Instant:
    lead = min(2 * HOUR + dice.expovariate(1 / MEAN_LEAD), MOST_LEAD)
    made = start - int(lead)
    return made if made < now else now - dice.randrange(MINUTE, LATEST_TODAY)


def _between(since: Instant, until: Instant, dice: random.Random) -> Instant:
    return dice.randrange(since, max(until, since + 1))
