"""Why a time is not free, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.booking.explain import Explanation, explain
from app.booking.limits import Counts
from app.booking.refusals import Conflict, JustTaken, LimitReached, NotAvailable, SessionFull
from app.booking.rules import Wish
from app.booking.slots import OpenSession
from app.booking.told import Told
from app.booking.values import Catalog, Cause, Closure, Taken, TimeOff
from tests.unit.booking.cast import (
    A_ROOM,
    ADA,
    ANYBODY,
    BOB,
    CENTRE,
    CONSULTATION,
    ELEVEN,
    NINE,
    NOON,
    NOW,
    ROOM,
    TEN,
    catalog,
    every_day,
    location,
    resource,
    service,
)

BUFFERED = service(buffer_before_minutes=10, buffer_after_minutes=20)


def asked(set_up: Catalog, *conflicts: Taken, start: int = TEN, **values: Any) -> Explanation:  # noqa: ANN401 its options
    return explain(set_up, Wish(CONSULTATION, CENTRE, start), conflicts, NOW, **values)


def test_explain_a_free_time() -> None:
    assert asked(catalog(), Taken(ADA, NINE, TEN)) == Explanation(free=True)


TAKEN = {
    "booked": (Taken(ADA, TEN, ELEVEN), "Ada is booked from 10:00 to 11:00; please choose another time."),
    "held": (
        Taken(ADA, TEN, ELEVEN, status="held"),
        "Ada is held for somebody who is booking right now from 10:00 to 11:00; please choose another time.",
    ),
    "requested": (
        Taken(ADA, TEN, ELEVEN, status="requested"),
        "Ada is kept for a request that waits for approval from 10:00 to 11:00; please choose another time.",
    ),
    "session": (
        Taken(ADA, TEN, ELEVEN, Cause.SESSION),
        "Ada is taken by a group session from 10:00 to 11:00; please choose another time.",
    ),
    "imported": (
        Taken(ADA, TEN, ELEVEN, Cause.BUSY_TIME),
        "Ada is busy by an entry of an imported calendar from 10:00 to 11:00; please choose another time.",
    ),
    "own time known": (
        Taken(ADA, NINE, ELEVEN, booked=(TEN, ELEVEN - 600)),
        "Ada is booked from 10:00 to 10:50; please choose another time.",
    ),
    "the other's buffer": (
        Taken(ADA, NINE, TEN + 600, booked=(NINE, TEN)),
        "Ada is booked from 09:00 to 10:00, and with its buffers Ada is kept free from 09:00 to 10:10; "
        "please choose a time outside.",
    ),
    "own buffer before": (
        Taken(ADA, NINE, TEN),
        "Ada is booked from 09:00 to 10:00, which this service's buffer of 10 minutes before it would run into, "
        "as the buffers of neighbouring bookings add up; please leave more time between.",
    ),
    "own buffer after": (
        Taken(ADA, TEN + 2400, NOON, booked=(TEN + 3600, NOON)),
        "Ada is booked from 11:00 to 12:00, which this service's buffer of 20 minutes after it would run into, "
        "as the buffers of neighbouring bookings add up; please leave more time between.",
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_explain_what_takes_a_person(name: str) -> None:
    taken, expected = TAKEN[name]

    assert asked(catalog(BUFFERED), taken).reasons == (expected,)


def test_explain_carries_causes_in_its_refusals() -> None:
    found = asked(catalog(), Taken(ADA, TEN, ELEVEN, Cause.BUSY_TIME, ""))

    assert found.refusals == (JustTaken((Conflict("Ada", TEN, ELEVEN, "busy_time", ""),)),)


def test_explain_tells_every_conflict_in_order() -> None:
    set_up = catalog(service([ANYBODY, A_ROOM]))
    found = asked(set_up, Taken(BOB, TEN, ELEVEN), Taken(ADA, TEN + 900, NOON), Taken(ADA, NINE, TEN + 900))

    assert [reason.split(";")[0] for reason in found.reasons] == [
        "Ada is booked from 09:00 to 10:15",
        "Ada is booked from 10:15 to 12:00",
        "Bob is booked from 10:00 to 11:00",
    ]
    assert ROOM not in [conflict.resource for conflict in found.refusals[0].conflicts]  # type: ignore[attr-defined]


def test_explain_tells_every_rule_at_once() -> None:
    day = date(2030, 1, 7)
    set_up = catalog(
        service(minimum_notice_minutes=7200),
        location(closures=(Closure(day, day, "Epiphany"),)),
        resource(ADA, time_off=(TimeOff(NINE, NOON, ""),)),
    )
    found = asked(set_up, Taken(ADA, TEN, ELEVEN), counts=Counts(9, 9, 9))

    assert found.reasons == (
        "This is too soon; please choose a time from Wednesday 9 January 2030, 00:00 on.",
        "Centre is closed that day (Epiphany); please choose another day.",
        "Ada is booked from 10:00 to 11:00; please choose another time.",
        "Ada is away from 09:00 to 12:00; please choose another time or somebody else.",
    )


def test_explain_limits_only_where_counted() -> None:
    set_up = catalog(service(limit_per_day=2))

    assert asked(set_up) == Explanation(free=True)
    assert asked(set_up, counts=Counts(day=2)).refusals == (LimitReached("day", 2),)


def test_explain_a_full_session() -> None:
    found = asked(catalog(service(capacity=4)), sessions=[OpenSession(TEN, TEN + 1800, 0)], start=TEN)

    assert found == Explanation(free=True)
    taken = Taken(ADA, TEN, TEN + 1800, Cause.SESSION)
    again = asked(catalog(service(capacity=4)), taken, sessions=[OpenSession(TEN, TEN + 1800, 0)])
    assert again.refusals[0] == SessionFull(0)


def test_explain_for_staff_leaves_out_notice_and_grid() -> None:
    set_up = catalog(service(minimum_notice_minutes=7200))

    assert asked(set_up, start=TEN + 60, staff=True) == Explanation(free=True)


def test_explain_uses_the_zone_of_the_place() -> None:
    set_up = catalog(location(tzid="Asia/Kathmandu", weekly=()))

    assert asked(set_up, replace(Taken(ADA, TEN, ELEVEN))).reasons == (
        "Ada is booked from 15:45 to 16:45; please choose another time.",
        "This service begins every 30 minutes from the start of the hours; please choose one of the times offered.",
    )


AWAY = catalog(
    service([ANYBODY, A_ROOM], limit_per_day=1),
    resource(BOB, time_off=(TimeOff(NINE, NOON, "ill"),)),
    resource(ROOM, weekly=every_day(15, 16)),
)
NOT_AVAILABLE = "This time is not available; please choose another time."


@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        (
            Told((ADA, BOB, ROOM), (BOB,)),
            ("Ada is booked", "Bob is away from 09:00 to 12:00 (ill)", "This is outside the hours of Room"),
        ),
        (
            Told((ADA, BOB, ROOM)),
            ("Ada is booked", "Bob is away from 09:00 to 12:00;", "This is outside the hours of Room"),
        ),
        (Told((BOB, ROOM)), ("Bob is away", "This is outside the hours of Room", NOT_AVAILABLE)),
        (Told((ADA,)), ("Ada is booked", NOT_AVAILABLE)),
        (Told(()), (NOT_AVAILABLE,)),
    ],
)
def test_explain_says_nothing_of_those_who_may_not_be_looked_at(told: Told, reasons: tuple[str, ...]) -> None:
    found = asked(AWAY, Taken(ADA, TEN, ELEVEN), told=told).reasons
    assert [one for one, begin in zip(found, reasons, strict=True) if not one.startswith(begin)] == []


def test_explain_leaves_out_one_of_two_conflicts() -> None:
    set_up = catalog(service([ANYBODY]))
    found = asked(set_up, Taken(ADA, TEN, ELEVEN), Taken(BOB, TEN, ELEVEN), told=Told((BOB,)))
    assert found.refusals[1:] == (NotAvailable(),)
    taken = found.refusals[0]
    assert isinstance(taken, JustTaken)
    assert [one.resource for one in taken.conflicts] == ["Bob"]
