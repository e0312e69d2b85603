"""Why something cannot be done, as typed values: no words, no HTTP. ``words.py`` has the sentence of each.

``field`` names the input that has to change, so that a page can show the sentence beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.booking.values import Instant, Interval


class Refusal(Exception):  # noqa: N818 a refusal is an answer, not an error
    """Base of all refusals; ``code`` is stable and may be used by other programs."""

    code: ClassVar[str] = "refused"
    field: str | None = None

    def __str__(self) -> str:
        """Return the code and the values, for logs: no refusal carries a client's details."""
        return f"{self.code}: {self.__dict__}"


@dataclass(frozen=True, eq=True)
class Conflict:
    """One thing that is in the way: which resource, when, and what takes it."""

    resource: str
    start: Instant
    end: Instant
    cause: str = "booking"
    status: str = ""


@dataclass(eq=True)
class NotFound(Refusal):
    """There is no such thing, or none that the actor may know of."""

    code: ClassVar[str] = "not_found"
    kind: str
    reference: str


@dataclass(eq=True)
class NotAllowed(Refusal):
    """The actor lacks the permission; ``reason`` is the decision's sentence."""

    code: ClassVar[str] = "not_allowed"
    permission: str
    reason: str


@dataclass(eq=True)
class InvalidInput(Refusal):
    """Something typed cannot be used; ``problem`` is a sentence that says what to do."""

    code: ClassVar[str] = "invalid_input"
    field: str | None = None
    problem: str = ""


@dataclass(eq=True)
class UnknownZone(Refusal):
    """There is no such IANA time zone."""

    code: ClassVar[str] = "unknown_zone"
    tzid: str
    field: str | None = "zone"


@dataclass(eq=True)
class InPast(Refusal):
    """The time has begun already."""

    code: ClassVar[str] = "in_past"
    field: str | None = "start"


@dataclass(eq=True)
class TooSoon(Refusal):
    """Within the service's minimum notice; ``earliest`` is the first moment that may be booked."""

    code: ClassVar[str] = "too_soon"
    earliest: Instant
    field: str | None = "start"


@dataclass(eq=True)
class BeyondWindow(Refusal):
    """After the service's booking window; ``latest`` is its end."""

    code: ClassVar[str] = "beyond_window"
    latest: Instant
    field: str | None = "start"


@dataclass(eq=True)
class WrongDuration(Refusal):
    """The service has no such duration; ``allowed`` are minutes."""

    code: ClassVar[str] = "wrong_duration"
    allowed: tuple[int, ...]
    field: str | None = "duration"


@dataclass(eq=True)
class NotOnGrid(Refusal):
    """Not one of the starts that the slot interval gives."""

    code: ClassVar[str] = "not_on_grid"
    slot_interval_minutes: int
    field: str | None = "start"


@dataclass(eq=True)
class NotOfferedHere(Refusal):
    """The service is not offered at this location."""

    code: ClassVar[str] = "not_offered_here"
    service: str
    location: str
    field: str | None = "location"


@dataclass(eq=True)
class LocationClosed(Refusal):
    """A closure or holiday of the location."""

    code: ClassVar[str] = "location_closed"
    location: str
    name: str
    field: str | None = "start"


@dataclass(eq=True)
class OutsideHours(Refusal):
    """Outside the hours of a location or resource; ``open`` are its intervals on that day."""

    code: ClassVar[str] = "outside_hours"
    who: str
    open: tuple[Interval, ...]
    field: str | None = "start"


@dataclass(eq=True)
class ResourceAway(Refusal):
    """A resource has time off."""

    code: ClassVar[str] = "resource_away"
    resource: str
    reason: str
    start: Instant
    end: Instant
    field: str | None = "start"


@dataclass(eq=True)
class NoAssignment(Refusal):
    """No complete set of resources can be had; ``missing`` are the requirements that cannot be met."""

    code: ClassVar[str] = "no_assignment"
    missing: tuple[str, ...]
    field: str | None = "start"


