"""A preset as plain values: what a file asks to be set up, with its names in one language or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.access.permissions import Permission
from app.booking.values import ResourceKind
from app.booking.workflow_values import Trigger
from app.operations.setup.hours import WeeklyRange
from app.operations.setup.services import ServiceDraft
from app.texts import ENGLISH

Words = Mapping[str, str]
"""A text by the code of its language; under ``ANY``: the same in all of them."""

ANY = ""


def said(words: Words, code: str) -> str:
    """Return a text in a language, else in English, else in the first that there is; empty where there is none."""
    return words.get(code) or words.get(ANY) or words.get(ENGLISH) or next(iter(words.values()), "")


@dataclass(frozen=True, slots=True)
class Place:
    """A location; an empty ``tzid`` is the zone that is chosen when it is set up."""

    name: Words
    address: Words = field(default_factory=dict)
    tzid: str = ""
    hours: tuple[WeeklyRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Thing:
    """A person, room or device; ``place`` and the places of its hours are keys of the same file."""

    kind: ResourceKind
    name: Words
    place: str | None = None
    hours: tuple[WeeklyRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """Any of these people, rooms or devices, by key."""

    name: Words
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """An intake question."""

    label: Words
    kind: str
    required: bool = False
    choices: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A service: ``rules`` has its numbers and ticks, ``takes`` how many of which pool, person, room or device."""

    name: Words
    rules: ServiceDraft
    takes: tuple[tuple[str, int], ...]
    description: Words = field(default_factory=dict)
    places: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A role of its own."""

    name: Words
    about: Words
    may: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Whoever joins it has these roles: ready-made ones or those of the file, each for everything or for one place."""

    name: Words
    roles: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A label; ``hue``: which of the eight hues of calendars, counted from 0."""

    name: Words
    hue: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """That a question, counted from 1, of a service, by key, is answered by one of ``answers``."""

    service: str
    question: int
    answers: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A workflow rule; what it names are keys of the file, and for ``responsible`` also the names of ready-made roles.

    ``minutes``: how long before the start or after the end; None where the clock has no part. ``labels``: the booking
    has one of these, ``without``: none of these. ``approvers`` and ``groups`` are groups.
    """

    name: Words
    trigger: Trigger
    minutes: int | None = None
    services: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    answer: Answer | None = None
    labels: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    less_than_minutes: int | None = None
    more_than_minutes: int | None = None
    client: bool = False
    providers: bool = False
    groups: tuple[str, ...] = ()
    subject: Words = field(default_factory=dict)
    text: Words = field(default_factory=dict)
    gives: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    responsible: str = ""
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preset:
    """What one file holds, each part by key and in the order of the file; ``look``: texts by field, as in a look's."""

    name: Words
    about: Words = field(default_factory=dict)
    look: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    things: Mapping[str, Thing] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
