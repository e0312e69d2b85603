"""The group of the demo, as data: three places in two time zones, who works there, and what can be booked.

Nobody here exists. Rooms and devices name their place; people name the weekdays on which they work where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.operations.setup.questions import QuestionDraft

NAME = "Lindenhof"
CENTRE, PARK, THAMES = "Lindenhof Centre", "Lindenhof Park", "Lindenhof Thames"
BERLIN, LONDON = "Europe/Berlin", "Europe/London"

Hours = tuple[str, int, int]
"""Weekdays as digits (Monday is 0), opening and closing hour."""


@dataclass(frozen=True, slots=True)
class Place:
    """A location: its zone, address and opening hours."""

    name: str
    tzid: str
    address: str
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who gives services; ``hours`` by place."""

    name: str
    tzid: str
    hours: Mapping[str, tuple[Hours, ...]]


@dataclass(frozen=True, slots=True)
class Thing:
    """A room or device; without a place it can be used everywhere."""

    name: str
    kind: str
    place: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in; ``person``: which of the people they are."""

    name: str
    role: str
    person: str | None = None

    @property
    def email(self) -> str:
        """The address, in a domain that nobody can have (RFC 2606)."""
        return f"{self.name.lower().replace('dr ', '').replace(' ', '.')}@lindenhof.example"


PLACES = (
    Place(CENTRE, BERLIN, "Lindenhofstraße 12\n10115 Berlin", (("01234", 7, 20), ("5", 9, 14))),
    Place(PARK, BERLIN, "Am Alten Park 3\n14467 Potsdam", (("01234", 8, 18),)),
    Place(THAMES, LONDON, "41 Lantern Wharf\nLondon SE1", (("01234", 8, 19), ("5", 9, 13))),
)

PEOPLE = (
    Person("Anneke Brandvold", BERLIN, {CENTRE: (("01234", 8, 16),)}),
    Person("Tobias Kessenich", BERLIN, {CENTRE: (("024", 11, 20),), PARK: (("13", 8, 16),)}),
    Person("Milena Sorokova", BERLIN, {PARK: (("01234", 8, 17),)}),
    Person("Jonas Ettrich", BERLIN, {CENTRE: (("01234", 12, 20), ("5", 9, 14))}),
    Person("Priya Chandrasen", LONDON, {THAMES: (("01234", 8, 16),)}),
    Person("Owen Tregarth", LONDON, {THAMES: (("0123", 11, 19), ("5", 9, 13))}),
    Person("Dr Helene Vossberg", BERLIN, {CENTRE: (("01234", 8, 15),)}),
    Person("Dr Amir Khoradi", BERLIN, {PARK: (("024", 8, 16),), CENTRE: (("13", 13, 20),)}),
    Person("Dr Fiona Ashcombe", LONDON, {THAMES: (("01234", 9, 17),)}),
    Person("Lena Marquardsen", BERLIN, {CENTRE: (("012", 10, 19),), PARK: (("34", 9, 17),)}),
    Person("Samuel Okoroji", LONDON, {THAMES: (("01234", 10, 18),)}),
    Person("Carla Benvenuto", BERLIN, {CENTRE: (("012", 9, 17),), PARK: (("3", 9, 17),)}),
    Person("Ingrid Solheimer", BERLIN, {CENTRE: (("01234", 7, 15),)}),
    Person("Daniel Whitlocke", LONDON, {THAMES: (("01234", 8, 14),)}),
)

THINGS = (
    Thing("Centre treatment room 1", "room", CENTRE),
    Thing("Centre treatment room 2", "room", CENTRE),
    Thing("Centre consulting room", "room", CENTRE),
    Thing("Centre gymnasium", "room", CENTRE),
    Thing("Park treatment room", "room", PARK),
    Thing("Park consulting room", "room", PARK),
    Thing("Thames treatment room", "room", THAMES),
    Thing("Thames consulting room", "room", THAMES),
    Thing("Thames studio", "room", THAMES),
    Thing("Ultrasound Centre", "device", CENTRE),
    Thing("Ultrasound Thames", "device", THAMES),
    Thing("ECG Centre", "device", CENTRE),
    Thing("ECG Park", "device", PARK),
    Thing("ECG Thames", "device", THAMES),
    Thing("Video line", "device", None),
)

PHYSIOTHERAPISTS, PHYSICIANS, PSYCHOLOGISTS = "Physiotherapists", "Physicians", "Psychologists"
TREATMENT_ROOMS, CONSULTING_ROOMS, HALLS = "Treatment rooms", "Consulting rooms", "Exercise halls"
ULTRASOUND, ECG, NURSES, ASSESSORS = "Ultrasound devices", "ECG devices", "Nurses", "Assessors"

_PHYSIOTHERAPISTS = tuple(person.name for person in PEOPLE[:6])
_PHYSICIANS = tuple(person.name for person in PEOPLE[6:9])

POOLS: Mapping[str, tuple[str, ...]] = {
    PHYSIOTHERAPISTS: _PHYSIOTHERAPISTS,
    PHYSICIANS: _PHYSICIANS,
    PSYCHOLOGISTS: ("Lena Marquardsen", "Samuel Okoroji"),
    NURSES: ("Ingrid Solheimer", "Daniel Whitlocke"),
    ASSESSORS: (*_PHYSICIANS, "Anneke Brandvold", "Priya Chandrasen"),
    TREATMENT_ROOMS: tuple(one.name for one in THINGS if "treatment" in one.name),
    CONSULTING_ROOMS: tuple(one.name for one in THINGS if "consulting" in one.name),
    HALLS: ("Centre gymnasium", "Thames studio"),
    ULTRASOUND: ("Ultrasound Centre", "Ultrasound Thames"),
    ECG: ("ECG Centre", "ECG Park", "ECG Thames"),
}

ACCOUNTS = (
    Account("Ruth Adlershof", "administrator"),
    Account("Konrad Bellmann", "manager"),
    Account("Anneke Brandvold", "provider", "Anneke Brandvold"),
    Account("Sofia Lindqvist", "front_desk"),
    Account("Pavel Hrubin", "viewer"),
    Account("Greta Nordmann", "auditor"),
)

FIRST_VISIT = QuestionDraft("Is this your first visit?", "yes_no", required=True, public_id="first")
LAST_VISIT = QuestionDraft(
    "When were you last here?", "date", help="About is enough.", only_if="first", only_if_answers=("no",)
)
REASON = QuestionDraft("What brings you to us?", "text", required=True)
REFERRAL = QuestionDraft("Who referred you?", "choice", True, ("My doctor", "A hospital", "My insurer", "Nobody"))
MEDICINES = QuestionDraft("Which medicines do you take?", "long_text")
