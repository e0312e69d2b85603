"""Holding and booking one slot."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.answers import clean_line, clean_text
from app.booking.intake import check_answers
from app.booking.limits import has_limits
from app.booking.refusals import InvalidInput, NotFound, Refusal
from app.booking.statuses import Status
from app.booking.values import MINUTE, Instant, Service
from app.operations import records, repeats
from app.operations.accounts.throttle import count_booking
from app.operations.announce import announce
from app.operations.approvals.asking import Asking, Wish, ask, asking_for, expiry_of_request, wish_of
from app.operations.audit.bookings import tell_booked, tell_status
from app.operations.audit.words import Action
from app.operations.clients.booking_clients import find_or_add_client
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.limits import check_within_limits
from app.operations.look_up import get_booking, view_of
from app.operations.placing import Place, choose, with_next_free
from app.operations.requests import BookingRequest, ClientDetails, HoldRequest
from app.operations.rights import target_of
from app.operations.unconfirmed import asked_until, check_few_unconfirmed, limited_email
from app.operations.views import BookingView
from app.operations.waiting import end_offer
from app.operations.wanted import Wanted, want
from app.storage import tables
from app.texts import _

MAX_COMMENT = 2000
MAX_NAME = 200
NO_ORIGIN = records.Origin()
FIRST_MESSAGE: Mapping[Status, str] = {
    Status.HELD: "confirm_asked",
    Status.REQUESTED: "requested",
    Status.CONFIRMED: "confirmed",
}


@dataclass(frozen=True, slots=True)
class Particulars:
    """What people typed: the client as given, the other texts checked."""

    client: ClientDetails
    texts: records.Texts


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who comes to a new booking, with what they typed, and what it belongs to.

    ``asked_until``: it is held so long, for them to confirm it by mail; None: they need not.
    """

    particulars: Particulars
    client: tables.Client
    origin: records.Origin
    asked_until: Instant | None = None


def hold(context: Context, request: HoldRequest) -> BookingView:
    """Keep a slot for some minutes while the client fills in the form; it expires by itself.

    Raises:
        Refusal: as for ``book``.
    """
    wanted = want(context, request)

    def work() -> str:
        expire(context)
        place = choose(context, wanted)
        check_staff(context, wanted, place)
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
        public_id = place_booking(context, wanted, particulars)
        count_booking(context.source, request.client.email, context.now)
        check_few_unconfirmed(context, _asked_until(context, wanted), request.client.email)
        return public_id

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
    client, until = find_or_add_client(context, particulars.client), _asked_until(context, wanted)
    place = choose(context, wanted, limited_email(client.email, until))
    return add_at(context, wanted, place, Arrival(particulars, client, origin, until))


def _asked_until(context: Context, wanted: Wanted) -> Instant | None:
    return asked_until(context, (wanted.service,), wanted.start)


def add_at(context: Context, wanted: Wanted, place: Place, arrival: Arrival) -> tables.Booking:
    """Write the booking at its place, for those who may book just there.

    What has to be confirmed by mail is only held: nobody is asked to approve it, and the log tells of it, once it is.
    """
    check_staff(context, wanted, place)
    if arrival.asked_until is not None:
        return records.add_booking(context, wanted, place, _held_draft(arrival, arrival.asked_until))
    asking = _asking(context, wanted, place.resource_ids, arrival.particulars, arrival.client)
    row = records.add_booking(context, wanted, place, _draft_of(context, wanted, asking, arrival))
    ask(context, row, asking)
    tell_booked(context, row, place.resource_ids, wanted.reason)
    return row


def _held_draft(arrival: Arrival, until: Instant) -> records.Draft:
    """Return what is written of a booking that its client has to confirm by mail."""
    particulars, client, origin = arrival.particulars, arrival.client, arrival.origin
    tzid = particulars.client.tzid
    return records.Draft(Status.HELD, client, particulars.texts, until, origin, tzid, unconfirmed=True)


