"""Random calendars around days on which clocks change, for hypothesis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from app.booking.slots import SlotQuery
from app.booking.values import (
    Catalog,
    Closure,
    DateOverride,
    Interval,
    Location,
    Requirement,
    Resource,
    ResourceKind,
    Service,
    TimeOff,
    WallInterval,
    WeeklyHours,
)

DAY = 86_400
CHANGES = (
    ("Europe/Berlin", date(2030, 3, 31)),
    ("Europe/Berlin", date(2030, 10, 27)),
    ("America/New_York", date(2030, 3, 10)),
    ("America/New_York", date(2030, 11, 3)),
    ("America/Havana", date(2030, 11, 3)),
    ("Australia/Lord_Howe", date(2030, 4, 7)),
    ("Australia/Lord_Howe", date(2030, 10, 6)),
    ("Africa/Casablanca", date(2030, 2, 10)),
    ("Africa/Casablanca", date(2030, 12, 22)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Asia/Kathmandu", date(1986, 1, 1)),
    ("UTC", date(2030, 1, 7)),
)
ZONES = tuple(sorted({tzid for tzid, _ in CHANGES}))
PEOPLE = (1, 2, 3)


@dataclass(frozen=True)
class World:
    """A set-up, a question, and what is taken."""

    catalog: Catalog
    query: SlotQuery
    taken: dict[int, list[Interval]]
    now: int


def midnight(day: date) -> int:
    """The day's midnight in UTC."""
    return int(datetime.combine(day, time(), tzinfo=UTC).timestamp())


quarter = st.integers(0, 120).map(lambda number: number * 15)


@st.composite
def wall_intervals(draw: st.DrawFn) -> WallInterval:
    start = draw(quarter.filter(lambda minute: minute < 1440))
    return WallInterval(start, min(start + draw(st.integers(4, 80)) * 15, 2880))


hours_of_day = st.lists(wall_intervals(), min_size=1, max_size=2).map(tuple)


@st.composite
def weekly_hours(draw: st.DrawFn, location: st.SearchStrategy[int | None]) -> tuple[WeeklyHours, ...]:
    """The same hours on most days, at one place or different ones."""
    usual, other = draw(hours_of_day), draw(hours_of_day)
    special, place = draw(st.integers(0, 6)), draw(location)
    return tuple(WeeklyHours(day, wall, place) for day in range(7) for wall in (other if day == special else usual))


@st.composite
def date_overrides(draw: st.DrawFn, around: date, location: st.SearchStrategy[int | None]) -> tuple[DateOverride, ...]:
    days = draw(st.lists(st.integers(-1, 2), max_size=1))
    hours = st.one_of(st.just(()), hours_of_day)
    return tuple(DateOverride(around + timedelta(days=one), draw(hours), draw(location)) for one in days)


@st.composite
def holes(draw: st.DrawFn, around: int) -> list[Interval]:
    starts = draw(st.lists(st.integers(-48, 96 * 2), max_size=5))
    return sorted((around + one * 900, around + (one + draw(st.integers(1, 12))) * 900) for one in starts)


@st.composite
def resources(draw: st.DrawFn, number: int, around: date, tzid: str) -> Resource:
    place = st.sampled_from([None, None, None, 1, 1, 2])
    away = draw(holes(midnight(around)).map(lambda found: found[:1]))
    return Resource(
        number,
        f"r{number}",
        f"R{number}",
        ResourceKind.PERSON,
        draw(st.sampled_from([tzid, tzid, *ZONES])),
        location_id=draw(st.sampled_from([None, None, None, None, 1, 1, 1, 2])),
        weekly=draw(st.one_of(st.just(()), weekly_hours(place))),
        overrides=draw(st.one_of(st.just(()), date_overrides(around, place))),
        time_off=tuple(TimeOff(start, end, "away") for start, end in away),
        active=draw(st.sampled_from([True] * 19 + [False])),
    )


requirement_lists = st.lists(
    st.tuples(st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=3, unique=True), st.sampled_from([1, 1, 1, 2])),
    max_size=3,
).map(
    lambda found: tuple(
        Requirement(i, f"q{i}", tuple(ids), min(count, len(ids))) for i, (ids, count) in enumerate(found, 1)
    )
)


@st.composite
def locations(draw: st.DrawFn, around: date, tzid: str) -> Location:
    closed = draw(st.sampled_from([[], [], [], [-1], [0], [1]]))
    days = [around + timedelta(days=one) for one in closed]
    return Location(
        1,
        "l1",
        "L1",
        tzid,
        weekly=draw(st.one_of(st.just(()), weekly_hours(st.none()))),
        overrides=draw(date_overrides(around, st.none())),
        closures=tuple(Closure(day, day, "closed") for day in days),
        active=draw(st.sampled_from([True] * 19 + [False])),
    )


@st.composite
def services(draw: st.DrawFn, requirements: tuple[Requirement, ...], capacity: int = 1) -> Service:
    return Service(
        1,
        "s1",
        "S1",
        durations_minutes=draw(st.sampled_from([(30,), (15, 60), (45,), (90, 30)])),
        requirements=requirements,
        location_ids=(1,),
        slot_interval_minutes=draw(st.sampled_from([15, 30, 45, 75])),
        buffer_before_minutes=draw(st.sampled_from([0, 0, 15, 30])),
        buffer_after_minutes=draw(st.sampled_from([0, 0, 15, 45])),
        minimum_notice_minutes=draw(st.sampled_from([0, 0, 60, DAY // 60])),
        booking_window_days=draw(st.sampled_from([1, 2, 60, 60])),
        capacity=capacity,
    )


@st.composite
def worlds(draw: st.DrawFn, capacity: int = 1) -> World:
    """A day or two around a clock change somewhere, at one location with up to four resources."""
    tzid, around = draw(st.sampled_from(CHANGES))
    service = draw(services(draw(requirement_lists), capacity))
    base = midnight(around)
    people = {number: draw(resources(number, around, tzid)) for number in PEOPLE}
    catalog = Catalog(1, {1: draw(locations(around, tzid))}, people, {1: service})
    start = base + draw(st.integers(-30, 24)) * 1800
    members = sorted({one for each in service.requirements for one in each.resource_ids})
    query = SlotQuery(
        1,
        1,
        start,
        start + draw(st.integers(10, 60)) * 1800,
        duration_minutes=draw(st.sampled_from([None, *service.durations_minutes])),
        provider_id=draw(st.sampled_from([None, None, *members])),
        seats=draw(st.sampled_from([1] * 19 + [2])),
    )
    taken = {number: draw(holes(base)) for number in PEOPLE}
    return World(catalog, query, taken, start - draw(st.sampled_from([0, 3600, DAY, 2 * DAY])))
