"""Every rule for one wished time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.booking.refusals import (
    BeyondWindow,
    Conflict,
    InPast,
    InvalidInput,
    JustTaken,
    LocationClosed,
    NoAssignment,
    NotOfferedHere,
    NotOnGrid,
    OutsideHours,
    Refusal,
    ResourceAway,
    SessionFull,
    TooSoon,
    WrongDuration,
)
from app.booking.rules import Wish, check_time, find_assignment, find_refusals, without_reason
from app.booking.slots import OpenSession
from app.booking.values import Catalog, Closure, DateOverride, Interval, Requirement, TimeOff, WallInterval
from tests.unit.booking.cast import (
    A_ROOM,
    ADA,
    ANYBODY,
    BOB,
    CENTRE,
    CONSULTATION,
    DAY,
    ELEVEN,
    HOUR,
    MONDAY,
    NINE,
    NOON,
    NORTH,
    NOW,
    ROOM,
    TEN,
    catalog,
    clock,
    every_day,
    location,
    resource,
    service,
)

THE_DAY = date(2030, 1, 7)
OPEN = ((NINE, NOON),)
AWAY = TimeOff(TEN, ELEVEN, "training")
HALF_PAST_NINE = clock("09:30")[0]
BOTH = Requirement(2, "Helpers", (ADA, BOB))


def wish(start: int = TEN, **values: Any) -> Wish:  # noqa: ANN401 any field of the wish
    return replace(Wish(CONSULTATION, CENTRE, start), **values)


Case = tuple[Catalog, Wish, dict[int, list[Interval]], list[Refusal]]
CASES: dict[str, Case] = {
    "free": (catalog(), wish(), {}, []),
    "in the past": (catalog(), wish(NOW - 3 * DAY + 9 * HOUR), {}, [InPast()]),
    "beginning now": (catalog(location(weekly=())), wish(NOW), {}, [InPast()]),
    "too soon": (catalog(service(minimum_notice_minutes=5 * 1440)), wish(), {}, [TooSoon(NOW + 5 * DAY)]),
    "too far": (catalog(service(booking_window_days=2)), wish(), {}, [BeyondWindow(NOW + 2 * DAY)]),
    "not here": (
        catalog(service(location_ids=(NORTH,))),
        wish(),
        {},
        [NotOfferedHere("Consultation", "Centre")],
    ),
    "place switched off": (catalog(location(active=False)), wish(), {}, [NotOfferedHere("Consultation", "Centre")]),
    "wrong duration": (catalog(), wish(duration_minutes=45), {}, [WrongDuration((30,))]),
    "somebody else": (
        catalog(),
        wish(provider_id=BOB),
        {},
        [InvalidInput("provider", "Bob does not give Consultation; please choose somebody else.")],
    ),
    "holiday": (
        catalog(location(closures=(Closure(THE_DAY, THE_DAY, "Epiphany"),))),
        wish(),
        {},
        [LocationClosed("Centre", "Epiphany")],
    ),
    "outside hours": (catalog(), wish(NOON + HOUR), {}, [OutsideHours("Centre", OPEN)]),
    "ends outside": (catalog(service(durations_minutes=(60,))), wish(NOON - 1800), {}, [OutsideHours("Centre", OPEN)]),
    "off the grid": (catalog(), wish(TEN + 60), {}, [NotOnGrid(30)]),
    "off the grid, nobody needed": (catalog(service([])), wish(TEN + 60), {}, [NotOnGrid(30)]),
    "off the chosen one's grid": (
        catalog(service([ANYBODY]), resource(ADA, weekly=every_day(9.25, 12))),
        wish(TEN, provider_id=ADA),
        {},
        [NotOnGrid(30)],
    ),
    "free, but on another's grid": (
        catalog(service([ANYBODY]), resource(BOB, weekly=every_day(9.25, 12))),
        wish(),
        {ADA: [(TEN, ELEVEN)]},
        [NotOnGrid(30)],
    ),
    "outside a person's hours": (
        catalog(resource(ADA, weekly=every_day(9, 10))),
        wish(),
        {},
        [OutsideHours("Ada", ((NINE, TEN),))],
    ),
    "away": (catalog(resource(ADA, time_off=(AWAY,))), wish(), {}, [ResourceAway("Ada", "training", TEN, ELEVEN)]),
    "taken": (catalog(), wish(), {ADA: [(TEN, ELEVEN)]}, [JustTaken((Conflict("Ada", TEN, ELEVEN),))]),
    "taken by the buffer": (
        catalog(service(buffer_before_minutes=10)),
        wish(),
        {ADA: [(NINE, TEN)]},
        [JustTaken((Conflict("Ada", NINE, TEN),))],
    ),
    "only who is in the way is named": (
        catalog(service([ANYBODY, A_ROOM])),
        wish(),
        {ADA: [(TEN, ELEVEN)], ROOM: [(TEN, ELEVEN)]},
        [JustTaken((Conflict("Room", TEN, ELEVEN),))],
    ),
    "the chosen one is taken": (
        catalog(service([ANYBODY])),
        wish(provider_id=ADA),
        {ADA: [(TEN, ELEVEN)]},
        [JustTaken((Conflict("Ada", TEN, ELEVEN),))],
    ),
    "separately but not together": (
        catalog(service([ANYBODY, BOTH])),
        wish(),
        {BOB: [(TEN, ELEVEN)]},
        [JustTaken((Conflict("Bob", TEN, ELEVEN),)), NoAssignment(("Doctors", "Helpers"))],
    ),
    "chosen one belongs elsewhere": (
        catalog(service([ANYBODY]), resource(ADA, location_id=NORTH)),
        wish(provider_id=ADA),
        {},
        [NotOfferedHere("Ada", "Centre", field="provider")],
    ),
    "all rooms are elsewhere": (
        catalog(service([ANYBODY, A_ROOM]), resource(ROOM, location_id=NORTH)),
        wish(),
        {},
        [NoAssignment(("Rooms",))],
    ),
    "too many seats": (catalog(service(capacity=4)), wish(seats=5), {}, [SessionFull(4)]),
    "everything at once": (
        catalog(
            service(minimum_notice_minutes=5 * 1440),
            location(overrides=(DateOverride(THE_DAY, (WallInterval(540, 600),)),)),
            resource(ADA, weekly=every_day(9, 10), time_off=(AWAY,)),
        ),
        wish(TEN + 60),
        {ADA: [(TEN, ELEVEN)]},
        [
            TooSoon(NOW + 5 * DAY),
            OutsideHours("Centre", ((NINE, TEN),)),
            JustTaken((Conflict("Ada", TEN, ELEVEN),)),
            OutsideHours("Ada", ((NINE, TEN),)),
            ResourceAway("Ada", "training", TEN, ELEVEN),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_find_refusals_cases(name: str) -> None:
    set_up, wished, taken, expected = CASES[name]

    assert find_refusals(set_up, wished, taken, NOW) == expected


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name][3]])
def test_check_time_raises_the_first(name: str) -> None:
    set_up, wished, taken, expected = CASES[name]

    with pytest.raises(Refusal) as caught:
        check_time(set_up, wished, taken, NOW)
    assert caught.value == without_reason(expected[0])


def test_that_somebody_is_away_is_told_without_the_reason() -> None:
    assert without_reason(ResourceAway("Ada", "training", TEN, ELEVEN)) == ResourceAway("Ada", "", TEN, ELEVEN)


def test_check_time_lets_staff_book_any_minute_without_notice() -> None:
    set_up = catalog(service(minimum_notice_minutes=60 * 24 * 10, booking_window_days=1))

    check_time(set_up, wish(TEN + 60), {}, NOW, staff=True)
    check_time(set_up, wish(TEN + 60), {}, NOON, staff=True)


def test_check_time_keeps_staff_within_hours() -> None:
    with pytest.raises(OutsideHours):
        check_time(catalog(), wish(NOON), {}, NOW, staff=True)


def test_check_time_on_any_grid_keeps_notice() -> None:
    check_time(catalog(), wish(TEN + 60), {}, NOW, any_grid=True)
    with pytest.raises(InPast):
        check_time(catalog(), wish(TEN + 60), {}, NOON, any_grid=True)


@pytest.mark.parametrize(("seats", "expected"), [(2, []), (3, [SessionFull(2)])])
def test_find_refusals_of_an_open_session(seats: int, expected: list[Refusal]) -> None:
    sessions = [OpenSession(TEN, TEN + 1800, 2), OpenSession(ELEVEN, ELEVEN + 1800, 9)]
    set_up = catalog(service(capacity=5))
    found = find_refusals(set_up, wish(seats=seats), {ADA: [(TEN, TEN + 1800)]}, NOW, sessions)

    assert found[: len(found) - 1] == expected


def test_assignment_takes_the_wished_provider_then_preferred_then_least_load() -> None:
    set_up = catalog(service([ANYBODY, A_ROOM]))
    load = {ADA: 5, BOB: 1}

    assert find_assignment(set_up, wish(), {}, load=load) == (BOB, ROOM)
    assert find_assignment(set_up, wish(), {}, prefer=[ADA], load=load) == (ADA, ROOM)
    assert find_assignment(set_up, wish(provider_id=ADA), {}, prefer=[BOB, ADA], load=load) == (ADA, ROOM)


def test_assignment_of_somebody_taken_says_so() -> None:
    with pytest.raises(JustTaken) as caught:
        find_assignment(catalog(), wish(), {ADA: [(TEN, ELEVEN)]}, load={})
    assert caught.value == JustTaken((Conflict("Ada", TEN, ELEVEN),))


def test_assignment_without_the_wished_provider_is_none() -> None:
    set_up = catalog(service([ANYBODY]))

    with pytest.raises(JustTaken):
        find_assignment(set_up, wish(provider_id=ADA), {ADA: [(TEN, ELEVEN)]}, load={})
    with pytest.raises(NoAssignment):
        find_assignment(set_up, wish(provider_id=ROOM), {}, load={})


def test_assignment_off_the_grid_is_possible() -> None:
    assert find_assignment(catalog(), wish(TEN + 60), {}, load={}) == (ADA,)
    assert MONDAY < HALF_PAST_NINE
