"""Workflow rules as plain values: when this happens to a booking and that holds, then something is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Trigger(StrEnum):
    """What a rule waits for. The value is what the database keeps."""

    BOOKED = "booked"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    MOVED = "moved"
    CANCELLED = "cancelled"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    BEFORE_START = "before_start"
    AFTER_END = "after_end"


TIMED = frozenset({Trigger.BEFORE_START, Trigger.AFTER_END})
"""Triggers that come by the clock, not by what somebody does."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold besides; whatever is empty holds always. All names are public ids.

    ``labels``: it has one of these; ``without_labels``: it has none of these; both as it was before any rule acted.
    ``statuses``: empty means for timed rules that the booking is settled, see ``workflow.settled``. ``question`` is
    answered by one of ``answers``. ``less_than_minutes``, ``more_than_minutes``: how long before its start it happens;
    for timed rules how long before its start it was booked.
    """

    services: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    question: str = ""
    answers: tuple[str, ...] = ()
    less_than_minutes: int | None = None
    more_than_minutes: int | None = None
    labels: tuple[str, ...] = ()
    without_labels: tuple[str, ...] = ()

    @property
    def asks_labels(self) -> bool:
        """Whether it has to be known which labels a booking has."""
        return bool(self.labels or self.without_labels)


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who is told: the client, the people who give the booking, members of groups (public ids), given addresses."""

    client: bool = False
    providers: bool = False
    groups: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def only_client(self) -> bool:
        """Whether nobody else is told."""
        return self == Receivers(client=True)


@dataclass(frozen=True, slots=True)
class Labelling:
    """Which labels (public ids) a rule gives a booking, and which it takes away."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assigning:
    """Who becomes responsible where nobody is; at most one of these is given, all are public ids.

    ``user``: this account. ``group``, ``role``: who of its members, or of those who have it, looks after the fewest.
    """

    user: str = ""
    group: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Assignable:
    """Somebody who could become responsible: an account's row id, and how many open bookings they look after."""

    user_id: int
    open_bookings: int


@dataclass(frozen=True, slots=True)
class WorkflowRule:
    """One rule. ``minutes``: how long before the start or after the end, of timed rules.

    ``subject`` and ``text`` have placeholders; both empty: the words of the mail text "Reminder".
    """

    id: int
    public_id: str
    name: str
    trigger: Trigger
    minutes: int = 0
    conditions: Conditions = Conditions()
    receivers: Receivers = Receivers()
    labels: Labelling = Labelling()
    subject: str = ""
    text: str = ""
    active: bool = True
    assigns: Assigning = Assigning()


@dataclass(frozen=True, slots=True)
class Happening:
    """What a rule is held against. ``triggers``: all that this is; ``lead_minutes`` as the conditions ask for it."""

    triggers: frozenset[Trigger]
    service: str
    location: str
    status: str
    lead_minutes: int
    resources: frozenset[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
