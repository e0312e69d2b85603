"""Undoing a move or a cancellation: all is as it was and nobody was told, unless it is too late or somebody came."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

from app.access.actors import client_of
from app.access.permissions import ReadyMade
from app.booking.refusals import CannotUndo, NotAllowed, NotFound
from app.operations.approvals.approve import approve
from app.operations.book import book
from app.operations.change import cancel, move
from app.operations.context import Context
from app.operations.installation.upkeep import release_expired
from app.operations.letters.approval_mails import tell_approvers
from app.operations.letters.deliver import claim_next
from app.operations.presence import check_in
from app.operations.requests import MoveRequest, OnConflict, Reach, SeriesRequest, WaitingRequest
from app.operations.series import book_series
from app.operations.undo import undo
from app.operations.undoable import GRACE_SECONDS, SHOWN_SECONDS, find_undoable
from app.operations.waiting import join_waiting_list, list_waiting
from app.storage.approval_tables import Approval
from app.storage.audit_tables import AuditEntry
from app.storage.booking_states import BookingState, read_state
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, ChangeRequest, OutboxMessage
from app.storage.undo_tables import UndoableChange
from tests.cast import HOUR, NOW, Cast, one_provider, pool_of, user
from tests.operations.approval_cast import Steps, rule
from tests.operations.helpers import BEN, TEN, client, message_kinds, system, visitor, wish

WINDOW = SHOWN_SECONDS + GRACE_SECONDS


@dataclass
class Desk:
    """Somebody at the front desk of a cast, with an account; ``at``: what their clock says."""

    cast: Cast
    at: int = NOW
    name: str = "Dora"
    role: ReadyMade = ReadyMade.MANAGER

    def __post_init__(self) -> None:
        self.cast.store.write(lambda: self.cast.user(self.name, self.role.value))

    @property
    def now(self) -> Context:
        """Them, now."""
        return Context(self.cast.store, user(self.role, None, self.name, self.cast.rows[self.name]), self.at)

    def undo(self, booking: str) -> str:
        """Undo what they did to the booking last; return its status."""
        found = UndoableChange.select().order_by(UndoableChange.id.desc()).first()
        return undo(self.now, booking, found.public_id if found else "gone").status


def state_of(booking: str) -> BookingState:
    """How a booking stands, as a change reads it before."""
    return read_state(Booking.get(Booking.public_id == booking))


def refusal_of(desk: Desk, booking: str) -> str:
    """Why it cannot be undone."""
    with pytest.raises(CannotUndo) as refused:
        desk.undo(booking)
    return refused.value.reason


def test_undone_cancellation_is_as_if_nothing_had_been(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    before = state_of(mine)
    cancel(desk.now, mine, "ill")
    desk.at += WINDOW - 1
    assert desk.undo(mine) == "confirmed"
    assert (state_of(mine), message_kinds(), check_database(store)) == (before, ["confirmed"], [])
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).first()
    told = (entry.action, entry.user_id, entry.before, entry.after)
    assert told == ("undone", cast.rows["Dora"], '{"status":"cancelled"}', '{"status":"confirmed"}')


def test_undone_move_gives_the_time_and_the_resources_back(store: Store) -> None:
    cast = pool_of(store, 2, durations=[30, 60], buffer_after_minutes=10)
    desk = Desk(cast)
    mine = book(visitor(cast), wish(cast, provider=cast.ids["Provider 0"])).public_id
    before = state_of(mine)
    asked = MoveRequest(mine, TEN + HOUR, duration_minutes=60, provider=cast.ids["Provider 1"])
    assert move(desk.now, asked).resources[0].name == "Provider 1"
    desk.undo(mine)
    assert (state_of(mine), message_kinds(), check_database(store)) == (before, ["confirmed"], [])
    book(visitor(cast), wish(cast, TEN + HOUR, client=BEN, provider=cast.ids["Provider 1"]))


def test_undone_move_counts_its_sequence_on(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    move(desk.now, MoveRequest(mine, TEN + HOUR))
    desk.undo(mine)
    assert (Booking.get().sequence, Booking.get().version) == (2, 3)


def test_two_who_changed_places_by_two_moves_go_back(store: Store) -> None:
    cast = one_provider(store)
    desk, first = Desk(cast), book(visitor(cast), wish(cast)).public_id
    second = book(visitor(cast), wish(cast, TEN + HOUR, client=BEN)).public_id
    move(desk.now, MoveRequest(first, TEN + 2 * HOUR))
    moved = find_undoable(desk.now, first)
    move(desk.now, MoveRequest(second, TEN))
    assert moved is not None
    with pytest.raises(CannotUndo):  # the second has what the first gave back
        undo(desk.now, first, moved.change)
    desk.undo(second)
    assert undo(desk.now, first, moved.change).start == TEN
    assert check_database(store) == []


def test_it_is_too_late_when_the_messages_leave(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    OutboxMessage.update(status="delivered").execute()
    cancel(desk.now, mine)
    assert claim_next(system(cast, NOW + WINDOW - 1)) is None
    desk.at += WINDOW
    claim = claim_next(system(cast, desk.at))
    assert claim is not None
    assert claim.kind == "cancelled"
    assert refusal_of(desk, mine) == "late"


def test_worker_that_was_faster_makes_it_too_late(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    OutboxMessage.update(status="delivered").execute()
    cancel(desk.now, mine)
    assert claim_next(system(cast, NOW + WINDOW)) is not None
    assert refusal_of(desk, mine) == "late"
    assert (state_of(mine).status, message_kinds()) == ("cancelled", ["confirmed", "cancelled"])


def test_time_that_somebody_took_stays_theirs(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    cancel(desk.now, mine)
    book(visitor(cast), wish(cast, client=BEN))
    assert refusal_of(desk, mine) == "taken"
    assert (state_of(mine).status, message_kinds()) == ("cancelled", ["confirmed", "cancelled", "confirmed"])
    assert check_database(store) == []


def test_change_by_somebody_since_stays(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    move(desk.now, MoveRequest(mine, TEN + HOUR))
    move(client(cast, mine), MoveRequest(mine, TEN + 2 * HOUR))
    assert refusal_of(desk, mine) == "changed"


def test_only_who_did_it_undoes_it(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    cancel(desk.now, mine)
    assert refusal_of(Desk(cast, name="Emil"), mine) == "other"
    assert find_undoable(Desk(cast, name="Fritz").now) is None
    with pytest.raises(NotAllowed):
        Desk(cast, name="Vera", role=ReadyMade.VIEWER).undo(mine)
    lost = replace(desk.now, actor=user(None, None, "Dora", cast.rows["Dora"]))
    with pytest.raises(NotAllowed):
        undo(lost, mine, UndoableChange.get().public_id)


def test_change_of_another_booking_is_not_undone(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    other = book(visitor(cast), wish(cast, TEN + HOUR, client=BEN)).public_id
    cancel(desk.now, mine)
    assert refusal_of(desk, other) == "late"
    with pytest.raises(NotFound):
        desk.undo("nothing")
    with pytest.raises(NotAllowed):
        Desk(cast, name="Vera", role=ReadyMade.VIEWER).undo(other)


def test_what_is_not_one_booking_changed_by_staff_cannot_be_undone(store: Store) -> None:
    cast = one_provider(store)
    desk = Desk(cast)
    series = book_series(system(cast), SeriesRequest(wish(cast), "FREQ=DAILY;COUNT=2", on_conflict=OnConflict.NOTHING))
    first = series.occurrences[0].booking
    assert first is not None
    move(desk.now, MoveRequest(first.public_id, TEN + HOUR, reach=Reach.ALL))
    cancel(desk.now, first.public_id, reach=Reach.FOLLOWING)
    mine = book(visitor(cast), wish(cast, client=BEN)).public_id
    cancel(Context(store, client_of(mine), NOW), mine)
    assert (UndoableChange.select().count(), find_undoable(desk.now)) == (0, None)


def test_freed_time_is_offered_only_when_it_cannot_be_undone(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    waiting = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN - HOUR, TEN + HOUR)
    join_waiting_list(visitor(cast), waiting)
    statuses = []
    cancel(desk.now, mine)
    for seconds in (0, WINDOW - 1, WINDOW):
        release_expired(system(cast, NOW + seconds))
        statuses += [one.status for one in list_waiting(system(cast))]
    assert statuses == ["waiting", "waiting", "offered"]
    assert (UndoableChange.select().count(), refusal_of(desk, mine)) == (0, "late")


def test_undone_cancellation_offers_nothing(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    join_waiting_list(
        visitor(cast), WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN - HOUR, TEN + HOUR)
    )
    cancel(desk.now, mine)
    desk.undo(mine)
    release_expired(system(cast, NOW + WINDOW))
    assert [one.status for one in list_waiting(system(cast))] == ["waiting"]


def test_two_presses_at_once_undo_once(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    cancel(desk.now, mine)
    change, context = UndoableChange.get().public_id, desk.now

    def press(_: int) -> str:
        try:
            return undo(context, mine, change).status
        except CannotUndo as refusal:
            return refusal.reason
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, range(2))) == ["confirmed", "late"]
    assert check_database(store) == []


def test_undone_move_knows_again_who_has_checked_in(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast, TEN - HOUR // 4), book(visitor(cast), wish(cast)).public_id
    check_in(desk.now, mine)
    before = state_of(mine)
    move(desk.now, MoveRequest(mine, TEN + HOUR))
    assert (before.checked_in_at, state_of(mine).checked_in_at) == (TEN - HOUR // 4, None)
    desk.undo(mine)
    assert (state_of(mine), check_database(store)) == (before, [])


@pytest.mark.parametrize("others", [0, 1])
def test_seats_of_a_group_session_are_taken_again(store: Store, others: int) -> None:
    cast = one_provider(store, capacity=3)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast, seats=2)).public_id
    for _ in range(others):
        book(visitor(cast), wish(cast, client=BEN))
    before = state_of(mine)
    cancel(desk.now, mine)
    desk.undo(mine)
    assert (state_of(mine), check_database(store)) == (before, [])
    move(desk.now, MoveRequest(mine, TEN + HOUR))
    desk.undo(mine)
    assert (state_of(mine), check_database(store)) == (before, [])


@pytest.mark.parametrize("others", [0, 1])
def test_seats_that_somebody_took_stay_theirs(store: Store, others: int) -> None:
    cast = one_provider(store, capacity=3)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast, seats=2)).public_id
    for _ in range(others):
        book(visitor(cast), wish(cast, client=BEN))
    cancel(desk.now, mine)
    book(visitor(cast), wish(cast, client=BEN, seats=2))
    assert refusal_of(desk, mine) == "taken"
    assert check_database(store) == []


def test_wish_for_another_time_is_undone_before_anybody_is_asked(store: Store) -> None:
    cast = one_provider(store)
    desk = Desk(cast)
    Desk(cast, name="Anna")
    mine = book(visitor(cast), wish(cast)).public_id
    rule(cast, "Consultation", Steps(("Anna",)))
    before = state_of(mine)
    assert move(desk.now, MoveRequest(mine, TEN + HOUR)).change is not None
    assert (tell_approvers(system(cast)), found_kind(desk)) == (0, "wished")
    desk.undo(mine)
    assert (state_of(mine), message_kinds(), ChangeRequest.get().status) == (before, ["confirmed"], "cancelled")
    assert (tell_approvers(system(cast)), Approval.select().count(), check_database(store)) == (0, 0, [])


def found_kind(desk: Desk) -> str:
    """What may be undone now."""
    found = find_undoable(desk.now)
    return "" if found is None else found.kind


def test_approvers_are_told_when_it_cannot_be_undone(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    Desk(cast, name="Anna")
    rule(cast, "Consultation", Steps(("Anna",)))
    move(desk.now, MoveRequest(mine, TEN + HOUR))
    release_expired(system(cast, NOW + WINDOW))
    assert tell_approvers(system(cast, NOW + WINDOW)) == 1
    assert message_kinds()[-2:] == ["change_requested", "approval_wanted"]


def test_wish_without_a_rule_is_told_when_it_cannot_be_undone_either(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    desk, mine = Desk(cast, role=ReadyMade.FRONT_DESK), book(visitor(cast), wish(cast)).public_id
    approve(system(cast), mine)
    store.write(lambda: cast.user("Root", "administrator"))
    before = state_of(mine)
    assert move(desk.now, MoveRequest(mine, TEN + HOUR)).change is not None
    assert (tell_approvers(system(cast)), found_kind(desk)) == (0, "wished")
    desk.undo(mine)
    assert (state_of(mine), tell_approvers(system(cast))) == (before, 0)
    move(desk.now, MoveRequest(mine, TEN + HOUR))
    release_expired(system(cast, NOW + WINDOW))
    assert (tell_approvers(system(cast, NOW + WINDOW)), check_database(store)) == (1, [])
    assert message_kinds() == ["requested", "approved", "change_requested", "approval_wanted"]


def test_earlier_wish_and_its_steps_come_back_with_the_undone_cancellation(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    Desk(cast, name="Anna")
    rule(cast, "Consultation", Steps(("Anna",)))
    move(client(cast, mine), MoveRequest(mine, TEN + HOUR))
    before = state_of(mine)
    cancel(desk.now, mine)
    desk.undo(mine)
    assert (state_of(mine), check_database(store)) == (before, [])
    assert Allocation.select().where(Allocation.change.is_null(False)).count() == 1


def test_request_that_asks_anew_gets_its_first_steps_back(store: Store) -> None:
    cast = one_provider(store)
    desk = Desk(cast)
    Desk(cast, name="Anna")
    rule(cast, "Consultation", Steps(("Anna",)))
    mine = book(visitor(cast), wish(cast)).public_id
    before = state_of(mine)
    move(desk.now, MoveRequest(mine, TEN + HOUR))
    assert state_of(mine).steps != before.steps
    desk.undo(mine)
    assert (state_of(mine), check_database(store)) == (before, [])


def test_undone_after_the_request_would_have_run_out_is_too_late(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    Booking.update(expires_at=NOW + 3).execute()
    Allocation.update(expires_at=NOW + 3).execute()
    cancel(desk.now, mine)
    desk.at += 4
    assert refusal_of(desk, mine) == "late"


def test_pages_offer_it_for_five_seconds_while_nothing_else_happens(store: Store) -> None:
    cast = one_provider(store)
    desk, mine = Desk(cast), book(visitor(cast), wish(cast)).public_id
    move(desk.now, MoveRequest(mine, TEN + HOUR))
    found = find_undoable(desk.now)
    assert found is not None
    assert (found.booking, found.kind, found.until) == (mine, "moved", NOW + SHOWN_SECONDS)
    assert find_undoable(desk.now, "another") is None
    desk.at += SHOWN_SECONDS
    assert find_undoable(desk.now) is None
    desk.at -= 1
    move(client(cast, mine), MoveRequest(mine, TEN + 2 * HOUR))
    assert find_undoable(desk.now) is None
    assert find_undoable(visitor(cast)) is None
