"""Moving, cancelling, approving and the waiting list, on both databases."""

from __future__ import annotations

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidTransition, JustTaken, NotAllowed, StaleVersion, TooLateToChange
from app.operations.approvals.approve import approve, decline
from app.operations.book import accept_offer, book
from app.operations.change import cancel, complete, mark_no_show, move
from app.operations.installation.upkeep import release_expired
from app.operations.look_up import get_booking, list_requests
from app.operations.requests import MoveRequest, WaitingRequest
from app.operations.waiting import join_waiting_list, list_waiting
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Allocation, Seat
from tests.cast import HOUR, Cast, one_provider
from tests.operations.helpers import ADA, BEN, TEN, client, message_kinds, staff, system, visitor, wish


def taken_count() -> int:
    """How many allocations take anything; of what was cancelled a record stays."""
    return int(Allocation.select().where(Allocation.active).count())


def test_move_to_free_time_takes_it_and_gives_back_the_old(store: Store) -> None:
    cast = one_provider(store)
    old = book(visitor(cast), wish(cast))
    new = move(system(cast), MoveRequest(old.public_id, TEN + HOUR))
    assert (new.start, new.sequence) == (TEN + HOUR, 1)
    assert [row.start_at for row in Allocation.select()] == [TEN + HOUR]
    assert message_kinds() == ["confirmed", "moved"]


def test_move_onto_its_own_old_time_is_possible(store: Store) -> None:
    cast = one_provider(store)
    old = book(visitor(cast), wish(cast))
    assert move(system(cast), MoveRequest(old.public_id, TEN + 900)).start == TEN + 900


