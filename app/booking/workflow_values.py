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
