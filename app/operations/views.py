"""What operations hand back: plain records, already reduced to what the actor may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.access.grants import Target
from app.booking.refusals import Refusal
from app.booking.values import Instant, Label


@dataclass(frozen=True, slots=True)
class ResourceView:
    """A resource as shown beside a booking."""

    public_id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class ClientView:
    """A client as found by a search."""

    public_id: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """Somebody who signs in, as others of staff see them; ``active``: they still may."""

    public_id: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A wished new time that waits for approval; ``resource_ids`` are row ids of what it would take."""

    public_id: str
    start: Instant
    end: Instant
    expires_at: Instant
    resource_ids: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class BookingView:
    """One booking. What the actor may not see is empty; without its title ``service_name`` is "Busy".

    ``is_nobodys``: no client is known, as their details were taken out for good or a hold was left.
    ``withheld``: the answers are not shown, as it could not be written down that somebody looks.

    ``unconfirmed``: its client has not confirmed it by the link of the mail that asked for it.
    ``link_number``: which of its client's links counts, see ``links.py``.

    ``target`` is what the rights are asked about it. ``reached``: how many bookings the change that gave this view was
    made to, itself included.
    """

    public_id: str
    status: str
    start: Instant
    end: Instant
    service: str
    service_name: str
    location: str
    location_name: str
    tzid: str
    location_address: str = ""
    resources: tuple[ResourceView, ...] = ()
    client: str = ""
    client_name: str = ""
    client_email: str = ""
    client_phone: str = ""
    client_tzid: str = ""
    attendees: tuple[str, ...] = ()
    seats: int = 1
    comment: str = ""
    labels: tuple[Label, ...] = ()
    responsible: AccountView | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    series: str | None = None
    visit: str | None = None
    expires_at: Instant | None = None
    change: ChangeView | None = None
    version: int = 1
    sequence: int = 0
    reached: int = 1
    is_nobodys: bool = False
    withheld: bool = False
    checked_in_at: Instant | None = None
    unconfirmed: bool = False
    changed_at: Instant = 0
    link_number: int = field(default=0, repr=False)
    target: Target = field(default=Target(), repr=False)


@dataclass(frozen=True, slots=True)
class OccurrenceResult:
    """What became of one occurrence of a series: a booking, or the refusal and the next possible time."""

    number: int
    local_day: str
    start: Instant | None
    booking: BookingView | None = None
    refusal: Refusal | None = None
    suggestion: Instant | None = None


@dataclass(frozen=True, slots=True)
class SeriesResult:
    """All occurrences; ``series`` is None when nothing was booked."""

    series: str | None
    occurrences: tuple[OccurrenceResult, ...]


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A place on the waiting list, and the held booking once a slot was offered; ``since``: when it was taken.

    ``link_number``, ``offered_link_number``: which of its client's links count, see ``links.py``.
    """

    public_id: str
    status: str
    service_name: str
    location_name: str
    tzid: str
    client_name: str
    earliest: Instant
    latest: Instant
    since: Instant
    offered_booking: str | None = None
    link_number: int = field(default=0, repr=False)
    offered_link_number: int = field(default=0, repr=False)