@dataclass(eq=True)
class JustTaken(Refusal):
    """Taken by somebody else; with what is in the way and the next free starts."""

    code: ClassVar[str] = "just_taken"
    conflicts: tuple[Conflict, ...] = ()
    next_free: tuple[Instant, ...] = ()
    field: str | None = "start"


@dataclass(eq=True)
class NotAvailable(Refusal):
    """Something that the asker may not look at is in the way: not what, nor why; with the next free starts."""

    code: ClassVar[str] = "not_available"
    next_free: tuple[Instant, ...] = ()
    field: str | None = "start"


@dataclass(eq=True)
class SessionFull(Refusal):
    """A group session has fewer seats left than wished."""

    code: ClassVar[str] = "session_full"
    seats_left: int
    field: str | None = "seats"


@dataclass(eq=True)
class LimitReached(Refusal):
    """A limit of the service; ``per`` is day, week or client."""

    code: ClassVar[str] = "limit_reached"
    per: str
    limit: int
    field: str | None = "start"


@dataclass(eq=True)
class TooManyUnconfirmed(Refusal):
    """As many bookings of one email address as may (``limit``) wait to be confirmed already."""

    code: ClassVar[str] = "too_many_unconfirmed"
    limit: int
    field: str | None = "email"


@dataclass(eq=True)
class NotConfirmed(Refusal):
    """A booking was not confirmed by its link as long as it was held."""

    code: ClassVar[str] = "not_confirmed"


@dataclass(eq=True)
class TooLateToChange(Refusal):
    """After the latest time at which a client may cancel or move."""

    code: ClassVar[str] = "too_late_to_change"
    latest: Instant


@dataclass(eq=True)
class InvalidTransition(Refusal):
    """The booking's status does not allow this any more."""

    code: ClassVar[str] = "invalid_transition"
    old: str
    new: str


@dataclass(eq=True)
class StepDecided(Refusal):
    """Somebody else has decided this step of an approval already."""

    code: ClassVar[str] = "step_decided"


@dataclass(eq=True)
class StaleVersion(Refusal):
    """Somebody else changed the record since it was read."""

    code: ClassVar[str] = "stale_version"


@dataclass(eq=True)
class CannotUndo(Refusal):
    """A change cannot be taken back (any more); ``reason`` is late, taken, changed or other (somebody else's)."""

    code: ClassVar[str] = "cannot_undo"
    reason: str


@dataclass(eq=True)
class KeyReused(Refusal):
    """An idempotency key came again with another request."""

    code: ClassVar[str] = "key_reused"


@dataclass(eq=True)
class AlreadyWaiting(Refusal):
    """The client is on this waiting list already."""

    code: ClassVar[str] = "already_waiting"
    field: str | None = "email"


@dataclass(eq=True)
class MissingHour(Refusal):
    """The local time does not exist that day because the clocks go forward; ``next_possible`` is when it goes on."""

    code: ClassVar[str] = "missing_hour"
    next_possible: Instant
    field: str | None = "start"


@dataclass(eq=True)
class LinkSpent(Refusal):
    """A link counts no more; ``reason`` is used, replaced or expired, of a link to a booking over or readdressed."""

    code: ClassVar[str] = "link_spent"
    reason: str


@dataclass(eq=True)
class SourceAway(Refusal):
    """Whoever vouches for people cannot be asked right now; ``source`` is oidc or ldap."""

    code: ClassVar[str] = "source_away"
    source: str


@dataclass(eq=True)
class TooOften(Refusal):
    """Something was done too often of late; ``seconds`` have to pass before it may be done again."""

    code: ClassVar[str] = "too_often"
    seconds: int


@dataclass(eq=True)
class Unavailable(Refusal):
    """The database cannot be used right now; ``problem`` is locked, full, read_only, forbidden or gone."""

    code: ClassVar[str] = "unavailable"
    problem: str
