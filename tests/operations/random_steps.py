"""The steps: everything that an operation can do, by anybody, with what each has to leave behind.

A step returns the public ids of the bookings that it may have changed (with their series: ``ALL`` ), and raises
``Refusal`` where it was refused; then nothing may have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeVar

from app.access.permissions import Permission
from app.booking.refusals import LimitReached, NotAllowed, Refusal
from app.booking.values import MINUTE
from app.booking.wall_clock import local_date
from app.operations.approvals.approve import approve, decline
from app.operations.book import accept_offer, book, hold
from app.operations.change import cancel, complete, mark_no_show, move
from app.operations.context import Context
from app.operations.installation.upkeep import release_expired
from app.operations.look_up import get_booking, list_requests
from app.operations.requests import (
    BookingRequest,
    HoldRequest,
    MoveRequest,
    OnConflict,
    Reach,
    SeriesRequest,
    VisitPart,
    VisitRequest,
    WaitingRequest,
)
from app.operations.series import book_series
from app.operations.undo import undo
from app.operations.views import BookingView
from app.operations.visits import book_visit, find_visit_slots
from app.operations.waiting import join_waiting_list, leave_waiting_list, list_waiting
from app.storage.booking_states import load_state, read_state
from app.storage.tables import Booking, Closure, Service, TimeOff
from app.storage.undo_tables import UndoableChange
from tests.operations.random_world import CLIENTS, DAY, DAYS, FIRST, PEOPLE, SERVICES, World, digest

T = TypeVar("T")
Step = Callable[[World], set[str]]
OPEN = ("requested", "confirmed")


def book_what_is_offered(world: World) -> set[str]:
    """Whatever is offered can be had at once; only limits are asked for later."""
    context, what = world.anybody(), world.wish()
    starts = world.slots(context, what)
    if not starts:
        return set()
    request = _request(world, what, world.chance.choice(starts))
    view = _must(lambda: book(context, request))
    _check_promise(context, request, view)
    _repeat(world, request.key, lambda: book(context, request), view)
    return {view.public_id}


def book_what_is_not_offered(world: World) -> set[str]:
    """What the public page does not offer, it refuses."""
    release_expired(world.system())
    context, what, start = world.visitor(), world.wish(), world.any_time()
    if start in world.slots(context, what):
        return set()
    view = book(context, _request(world, what, start))
    raise AssertionError(f"{view} was not offered and could be booked")


def book_by_override(world: World) -> set[str]:
    """Those with the right book anywhere; the database says no to what overlaps."""
    request = _request(world, world.wish(), world.any_time())
    return {book(world.anybody(), replace(request, override=True, override_reason="For once")).public_id}


def hold_what_is_offered(world: World) -> set[str]:
    """A hold takes the slot as a booking does."""
    context, what = world.visitor(), world.wish()
    starts = world.slots(context, what)
    if not starts:
        return set()
    request = HoldRequest(start=world.chance.choice(starts), **what)  # type: ignore[arg-type]
    view = _must(lambda: hold(context, request))
    assert (view.status, view.start) == ("held", request.start)
    return {view.public_id}


def confirm_what_is_held(world: World) -> set[str]:
    """A hold becomes the booking that it was, if it has not run out; nothing else does."""
    booking = world.booking("held", "held", "held", "completed", "requested")
    if booking is None:
        return set()
    row = Booking.get(Booking.public_id == booking)
    catalog = world.system().catalog
    service, location = catalog.services[row.service_id], catalog.locations[row.location_id]
    minutes = (row.end_at - row.start_at) // MINUTE
    client = world.chance.choice(CLIENTS)
    request = BookingRequest(
        service.public_id, location.public_id, row.start_at, client, minutes, seats=row.seats, hold=booking
    )
    view = book(world.visitor(), request)
    assert row.status == "held"
    assert row.expires_at > world.now
    assert (view.public_id, view.start, view.end, view.seats) == (booking, row.start_at, row.end_at, row.seats)
    return {booking}


def accept_what_is_offered(world: World) -> set[str]:
    """Whoever waited takes what is held for them."""
    booking = world.booking("held", "completed", "confirmed")
    if booking is None:
        return set()
    before = Booking.get(Booking.public_id == booking)
    view = accept_offer(world.anybody(booking), booking)
    assert (before.status, before.client_id is None) == ("held", False)
    assert view.status in OPEN
    return {booking}


def move_anything(world: World) -> set[str]:
    """Anybody moves anything anywhere."""
    booking = world.booking(*OPEN)
    if booking is None:
        return set()
    reach = world.chance.choice(list(Reach))
    request = MoveRequest(booking, world.any_time(), reach=reach, key=world.key())
    context = world.anybody(booking)
    view = move(context, request)
    assert request.start in (view.start, view.change.start if view.change else None)
    _repeat(world, request.key, lambda: move(context, request), view)
    return _with_series(booking)


def move_to_what_is_offered(world: World) -> set[str]:
    """A booking goes where it is offered, also where only it is in the way itself."""
    booking = world.booking(*OPEN)
    if booking is None:
        return set()
    view = get_booking(world.system(), booking)
    minutes = (view.end - view.start) // MINUTE
    what: dict[str, object] = {"service": view.service, "location": view.location, "duration_minutes": minutes}
    what |= {"seats": view.seats, "ignore_booking": booking}
    starts = world.slots(world.system(), what)
    if not starts or (view.expires_at or world.now + 1) <= world.now:
        return set()
    start = world.chance.choice(starts)
    moved = _must(lambda: move(world.system(), MoveRequest(booking, start)))
    assert (moved.start, moved.end, moved.change, moved.status) == (start, start + minutes * MINUTE, None, view.status)
    return {booking}


def cancel_anything(world: World) -> set[str]:
    """Anybody cancels anything."""
    booking = world.booking(*OPEN, "held", "cancelled")
    if booking is None:
        return set()
    view = cancel(world.anybody(booking), booking, "ill", world.chance.choice(list(Reach)))
    assert view.status == "cancelled"
    return _with_series(booking)


def undo_anything(world: World) -> set[str]:
    """Whoever has just moved or cancelled something takes it back; hardly anybody else tries."""
    found = list(UndoableChange.select().order_by(UndoableChange.id))
    if not found:
        return set()
    change = world.chance.choice(found)
    context = world.chance.choice((*[world.account(change.user_id)] * 5, world.anybody()))
    before, booking = load_state(change.state), str(change.booking.public_id)
    view = undo(context, booking, change.public_id)
    assert context.actor.user_id == change.user_id
    assert (view.status, view.start, view.end, view.expires_at) == (
        before.status,
        before.start,
        before.end,
        before.expires_at,
    )
    assert read_state(Booking.get(Booking.public_id == booking)) == before
    return {booking}


def decide_anything(world: World) -> set[str]:
    """Anybody decides about anything; only those with the right, about what waits, are heard."""
    waits = [one.public_id for one in list_requests(world.system())]
    booking = world.chance.choice(waits) if waits else world.booking("confirmed", "held")
    if booking is None:
        return set()
    before = get_booking(world.system(), booking)
    wished = before.change
    view = world.chance.choice((approve, decline))(world.anybody(), booking)
    assert before.status == "requested" or wished is not None
    assert view.change is None
    assert view.start in (before.start, wished.start if wished else None)
    return {booking}


def finish_anything(world: World) -> set[str]:
    """Bookings that have begun are marked."""
    begun = Booking.select().where(Booking.start_at <= world.now).order_by(Booking.id)
    found = [row.public_id for row in begun if row.status in ("confirmed", "completed", "no_show")]
    booking = world.chance.choice(found) if found else world.booking("confirmed", "held")
    if booking is None:
        return set()
    view = world.chance.choice((complete, mark_no_show))(world.anybody(booking), booking)
    assert view.start <= world.now
    return {booking}


def book_a_series(world: World) -> set[str]:
    """All occurrences, some, or moved ones."""
    start, conflict = world.any_time(), world.chance.choice(list(OnConflict))
    request = SeriesRequest(_request(world, world.wish(), start), "FREQ=DAILY;COUNT=3", on_conflict=conflict)
    context = world.anybody()
    before = digest()
    result = book_series(context, request)
    booked = {one.booking.public_id for one in result.occurrences if one.booking}
    assert (result.series is None) == (not booked)
    assert booked or digest() == before
    assert conflict is not OnConflict.NOTHING or len(booked) in (0, 3)
    return booked


def book_a_visit(world: World) -> set[str]:
    """Two services one after the other, where both can be had."""
    names = world.chance.sample(("Talk", "Treatment", "Asked", "Pair"), 2)
    parts = tuple(VisitPart(world.cast.ids[name]) for name in names)
    centre = world.cast.ids["Centre"]
    starts = find_visit_slots(world.visitor(), parts, centre, FIRST, FIRST + DAYS * DAY)
    if not starts:
        return set()
    start = world.chance.choice(starts)
    request = VisitRequest(parts, centre, start, world.chance.choice(CLIENTS), key=world.key())
    views = _must(lambda: book_visit(world.visitor(), request))
    assert [views[0].start, views[1].start] == [start, views[0].end]
    return {one.public_id for one in views}


def wait_for_something(world: World) -> set[str]:
    """Somebody joins the waiting list."""
    what = world.wish()
    del what["seats"]
    earliest = world.any_time()
    request = WaitingRequest(
        client=world.chance.choice(CLIENTS),
        earliest=earliest,
        latest=earliest + DAY,
        **what,  # type: ignore[arg-type]
    )
    world.waiting.append(join_waiting_list(world.anybody(), request).public_id)
    return set()


def wait_no_longer(world: World) -> set[str]:
    """Somebody is taken off the waiting list."""
    if world.waiting:
        leave_waiting_list(world.anybody(), world.chance.choice(world.waiting))
    return set()


def let_time_pass(world: World) -> set[str]:
    """Holds, requests, wishes and offers run out, sometimes before anybody notices."""
    world.now += world.chance.choice((5, 30, 360)) * MINUTE
    if world.chance.random() < 0.5:
        release_expired(world.system())
    assert all(view.status in ("waiting", "offered") for view in list_waiting(world.system()))
    return set()


def edit_the_setup(world: World) -> set[str]:
    """Somebody falls ill, a place closes, a service changes; or all is well again."""
    edits = (_illness, _closing, _recovery, _other_service, _other_service)

    def edit() -> None:
        world.chance.choice(edits)(world)
        world.store.bump_catalog()

    world.store.write(edit)
    return set()


def _illness(world: World) -> None:
    start = world.any_time()
    values = {"public_id": f"off{world.keys}{start}{world.chance.random()}", "created_at": 0, "changed_at": 0}
    person = world.cast.rows[world.chance.choice(PEOPLE)]
    TimeOff.create(resource=person, start_at=start, end_at=start + DAY // 4, **values)


def _closing(world: World) -> None:
    day = local_date(world.any_time(), "UTC").isoformat()
    values = {"public_id": f"closed{world.chance.random()}", "created_at": 0, "changed_at": 0}
    Closure.create(location=world.cast.rows["North"], first_day=day, last_day=day, name="Holiday", **values)


def _other_service(world: World) -> None:
    row = Service.get_by_id(world.cast.rows[world.chance.choice(SERVICES)])
    row.needs_approval, row.active = world.chance.random() < 0.4, world.chance.random() < 0.8
    row.capacity = world.chance.choice((row.capacity, row.capacity, 1, 3))
    row.changed_at = world.now
    row.save()


def _recovery(world: World) -> None:
    TimeOff.delete().execute()
    Closure.delete().execute()


def _request(world: World, what: dict[str, object], start: int) -> BookingRequest:
    client = world.chance.choice(CLIENTS)
    return BookingRequest(start=start, client=client, key=world.key(), **what)  # type: ignore[arg-type]


def _must(action: Callable[[], T], limits: Collection[str] = ("client",)) -> T:
    """Do what was offered: a limit may be in its way, or that a provider wishes a colleague; nothing else."""
    try:
        return action()
    except Refusal as refusal:
        if isinstance(refusal, NotAllowed) or (isinstance(refusal, LimitReached) and refusal.per in limits):
            raise
        raise AssertionError(f"it was offered, and refused: {refusal}") from refusal


def _check_promise(context: Context, request: BookingRequest, view: BookingView) -> None:
    service = next(one for one in context.catalog.services.values() if one.public_id == request.service)
    asks = service.needs_approval and not context.may(Permission.APPROVE)
    minutes = request.duration_minutes or service.durations_minutes[0]
    end = request.start + minutes * MINUTE
    promised = (request.start, end, "requested" if asks else "confirmed")
    assert (view.start, view.end, view.status) == promised
    assert request.provider is None or request.provider in [one.public_id for one in view.resources]
    assert len(view.resources) == sum(one.count for one in service.requirements)


def _repeat(world: World, key: str | None, action: Callable[[], BookingView], first: BookingView) -> None:
    """The same request with the same key is the same booking, and changes nothing."""
    if key is not None:
        before = digest()
        assert action().public_id == first.public_id
        assert digest() == before


def _with_series(booking: str) -> set[str]:
    row = Booking.get(Booking.public_id == booking)
    if row.series_id is None:
        return {booking}
    return {one.public_id for one in Booking.select().where(Booking.series == row.series_id)}


STEPS: dict[Step, int] = {
    book_what_is_offered: 6,
    book_what_is_not_offered: 2,
    book_by_override: 2,
    hold_what_is_offered: 3,
    confirm_what_is_held: 3,
    accept_what_is_offered: 3,
    move_anything: 5,
    move_to_what_is_offered: 3,
    cancel_anything: 5,
    undo_anything: 5,
    decide_anything: 4,
    finish_anything: 2,
    book_a_series: 2,
    book_a_visit: 1,
    wait_for_something: 4,
    wait_no_longer: 1,
    let_time_pass: 3,
    edit_the_setup: 1,
}
"""Every step and how often it comes."""
