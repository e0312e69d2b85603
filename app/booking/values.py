"""The plain values that the rules work on.

Instants are integers (seconds since the Unix epoch, UTC): they compare, subtract and sort at the speed of the machine,
cannot be naive, and mean the same in SQLite and PostgreSQL. Only the edges turn them into local texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from app.booking.workflow_values import WorkflowRule

Instant: TypeAlias = int
"""Seconds since 1970-01-01T00:00:00Z. Starts and ends of bookings are whole minutes."""

Interval: TypeAlias = tuple[int, int]
"""Half-open ``[start, end)`` of two instants, ``start < end``."""

MINUTE = 60
DAY_MINUTES = 24 * 60


class ResourceKind(StrEnum):
    """What a resource is; a person who gives a service is called its provider."""

    PERSON = "person"
    ROOM = "room"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class WallInterval:
    """Minutes from local midnight, half-open; ``end_minute`` above 1440 runs past midnight (at most 2880)."""

    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Open on one weekday (Monday is 0), optionally only at one location (people who work at several)."""

    weekday: int
    hours: WallInterval
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class DateOverride:
    """Replaces the weekly hours of one local date; no hours at all means closed that day."""

    day: date
    hours: tuple[WallInterval, ...] = ()
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """A location is closed on all local dates from ``first`` to ``last``, both included."""

    first: date
    last: date
    name: str


@dataclass(frozen=True, slots=True)
class TimeOff:
    """A resource cannot be had in this interval: vacation, illness, maintenance."""

    start: Instant
    end: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class Location:
    """A place with its own zone, hours, overrides and closures. Without weekly hours it is always open.

    ``check_in``: clients tell that they have arrived by a code, on a page of this place.
    """

    id: int
    public_id: str
    name: str
    tzid: str
    weekly: tuple[WeeklyHours, ...] = ()
    overrides: tuple[DateOverride, ...] = ()
    closures: tuple[Closure, ...] = ()
    address: str = ""
    active: bool = True
    check_in: bool = False

    @property
    def name_and_address(self) -> str:
        """Both in one line, as calendars show a place."""
        return ", ".join([self.name, *self.address.splitlines()])


@dataclass(frozen=True, slots=True)
class Resource:
    """A person, room or device. ``location_id`` None: can be used at every location (people, mobile devices).

    Without weekly hours and overrides it follows the opening hours of the location where it is used.
    Its hours are wall time in ``tzid``, which may differ from the location's.
    """

    id: int
    public_id: str
    name: str
    kind: ResourceKind
    tzid: str
    location_id: int | None = None
    weekly: tuple[WeeklyHours, ...] = ()
    overrides: tuple[DateOverride, ...] = ()
    time_off: tuple[TimeOff, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Requirement:
    """``count`` different resources out of ``resource_ids``; ``name`` is the pool's or the single resource's.

    ``is_extra``: one booking takes it besides what its service needs (see ``extras.py``).
    """

    id: int
    name: str
    resource_ids: tuple[int, ...]
    count: int = 1
    is_extra: bool = False


class QuestionKind(StrEnum):
    """How an intake question is answered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    SEVERAL = "several"
    YES_NO = "yes_no"
    AGREE = "agree"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Condition:
    """When a question is asked: another question (its public id) has one of these answers."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """An intake question of a service; one that must be answered must be so only where it is asked."""

    public_id: str
    label: str
    kind: QuestionKind
    required: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""
    only_if: Condition | None = None


class Visibility(StrEnum):
    """Who may book a service: everybody by the public page, who has its address (it is not listed), or staff only."""

    PUBLIC = "public"
    LINK = "link"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Service:
    """What can be booked, with all its rules; a limit of None means no limit.

    ``confirm_minutes``: for how long a visitor's booking is held until they confirm it by mail; None: nobody is asked.
    """

    id: int
    public_id: str
    name: str
    durations_minutes: tuple[int, ...]
    requirements: tuple[Requirement, ...]
    location_ids: tuple[int, ...]
    slot_interval_minutes: int = 15
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    minimum_notice_minutes: int = 0
    booking_window_days: int = 90
    change_notice_minutes: int = 0
    limit_per_day: int | None = None
    limit_per_week: int | None = None
    limit_per_client: int | None = None
    capacity: int = 1
    needs_approval: bool = False
    hold_minutes: int = 10
    request_expiry_minutes: int = 2 * DAY_MINUTES
    offer_minutes: int = 120
    confirm_minutes: int | None = None
    visibility: Visibility = Visibility.PUBLIC
    questions: tuple[Question, ...] = ()
    description: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Pool:
    """Resources that stand in for each other, by row id."""

    id: int
    public_id: str
    name: str
    resource_ids: tuple[int, ...] = ()


class OnTimeout(StrEnum):
    """What becomes of a step of an approval that nobody decides in time."""

    ESCALATE = "escalate"
    DECLINE = "decline"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Named:
    """People by row id: users, and the members of groups."""

    users: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """One step of a rule. ``approvers`` None: anybody with the permission; ``next_ones`` None: the administrators."""

    number: int
    minutes: int
    on_timeout: OnTimeout = OnTimeout.DECLINE
    approvers: Named | None = None
    next_ones: Named | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Who has to approve bookings of a service, whatever takes a resource, or what a workflow rule acts on.

    One of these is named, or none where the workflow rule is gone: then it only decides about what it asked before.
    ``allows_own``: people may approve what they asked for themselves. ``steps`` are in order; one that was taken out of
    the rule is not active, but decides about what waited for it already.
    """

    id: int
    steps: tuple[ApprovalStep, ...]
    service_id: int | None = None
    resource_id: int | None = None
    workflow_id: int | None = None
    allows_own: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Label:
    """A word that staff and rules give bookings; ``hue``: which of the eight hues of calendars it has."""

    id: int
    public_id: str
    name: str
    hue: int = 0


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that administrators set up, by row id: one immutable snapshot, exchanged whole at every change."""

    revision: int
    locations: Mapping[int, Location] = field(default_factory=dict)
    resources: Mapping[int, Resource] = field(default_factory=dict)
    services: Mapping[int, Service] = field(default_factory=dict)
    pools: Mapping[int, Pool] = field(default_factory=dict)
    approvals: Mapping[int, ApprovalRule] = field(default_factory=dict)
    workflow: tuple[WorkflowRule, ...] = ()
    labels: Mapping[int, Label] = field(default_factory=dict)
    look: str = ""
    """What pages and letters look like, as it is stored; no rule asks for it, but it changes as all set-up does."""
    memo: dict[tuple[int, ...], Any] = field(default_factory=dict, compare=False, repr=False)
    """Expanded hours that were asked for before (see ``hours.py``); they live and die with their snapshot."""


class Cause(StrEnum):
    """Why an interval of a resource is taken."""

    BOOKING = "booking"
    SESSION = "session"
    BUSY_TIME = "busy_time"


@dataclass(frozen=True, slots=True)
class Taken:
    """One taken interval of one resource, buffers included, and what takes it (a status for bookings).

    ``booked`` is the booking's or session's own time, without buffers, where it is known.
    """

    resource_id: int
    start: Instant
    end: Instant
    cause: Cause = Cause.BOOKING
    status: str = "confirmed"
    reference: str = ""
    booked: Interval | None = None
