"""A wished booking with the records that it names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.answers import clean_line
from app.booking.extras import exchanged
from app.booking.refusals import InvalidInput
from app.booking.rules import Wish
from app.booking.slots import duration_of
from app.booking.values import MINUTE, Catalog, Instant, Interval, Location, Service
from app.operations.context import Context
from app.operations.extras import with_chosen
from app.operations.looking import require_booking
from app.operations.names import get_location, get_service, wished_provider
from app.operations.requests import BookingRequest, HoldRequest, MoveRequest
from app.texts import _

MAX_SEATS = 100
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish with the records it names. ``prefer``: resource ids to take again if they can be had (when moving).

    ``by_staff``: without minimum notice, booking window and grid, as those book who book for others. ``reason``: why
    rules are overridden. ``user_id``: the account that it is for, where that is known before it is written.
    """

    catalog: Catalog
    service: Service
    location: Location
    wish: Wish
    override: bool = False
    prefer: tuple[int, ...] = ()
    by_staff: bool = False
    reason: str = ""
    user_id: int | None = None

    @property
    def start(self) -> Instant:
        """Start of the booking itself, buffers not included."""
        return self.wish.start

    @property
    def end(self) -> Instant:
        """End of the booking itself, buffers not included."""
        return self.wish.start + self.duration_minutes * MINUTE

    @property
    def duration_minutes(self) -> int:
        """The wished duration, or the service's first."""
        return self.wish.duration_minutes or self.service.durations_minutes[0]

    @property
    def with_buffers(self) -> Interval:
        """What is taken of each resource."""
        before = self.service.buffer_before_minutes * MINUTE
        after = self.service.buffer_after_minutes * MINUTE
        return self.start - before, self.end + after

    def target(self, resource_ids: Collection[int]) -> Target:
        """Return what the rights are asked about when the wish takes these resources."""
        return Target(None, resource_ids, self.location.id, self.service.id, self.user_id)


def want(context: Context, request: BookingRequest | HoldRequest, override: bool = False) -> Wanted:
    """Resolve a request's names; a service that takes more for this booking is told so in the catalog, too.

    Raises:
        NotFound, InvalidInput, WrongDuration: an unknown name, an impossible number. NotAllowed: not with these extras,
            or nothing of the service there, so that nobody learns from a refusal what takes its people and rooms.
    """
    by_staff = context.actor.is_staff and not _is_for_self(request)
    catalog, service = _as_needed(context, request, by_staff=by_staff)
    permission = Permission.BOOK_FOR_OTHERS if by_staff else Permission.BOOK_FOR_SELF
    require_booking(context, permission, service, get_location(catalog, request.location))
    if request.start % MINUTE:
        raise InvalidInput("start", _("Bookings start on a whole minute; please choose one of the times offered."))
    if not 1 <= request.seats <= min(service.capacity, MAX_SEATS):
        raise InvalidInput("seats", _("Please choose between 1 and {most} seats.", most=service.capacity))
    duration_of(service, request.duration_minutes)
    wish = Wish(
        service_id=service.id,
        location_id=get_location(catalog, request.location).id,
        start=request.start,
        duration_minutes=request.duration_minutes,
        provider_id=wished_provider(context, service, request.provider),
        seats=request.seats,
    )
    location, reason = catalog.locations[wish.location_id], reason_of(request)
    user_id = None if by_staff else context.actor.user_id
    return Wanted(catalog, service, location, wish, override, by_staff=by_staff, reason=reason, user_id=user_id)


def _as_needed(context: Context, request: BookingRequest | HoldRequest, *, by_staff: bool) -> tuple[Catalog, Service]:
    """Return the service as the booking needs it, in its set-up."""
    catalog = context.catalog
    service = get_service(context, catalog, request.service)
    if isinstance(request, HoldRequest) or not request.together:
        return catalog, service
    location = get_location(catalog, request.location)
    needed = with_chosen(context, service, location, request.together, by_staff=by_staff)
    return exchanged(catalog, needed), needed


def reason_of(request: BookingRequest | HoldRequest | MoveRequest) -> str:
    """Return why rules are overridden, cleaned; empty where none are."""
    if isinstance(request, HoldRequest) or not request.override:
        return ""
    return clean_line(request.override_reason, "override_reason", MAX_REASON)


def _is_for_self(request: BookingRequest | HoldRequest) -> bool:
    return isinstance(request, BookingRequest) and request.client.is_actor