def _draft_of(context: Context, wanted: Wanted, asking: Asking, arrival: Arrival) -> records.Draft:
    """Return what is written of a new booking besides its time and place."""
    particulars, client, origin = arrival.particulars, arrival.client, arrival.origin
    status, expires_at = first_status(context, wanted.service, wanted.start, asking)
    return records.Draft(status, client, particulars.texts, expires_at, origin, particulars.client.tzid)


def check_staff(context: Context, wanted: Wanted, place: Place) -> None:
    """Go on only if somebody signed in may book at this place: for others, or else for themselves.

    Raises:
        NotAllowed: with the reason in one sentence.
    """
    if context.actor.is_staff:
        permission = Permission.BOOK_FOR_OTHERS if wanted.by_staff else Permission.BOOK_FOR_SELF
        context.require(permission, wanted.target(place.resource_ids))


def _asking(
    context: Context,
    wanted: Wanted,
    resource_ids: Collection[int],
    particulars: Particulars,
    client: tables.Client,
) -> Asking:
    """Return what has to be approved first when the actor books this for others, or for themselves."""
    wish = Wish(wanted.service, wanted.start, wanted.target(resource_ids), particulars.texts.answers, client)
    return asking_for(context, wish, by_staff=wanted.by_staff)


def first_status(context: Context, service: Service, start: Instant, asking: Asking) -> tuple[Status, Instant | None]:
    """Requested where somebody has to approve it first, else confirmed; a request waits until it would begin."""
    if asking:
        return Status.REQUESTED, expiry_of_request(context, service, start, asking)
    return Status.CONFIRMED, None


def _confirm_hold(context: Context, request: BookingRequest) -> str:
    """Turn a held slot into the booking it was held for (also the offer of a waiting list)."""
    wanted = want(context, request, request.override)
    particulars = check_particulars(wanted, request)

    def work() -> str:
        row = records.get_locked(request.hold or "")
        records.check_held(row, context.now)
        _check_same(row, wanted)
        client = find_or_add_client(context, particulars.client)
        asking = _asking(context, wanted, records.resource_ids(row), particulars, client)
        status, expires_at = first_status(context, wanted.service, wanted.start, asking)
        context.store.lock_rows(wanted.service.id if has_limits(wanted.service) else None, ())
        check_within_limits(wanted, context.now, client.email, ignore_booking=row.id)
        draft = records.Draft(status, client, particulars.texts, expires_at, tzid=particulars.client.tzid)
        records.fill_in(context, row, draft)
        ask(context, row, asking)
        tell_booked(context, row, records.resource_ids(row))
        end_offer(context, row, "booked")
        announce(context, row, FIRST_MESSAGE[status])
        count_booking(context.source, request.client.email, context.now)
        return str(row.public_id)

    return _run(context, wanted, repeats.Repeat("book", request.key, request), work)


def _check_same(row: tables.Booking, wanted: Wanted) -> None:
    """What is confirmed is what was held; a duration that is not named is the held one."""
    held = (row.service_id, row.location_id, row.start_at, row.seats)
    end = row.end_at if wanted.wish.duration_minutes is None else wanted.end
    if held != (wanted.service.id, wanted.location.id, wanted.start, wanted.wish.seats) or row.end_at != end:
        raise InvalidInput("start", _("The held slot is another one; please choose the time again."))


def accept_offer(context: Context, booking: str) -> BookingView:
    """Confirm the slot that the waiting list holds for a client, by their link.

    Raises:
        NotFound: also when it is held for nobody yet. InvalidTransition: it is no hold, or has run out. NotAllowed.
    """

    def work() -> None:
        row = records.get_locked(booking)
        context.require(Permission.MOVE, target_of(row))
        records.check_held(row, context.now)
        if row.client_id is None or row.unconfirmed:  # made theirs by `book`, or by the link that confirms it
            raise NotFound(kind="booking", reference=booking)
        service, target = context.catalog.services[row.service_id], target_of(row)
        wish = wish_of(context, row, row.start_at, target)
        asking = asking_for(context, wish, by_staff=context.actor.is_staff)
        status, expires_at = first_status(context, service, row.start_at, asking)
        records.set_status(context, row, status, expires_at)
        ask(context, row, asking)
        tell_status(context, Action.OFFER_ACCEPTED, row, Status.HELD)
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
