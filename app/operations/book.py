"""Holding and booking one slot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.access.decision import Target
from app.access.permissions import Permission
from app.booking.answers import check_answers, clean_line, clean_text
from app.booking.limits import has_limits
from app.booking.refusals import InvalidInput, Refusal
from app.booking.statuses import Status
from app.booking.values import MINUTE, Instant, Service
from app.operations import records, repeats
from app.operations.announce import announce
from app.operations.changes import expiry_of_request
from app.operations.clients import find_or_add_client
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.limits import check_within_limits
from app.operations.look_up import get_booking, view_of
from app.operations.placing import Place, choose, with_next_free
from app.operations.requests import BookingRequest, ClientDetails, HoldRequest
from app.operations.views import BookingView
from app.operations.waiting import end_offer
from app.operations.wanted import Wanted, want
from app.storage import tables

MAX_COMMENT = 2000
MAX_NAME = 200
NO_ORIGIN = records.Origin()
FIRST_MESSAGE: Mapping[Status, str] = {Status.REQUESTED: "requested", Status.CONFIRMED: "confirmed"}


@dataclass(frozen=True, slots=True)
class Particulars:
    """What people typed: the client as given, the other texts checked."""

    client: ClientDetails
    texts: records.Texts


def hold(context: Context, request: HoldRequest) -> BookingView:
    """Keep a slot for some minutes while the client fills in the form; it expires by itself.

    Raises:
        Refusal: as for ``book``.
    """
    wanted = want(context, request)

    def work() -> str:
        expire(context)
        place = choose(context, wanted)
        _check_own(context, place)
        expires_at = context.now + wanted.service.hold_minutes * MINUTE
        row = records.add_booking(context, wanted, place, records.Draft(Status.HELD, expires_at=expires_at))
        return str(row.public_id)

    return view_of(context, _run(context, wanted, repeats.Repeat("hold", request.key, request), work))


def book(context: Context, request: BookingRequest) -> BookingView:
    """Book a slot, all of its resources or none.

    Args:
        context: acting user and present time.
        request: the wish; with ``hold`` the held booking that it confirms, with ``key`` repeatable.

    Raises:
        JustTaken: somebody else was faster; carries the conflicts and the next free times.
        NotFound, InvalidTransition: there is no such hold, it expired, or it was confirmed before.
        Refusal: any rule that says no, any input that cannot be used.
    """
    return view_of(context, book_id(context, request))


def book_id(context: Context, request: BookingRequest) -> str:
    """Book as ``book`` does, and return the public id alone: for those who send the client on to another page.

    Raises:
        Refusal: as for ``book``.
    """
    if request.hold:
        return _confirm_hold(context, request)
    wanted = want(context, request, request.override)
    particulars = check_particulars(wanted, request)

    def work() -> str:
        expire(context)
        return place_booking(context, wanted, particulars)

    return _run(context, wanted, repeats.Repeat("book", request.key, request), work)


def check_particulars(wanted: Wanted, request: BookingRequest) -> Particulars:
    """Check the texts of a booking request before any transaction."""
    texts = records.Texts(
        comment=clean_text(request.comment, "comment", MAX_COMMENT),
        answers=check_answers(wanted.service.questions, request.answers),
        attendees=tuple(clean_line(name, "attendees", MAX_NAME) for name in request.attendees),
    )
    return Particulars(request.client, texts)


def place_booking(
    context: Context, wanted: Wanted, particulars: Particulars, origin: records.Origin = NO_ORIGIN
) -> str:
    """Take resources and write the booking with its message, inside a running transaction; return its public id."""
    row = add_placed(context, wanted, particulars, origin)
    announce(context, row, FIRST_MESSAGE[Status(row.status)])
    return str(row.public_id)


def add_placed(
    context: Context, wanted: Wanted, particulars: Particulars, origin: records.Origin = NO_ORIGIN
) -> tables.Booking:
    """Take resources and write the booking without a message, inside a running transaction."""
    client = find_or_add_client(context, particulars.client)
    place = choose(context, wanted, client.email)
    return add_at(context, wanted, place, draft_of(context, wanted, particulars, client, origin))


def draft_of(
    context: Context, wanted: Wanted, particulars: Particulars, client: tables.Client, origin: records.Origin
) -> records.Draft:
    """Return what is written of a new booking besides its time and place."""
    status, expires_at = _first_status(context, wanted.service, wanted.start)
    return records.Draft(status, client, particulars.texts, expires_at, origin, particulars.client.tzid)


def add_at(context: Context, wanted: Wanted, place: Place, draft: records.Draft) -> tables.Booking:
    """Write the booking at its place; who books by the rules of staff needs that right for what it takes."""
    _check_own(context, place)
    return records.add_booking(context, wanted, place, draft)


def _check_own(context: Context, place: Place) -> None:
    if context.may(Permission.BOOK_FOR_OTHERS):
        context.require(Permission.BOOK_FOR_OTHERS, Target(resource_ids=place.resource_ids))


def _first_status(context: Context, service: Service, start: Instant) -> tuple[Status, Instant | None]:
    """Requested where somebody has to approve it first, else confirmed; a request waits until it would begin."""
    if service.needs_approval and not context.may(Permission.APPROVE):
        return Status.REQUESTED, expiry_of_request(context, service, start)
    return Status.CONFIRMED, None


def _confirm_hold(context: Context, request: BookingRequest) -> str:
    """Turn a held slot into the booking it was held for (also the offer of a waiting list)."""
    wanted = want(context, request, request.override)
    particulars = check_particulars(wanted, request)

    def work() -> str:
        row = records.get_locked(request.hold or "")
        records.check_held(row, context.now)
        _check_same(row, wanted)
        status, expires_at = _first_status(context, wanted.service, wanted.start)
        client = find_or_add_client(context, particulars.client)
        context.store.lock_rows(wanted.service.id if has_limits(wanted.service) else None, ())
        check_within_limits(wanted, context.now, client.email, ignore_booking=row.id)
        draft = records.Draft(status, client, particulars.texts, expires_at, tzid=particulars.client.tzid)
        records.fill_in(context, row, draft)
        end_offer(context, row, "booked")
        announce(context, row, FIRST_MESSAGE[status])
        return str(row.public_id)

    return _run(context, wanted, repeats.Repeat("book", request.key, request), work)


def _check_same(row: tables.Booking, wanted: Wanted) -> None:
    """What is confirmed is what was held; a duration that is not named is the held one."""
    held = (row.service_id, row.location_id, row.start_at, row.seats)
    end = row.end_at if wanted.wish.duration_minutes is None else wanted.end
    if held != (wanted.service.id, wanted.location.id, wanted.start, wanted.wish.seats) or row.end_at != end:
        raise InvalidInput("start", "The held slot is another one; please choose the time again.")


def accept_offer(context: Context, booking: str) -> BookingView:
    """Confirm the slot that the waiting list holds for a client, by their link."""

    def work() -> None:
        row = records.get_locked(booking)
        context.require(Permission.MOVE, Target(booking=row.public_id, resource_ids=records.resource_ids(row)))
        records.check_held(row, context.now)
        status, expires_at = _first_status(context, context.catalog.services[row.service_id], row.start_at)
        records.set_status(context, row, status, expires_at)
        end_offer(context, row, "booked")
        announce(context, row, FIRST_MESSAGE[status])

    context.store.write(work)
    return get_booking(context, booking)


def _run(context: Context, wanted: Wanted, repeat: repeats.Repeat, work: Callable[[], str]) -> str:
    """Run a booking transaction once per idempotency key; complete lost races by the next free times."""
    try:
        return repeats.once(context, repeat, work)
    except Refusal as refusal:
        completed = with_next_free(context, wanted, refusal)
        if completed is refusal:
            raise
        raise completed from refusal