def test_move_to_taken_time_changes_nothing(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    book(visitor(cast), wish(cast, TEN + HOUR, client=BEN))
    with pytest.raises(JustTaken):
        move(system(cast), MoveRequest(mine.public_id, TEN + HOUR))
    assert get_booking(system(cast), mine.public_id) == get_booking(system(cast), mine.public_id)
    assert check_database(store) == []


def test_move_with_an_old_version_is_refused(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    move(system(cast), MoveRequest(mine.public_id, TEN + HOUR))
    with pytest.raises(StaleVersion):
        move(system(cast), MoveRequest(mine.public_id, TEN + 2 * HOUR, version=mine.version))


def test_cancel_by_link_frees_the_slot(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    assert cancel(client(cast, mine.public_id), mine.public_id, "ill").status == "cancelled"
    assert taken_count() == 0
    assert message_kinds() == ["confirmed", "cancelled"]


def test_cancel_twice_is_refused(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    cancel(system(cast), mine.public_id)
    with pytest.raises(InvalidTransition):
        cancel(system(cast), mine.public_id)


def test_cancel_with_another_link_is_refused(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    other = book(visitor(cast), wish(cast, TEN + HOUR, client=BEN))
    with pytest.raises(NotAllowed):
        cancel(client(cast, other.public_id), mine.public_id)


def test_cancel_after_the_latest_time_is_refused_to_clients_only(store: Store) -> None:
    cast = one_provider(store, change_notice_minutes=60)
    mine = book(visitor(cast), wish(cast))
    late = TEN - 1800
    with pytest.raises(TooLateToChange):
        cancel(client(cast, mine.public_id, late), mine.public_id)
    assert cancel(staff(cast, ReadyMade.FRONT_DESK, now=late), mine.public_id).status == "cancelled"


def test_complete_and_no_show_only_once_begun(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    other = book(visitor(cast), wish(cast, TEN + HOUR))
    assert complete(system(cast, TEN + 60), mine.public_id).status == "completed"
    assert mark_no_show(system(cast, TEN + 2 * HOUR), other.public_id).status == "no_show"


def requested(cast: Cast) -> str:
    """A request that waits for approval."""
    return book(visitor(cast), wish(cast)).public_id


def test_approve_confirms_a_request(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    booking = requested(cast)
    assert [view.public_id for view in list_requests(system(cast))] == [booking]
    assert approve(staff(cast, ReadyMade.MANAGER), booking).status == "confirmed"
    assert message_kinds() == ["requested", "approved"]


def test_approve_without_the_right_is_refused(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    booking = requested(cast)
    with pytest.raises(NotAllowed):
        approve(staff(cast, ReadyMade.FRONT_DESK), booking)


def test_decline_frees_the_slot(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    assert decline(staff(cast, ReadyMade.MANAGER), requested(cast), "full").status == "declined"
    assert taken_count() == 0


def test_request_expires_by_itself(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, request_expiry_minutes=60)
    booking = requested(cast)
    release_expired(system(cast, cast.now + 3600))
    assert get_booking(system(cast), booking).status == "declined"
    assert message_kinds() == ["requested", "expired"]


def test_move_by_client_of_approved_booking_keeps_both_times_until_approved(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    booking = requested(cast)
    approve(system(cast), booking)
    asked = move(client(cast, booking), MoveRequest(booking, TEN + 900))
    assert asked.change is not None
    assert (asked.start, asked.change.start) == (TEN, TEN + 900)
    assert sorted((row.start_at, row.end_at) for row in Allocation.select()) == [
        (TEN, TEN + 1800),
        (TEN + 1800, TEN + 2700),
    ]
    moved = approve(system(cast), booking)
    assert (moved.start, moved.change) == (TEN + 900, None)
    assert [row.start_at for row in Allocation.select()] == [TEN + 900]


def test_declined_change_keeps_the_old_time(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    booking = requested(cast)
    approve(system(cast), booking)
    move(client(cast, booking), MoveRequest(booking, TEN + HOUR))
    kept = decline(system(cast), booking, "no")
    assert (kept.start, kept.status, kept.change) == (TEN, "confirmed", None)
    assert [row.start_at for row in Allocation.select()] == [TEN]


def test_complete_ends_an_open_change_request(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    booking = requested(cast)
    approve(system(cast), booking)
    move(client(cast, booking), MoveRequest(booking, TEN + HOUR))
    done = complete(system(cast, TEN + 60), booking)
    assert (done.status, done.change) == ("completed", None)
    assert check_database(store) == []


def waiting(cast: Cast) -> str:
    """Ben waits for any slot on the Monday."""
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN - 2 * HOUR, TEN + 8 * HOUR)
    return join_waiting_list(visitor(cast), request).public_id


def test_cancelled_slot_is_held_for_the_next_who_waits(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    waiting(cast)
    cancel(client(cast, mine.public_id), mine.public_id)
    offered = list_waiting(system(cast))[0].offered_booking
    assert offered is not None
    assert get_booking(system(cast), offered).status == "held"
    assert accept_offer(client(cast, offered), offered).status == "confirmed"
    assert message_kinds() == ["confirmed", "waiting_joined", "cancelled", "slot_offered", "confirmed"]


def test_offer_that_runs_out_frees_the_slot(store: Store) -> None:
    cast = one_provider(store, offer_minutes=30)
    mine = book(visitor(cast), wish(cast))
    waiting(cast)
    cancel(system(cast), mine.public_id)
    release_expired(system(cast, cast.now + 1800))
    assert (list_waiting(system(cast)), taken_count()) == ([], 0)


def test_group_cancel_gives_back_the_seat_and_the_last_ends_the_session(store: Store) -> None:
    cast = one_provider(store, capacity=2)
    first = book(visitor(cast), wish(cast))
    second = book(visitor(cast), wish(cast, client=BEN))
    cancel(system(cast), first.public_id)
    assert (Seat.select().count(), taken_count()) == (1, 1)
    cancel(system(cast), second.public_id)
    assert (Seat.select().count(), taken_count()) == (0, 0)
    assert check_database(store) == []


def test_provider_may_cancel_own_bookings_only(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast, client=ADA))
    stranger = staff(cast, ReadyMade.PROVIDER, resource_id=cast.rows["Ada"] + 1000)
    with pytest.raises(NotAllowed):
        cancel(stranger, mine.public_id)
    assert cancel(staff(cast, ReadyMade.PROVIDER, cast.rows["Ada"]), mine.public_id).status == "cancelled"
