"""A small set-up for tables of cases: one centre, Ada and Bob, a room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from app.booking.slots import SlotQuery
from app.booking.values import (
    Catalog,
    Location,
    Requirement,
    Resource,
    ResourceKind,
    Service,
    WallInterval,
    WeeklyHours,
)

MONDAY = int(datetime(2030, 1, 7, tzinfo=UTC).timestamp())
HOUR, DAY = 3600, 86_400
NINE, TEN, ELEVEN, NOON = (MONDAY + hours * HOUR for hours in (9, 10, 11, 12))
NOW = MONDAY - 3 * DAY
CENTRE, NORTH = 1, 2
ADA, BOB, ROOM = 1, 2, 3
CONSULTATION = 1
ANYBODY = Requirement(1, "Doctors", (ADA, BOB))
ONLY_ADA = Requirement(1, "Ada", (ADA,))
A_ROOM = Requirement(2, "Rooms", (ROOM,))


def every_day(start_hour: float, end_hour: float, location_id: int | None = None) -> tuple[WeeklyHours, ...]:
    """The same hours on all weekdays."""
    wall = WallInterval(int(start_hour * 60), int(end_hour * 60))
    return tuple(WeeklyHours(day, wall, location_id) for day in range(7))


def location(number: int = CENTRE, **values: Any) -> Location:  # noqa: ANN401 any field of the record
    """Open daily from 9 to 12, in UTC."""
    usual = Location(number, f"l{number}", {CENTRE: "Centre", NORTH: "North"}[number], "UTC", every_day(9, 12))
    return replace(usual, **values)


def resource(number: int, **values: Any) -> Resource:  # noqa: ANN401 any field of the record
    """Ada, Bob or the room, following the centre's hours."""
    name, kind = {1: ("Ada", "person"), 2: ("Bob", "person"), 3: ("Room", "room")}[number]
    return replace(Resource(number, f"r{number}", name, ResourceKind(kind), "UTC"), **values)


def service(requirements: Sequence[Requirement] = (ONLY_ADA,), **values: Any) -> Service:  # noqa: ANN401 any field of the record
    """Half an hour, every half hour, by Ada."""
    usual = Service(CONSULTATION, "s1", "Consultation", (30,), tuple(requirements), (CENTRE,), 30)
    return replace(usual, **values)


def catalog(*things: Location | Resource | Service) -> Catalog:
    """The centre, both people and the room, with these in place of the usual ones."""
    locations = {CENTRE: location(), NORTH: location(NORTH)}
    resources = {number: resource(number) for number in (ADA, BOB, ROOM)}
    services = {CONSULTATION: service()}
    for thing in things:
        kept: Any = {Location: locations, Resource: resources, Service: services}[type(thing)]
        kept[thing.id] = thing
    return Catalog(1, locations, resources, services)


def monday(**values: Any) -> SlotQuery:  # noqa: ANN401 any field of the record
    """All slots of that Monday."""
    return replace(SlotQuery(CONSULTATION, CENTRE, MONDAY, MONDAY + DAY), **values)


def at(day: date, hour: int, minute: int = 0) -> int:
    """A moment in UTC."""
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC).timestamp())


def clock(*texts: str) -> list[int]:
    """Instants of that Monday in UTC, such as 09:30."""
    return [MONDAY + int(text[:2]) * HOUR + int(text[3:]) * 60 for text in texts]
