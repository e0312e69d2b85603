"""What edges hand to operations. Public ids name things; instants and minutes are integers; texts are as typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.booking.values import Instant


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """Who the booking is for: an existing client's public id, or name and email address.

    ``is_actor``: somebody signed in books for themselves, by the rules that clients have; the rest is not looked at.
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    tzid: str = ""
    public_id: str | None = None
    is_actor: bool = False


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """One wished booking. ``key``: the idempotency key; the same key gives the same booking again.

    ``override``: staff with the right to do so book outside hours, grid and limits; never over other bookings.
    ``override_reason``: why, for the audit log.
    ``hold``: public id of a held booking that this confirms.
    ``together``: public ids of further resources and pools, of each pool one, that the booking takes as well, all or
    none; only of bookings that no hold was made for.
    """

    service: str
    location: str
    start: Instant
    client: ClientDetails
    duration_minutes: int | None = None
    provider: str | None = None
    seats: int = 1
    comment: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    attendees: tuple[str, ...] = ()
    key: str | None = None
    override: bool = False
    override_reason: str = ""
    hold: str | None = None
    together: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """A slot to be held for some minutes while a client fills in the form."""

    service: str
    location: str
    start: Instant
    duration_minutes: int | None = None
    provider: str | None = None
    seats: int = 1
    key: str | None = None


@dataclass(frozen=True, slots=True)
class VisitPart:
    """One service of a visit, with the answers to its intake questions."""

    service: str
    duration_minutes: int | None = None
    provider: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """Several services one after the other, from ``start`` on, all or none."""

    parts: tuple[VisitPart, ...]
    location: str
    start: Instant
    client: ClientDetails
    comment: str = ""
    key: str | None = None


class OnConflict(StrEnum):
    """What to do when some occurrences of a series cannot be had."""

    NOTHING = "nothing"
    BOOK_REST = "book_rest"
    MOVE_CONFLICTS = "move_conflicts"


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """A recurring booking: ``rule`` is an RRULE (RFC 5545 section 3.3.10), ``exdates`` are local dates (ISO)."""

    first: BookingRequest
    rule: str
    exdates: tuple[str, ...] = ()
    on_conflict: OnConflict = OnConflict.NOTHING


class Reach(StrEnum):
    """How far a change of a recurring booking reaches."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """A new time (and perhaps provider) for a booking. ``version``: what the form was filled in with, if known."""

    booking: str
    start: Instant
    duration_minutes: int | None = None
    provider: str | None = None
    reach: Reach = Reach.ONE
    override: bool = False
    override_reason: str = ""
    version: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A client waits for any slot of this service that starts in ``[earliest, latest)``."""

    service: str
    location: str
    client: ClientDetails
    earliest: Instant
    latest: Instant
    duration_minutes: int | None = None
    provider: str | None = None
