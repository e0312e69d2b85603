"""Approvals with rules: who decides which step, and what comes of it, on both databases."""

from __future__ import annotations

import pytest

from app.booking.refusals import InvalidTransition, NotAllowed, StaleVersion, StepDecided
from app.operations.approvals.approve import approve, decline
from app.operations.book import book, hold
from app.operations.change import cancel, move
from app.operations.look_up import get_booking, list_requests
from app.operations.requests import ClientDetails, HoldRequest, MoveRequest
from app.storage.check import check_database
from app.storage.rights_tables import RoleGrant
from app.storage.store import Store
from app.storage.tables import Allocation
from tests.cast import HOUR, Cast
from tests.operations.approval_cast import Steps, acting, clinic, deputy, group, rule, stands
from tests.operations.helpers import TEN, client, message_kinds, system, visitor, wish

BOTH = ("Mona",), ("Nils",)


def requested(cast: Cast, service: str = "Consultation") -> str:
    return book(visitor(cast), wish(cast, service=service)).public_id


def status_of(cast: Cast, booking: str) -> str:
    return get_booking(system(cast), booking).status


def two_steps(cast: Cast, about: str = "Consultation") -> None:
    rule(cast, about, Steps(("Mona",)), Steps(("Nils",)))


def test_service_with_a_rule_needs_approval_by_those_it_names(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    booking = requested(cast)
    with pytest.raises(NotAllowed, match="This is not for you to decide"):
        approve(acting(cast, "Nils"), booking)
    assert approve(acting(cast, "Mona"), booking).status == "confirmed"
    assert (message_kinds(), check_database(store)) == (["requested", "approved"], [])
    assert stands(("status", "decided_by_id", "decided_for_id")) == [("approved", cast.rows["Mona"], None)]


def test_named_approver_without_the_permission_decides_nothing(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Desk",)))
    booking = requested(cast)
    with pytest.raises(NotAllowed, match="Front desk, which lacks this right: Approve"):
        approve(acting(cast, "Desk"), booking)
    assert stands() == [(1, "waiting")]


def test_step_for_anybody_is_decided_by_whoever_has_the_permission(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps())
    assert approve(acting(cast, "Olga"), requested(cast)).status == "confirmed"


def test_step_for_a_group_is_decided_by_its_members_as_they_are_now(store: Store) -> None:
    cast = clinic(store)
    group(cast, "Board", "Mona")
    rule(cast, "Consultation", Steps(("Board",)))
    booking = requested(cast)
    with pytest.raises(NotAllowed):
        approve(acting(cast, "Nils"), booking)
    assert approve(acting(cast, "Mona"), booking).status == "confirmed"


def test_administrator_skips_no_step_that_was_not_given_to_them(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    booking = requested(cast)
    for decide in (approve, decline):
        with pytest.raises(NotAllowed):
            decide(acting(cast, "Root"), booking)
    assert status_of(cast, booking) == "requested"


def test_two_steps_are_decided_one_after_the_other_by_two_people(store: Store) -> None:
    cast = clinic(store)
    two_steps(cast)
    booking = requested(cast)
    with pytest.raises(NotAllowed):
        approve(acting(cast, "Nils"), booking)
    assert approve(acting(cast, "Mona"), booking).status == "requested"
    assert stands() == [(1, "approved"), (2, "waiting")]
    assert approve(acting(cast, "Nils"), booking).status == "confirmed"
    assert (message_kinds(), check_database(store)) == (["requested", "approved"], [])


def test_same_person_is_never_both_steps_of_a_rule(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)), Steps(("Mona", "Nils")), allows_own=True)
    booking = requested(cast)
    approve(acting(cast, "Mona"), booking)
    with pytest.raises(NotAllowed, match="You decided the other step"):
        approve(acting(cast, "Mona"), booking)
    assert approve(acting(cast, "Nils"), booking).status == "confirmed"


def test_second_press_of_the_same_form_decides_no_later_step(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Operation", Steps(("Mona",)))
    rule(cast, "Room 1", Steps(("Nils",)), Steps(("Mona",)))
    booking = book(visitor(cast), wish(cast, service="Operation"))
    approve(acting(cast, "Mona"), booking.public_id, booking.version)
    approve(acting(cast, "Nils"), booking.public_id, booking.version)
    with pytest.raises(StaleVersion):
        approve(acting(cast, "Mona"), booking.public_id, booking.version)
    assert approve(acting(cast, "Mona"), booking.public_id).status == "confirmed"


def test_all_rules_have_to_agree_and_one_press_decides_all_own_steps_of_a_level(store: Store) -> None:
    cast = clinic(store)
    for about in ("Operation", "Ada", "Room 1"):
        rule(cast, about, Steps(("Mona",) if about != "Ada" else ("Nils",)))
    booking = requested(cast, "Operation")
    assert approve(acting(cast, "Mona"), booking).status == "requested"
    assert stands() == [(1, "approved"), (1, "waiting"), (1, "approved")]
    assert approve(acting(cast, "Nils"), booking).status == "confirmed"


def test_step_that_was_decided_meanwhile_is_told_in_one_sentence(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona", "Olga")), Steps(("Nils",)))
    booking = requested(cast)
    approve(acting(cast, "Mona"), booking)
    with pytest.raises(StepDecided):
        approve(acting(cast, "Olga"), booking)
    approve(acting(cast, "Nils"), booking)
    with pytest.raises(InvalidTransition):
        approve(acting(cast, "Olga"), booking)


def test_one_who_declines_is_enough_and_ends_the_other_steps(store: Store) -> None:
    cast = clinic(store)
    two_steps(cast, "Operation")
    rule(cast, "Ada", Steps(("Olga",)))
    booking = requested(cast, "Operation")
    assert decline(acting(cast, "Olga"), booking, "Away").status == "declined"
    assert stands() == [(1, "ended"), (2, "ended"), (1, "declined")]
    assert (Allocation.select().where(Allocation.active).count(), check_database(store)) == (0, [])


def test_resource_rule_makes_a_request_of_what_needs_no_approval_itself(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Room 1", Steps(("Mona",)))
    desk = acting(cast, "Desk")
    booked = book(desk, wish(cast, service="Operation"))
    assert (booked.status, book(desk, wish(cast, TEN + HOUR)).status) == ("requested", "confirmed")
    assert approve(acting(cast, "Mona"), booked.public_id).status == "confirmed"


def test_own_approval_of_a_service_and_a_resource_rule_both_count(store: Store) -> None:
    cast = clinic(store, needs_approval=True)
    rule(cast, "Ada", Steps(("Mona",)))
    booking = requested(cast)
    approve(acting(cast, "Olga"), booking)
    assert stands(("rule_id", "status")) == [(None, "approved"), (1, "waiting")]
    assert approve(acting(cast, "Mona"), booking).status == "confirmed"


def own(cast: Cast, name: str) -> str:
    """Book as a user of the cast for a client."""
    return book(acting(cast, name), wish(cast)).public_id


def test_nobody_approves_what_they_asked_for_themselves(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona", "Nils")))
    booking = own(cast, "Mona")
    with pytest.raises(NotAllowed, match="You asked for this yourself"):
        approve(acting(cast, "Mona"), booking)
    assert approve(acting(cast, "Nils"), booking).status == "confirmed"


def test_nobody_approves_what_was_booked_for_themselves(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps())
    mine = book(acting(cast, "Mona"), wish(cast, client=ClientDetails(is_actor=True))).public_id
    with pytest.raises(NotAllowed, match="You asked for this yourself"):
        approve(acting(cast, "Mona"), mine)


@pytest.mark.parametrize("about", ["", "Ada"])
def test_nobody_decides_their_own_request_of_a_service_that_only_needs_approval(store: Store, about: str) -> None:
    cast = clinic(store, needs_approval=True)
    if about:
        rule(cast, about, Steps(), allows_own=True)
    mine = book(acting(cast, "Mona"), wish(cast, client=ClientDetails(is_actor=True))).public_id
    if about:
        approve(acting(cast, "Mona"), mine)
    for decide in (approve, decline):
        with pytest.raises(NotAllowed, match="so somebody else has to decide it"):
            decide(acting(cast, "Mona"), mine)
    assert approve(acting(cast, "Nils"), mine).status == "confirmed"


def test_own_booking_of_a_service_that_only_needs_approval_moves_when_somebody_else_approves(store: Store) -> None:
    cast = clinic(store, needs_approval=True)
    mine = book(acting(cast, "Mona"), wish(cast, client=ClientDetails(is_actor=True))).public_id
    approve(acting(cast, "Nils"), mine)
    assert move(acting(cast, "Mona"), MoveRequest(mine, TEN + HOUR)).start == TEN
    with pytest.raises(NotAllowed, match="so somebody else has to decide it"):
        approve(acting(cast, "Mona"), mine)
    assert approve(acting(cast, "Nils"), mine).start == TEN + HOUR
    assert move(acting(cast, "Nils"), MoveRequest(mine, TEN + 2 * HOUR)).start == TEN + 2 * HOUR
    assert check_database(store) == []


@pytest.mark.parametrize(("allows_own", "status"), [(True, "confirmed"), (False, "requested")])
def test_who_may_decide_all_books_at_once_only_where_own_requests_are_allowed(
    store: Store, allows_own: bool, status: str
) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)), allows_own=allows_own)
    assert status_of(cast, own(cast, "Mona")) == status


def test_who_may_decide_one_of_two_steps_has_to_ask(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)), Steps(("Mona",)), allows_own=True)
    booking = own(cast, "Mona")
    assert approve(acting(cast, "Mona"), booking).status == "requested"


def test_held_slot_that_is_confirmed_asks(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    held = hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN))
    booked = book(visitor(cast), wish(cast, hold=held.public_id))
    assert (booked.status, stands()) == ("requested", [(1, "waiting")])
    assert approve(acting(cast, "Mona"), booked.public_id).status == "confirmed"


def approved(cast: Cast) -> str:
    booking = requested(cast)
    approve(acting(cast, "Mona"), booking)
    return booking


def test_change_of_an_approved_booking_asks_again_while_the_old_time_stays(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    booking = approved(cast)
    wished = move(client(cast, booking), MoveRequest(booking, TEN + HOUR))
    assert (wished.start, wished.change is not None, check_database(store)) == (TEN, True, [])
    moved = approve(acting(cast, "Mona"), booking)
    assert (moved.start, stands(), check_database(store)) == (TEN + HOUR, [(1, "approved")] * 2, [])


def test_change_that_is_declined_keeps_the_old_time(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    booking = approved(cast)
    move(acting(cast, "Desk"), MoveRequest(booking, TEN + HOUR))
    kept = decline(acting(cast, "Mona"), booking)
    assert (kept.start, kept.status, stands()) == (TEN, "confirmed", [(1, "approved"), (1, "declined")])
    assert check_database(store) == []


def test_change_by_an_approver_asks_another_one(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona", "Nils")))
    booking = approved(cast)
    move(acting(cast, "Mona"), MoveRequest(booking, TEN + HOUR))
    with pytest.raises(NotAllowed, match="You asked for this yourself"):
        approve(acting(cast, "Mona"), booking)
    assert approve(acting(cast, "Nils"), booking).start == TEN + HOUR


def test_move_of_what_takes_nothing_with_a_rule_counts_at_once(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Room 2", Steps(("Mona",)))
    booking = requested(cast, "Operation")
    assert move(acting(cast, "Desk"), MoveRequest(booking, TEN + 900)).start == TEN + 900
    assert (stands(), check_database(store)) == ([], [])


def test_approver_of_one_room_alone_decides_about_what_wants_to_move_into_it(store: Store) -> None:
    cast = clinic(store)
    store.write(lambda: cast.user("Rita", "manager"))
    part = {"scope": "resource", "resource": cast.rows["Room 2"]}
    store.write(lambda: RoleGrant.update(**part).where(RoleGrant.user == cast.rows["Rita"]).execute())
    rule(cast, "Room 2", Steps(("Rita",)))
    booked = book(visitor(cast), wish(cast, service="Scan", provider=cast.ids["Room 1"]))
    assert (booked.status, list_requests(acting(cast, "Rita"))) == ("confirmed", [])
    move(client(cast, booked.public_id), MoveRequest(booked.public_id, TEN, provider=cast.ids["Room 2"]))
    assert [one.service_name for one in list_requests(acting(cast, "Rita"))] == ["Scan"]
    moved = approve(acting(cast, "Rita"), booked.public_id)
    assert ([one.name for one in moved.resources], check_database(store)) == (["Room 2"], [])


def test_request_that_moves_asks_anew(store: Store) -> None:
    cast = clinic(store)
    two_steps(cast)
    booking = requested(cast)
    approve(acting(cast, "Mona"), booking)
    move(client(cast, booking), MoveRequest(booking, TEN + HOUR))
    assert stands() == [(1, "ended"), (2, "ended"), (1, "waiting"), (2, "later")]
    approve(acting(cast, "Mona"), booking)
    assert approve(acting(cast, "Nils"), booking).status == "confirmed"
    assert check_database(store) == []


def test_cancelling_needs_nobody_and_ends_the_steps(store: Store) -> None:
    cast = clinic(store)
    two_steps(cast)
    booking = requested(cast)
    assert cancel(client(cast, booking), booking).status == "cancelled"
    assert stands() == [(1, "ended"), (2, "ended")]


def test_deputy_decides_in_the_place_of_the_absent_and_it_is_written_down(store: Store) -> None:
    cast = clinic(store)
    two_steps(cast)
    deputy(cast, "Mona", "Olga")
    booking = requested(cast)
    approve(acting(cast, "Olga"), booking)
    columns = ("status", "decided_by_id", "decided_for_id")
    assert stands(columns)[0] == ("approved", cast.rows["Olga"], cast.rows["Mona"])
    assert approve(acting(cast, "Nils"), booking).status == "confirmed"


def test_deputy_for_both_steps_decides_only_one(store: Store) -> None:
    cast = clinic(store)
    two_steps(cast)
    deputy(cast, "Mona", "Olga")
    deputy(cast, "Nils", "Olga")
    booking = requested(cast)
    approve(acting(cast, "Olga"), booking)
    with pytest.raises(NotAllowed, match="You decided the other step"):
        approve(acting(cast, "Olga"), booking)


@pytest.mark.parametrize("days", [-2, 2])
def test_deputy_outside_the_period_decides_nothing(store: Store, days: int) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    start = cast.now + days * 24 * HOUR
    deputy(cast, "Mona", "Olga", start, start + 24 * HOUR)
    with pytest.raises(NotAllowed):
        approve(acting(cast, "Olga"), requested(cast))


def test_deputy_without_the_permission_decides_nothing(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    deputy(cast, "Mona", "Desk")
    with pytest.raises(NotAllowed, match="lacks this right: Approve"):
        approve(acting(cast, "Desk"), requested(cast))


def test_deputy_of_somebody_who_lacks_the_permission_decides_nothing(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Desk",)))
    deputy(cast, "Desk", "Mona")
    with pytest.raises(NotAllowed, match="not for you to decide"):
        approve(acting(cast, "Mona"), requested(cast))


def test_who_moves_a_request_of_somebody_else_does_not_approve_it(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona", "Nils")))
    booking = book(visitor(cast), wish(cast)).public_id
    move(acting(cast, "Mona"), MoveRequest(booking, TEN + HOUR))
    with pytest.raises(NotAllowed):
        approve(acting(cast, "Mona"), booking)
    assert approve(acting(cast, "Nils"), booking).status == "confirmed"
