"""Bookings that visitors confirm by a link: held, confirmed once, given back, and few of one email address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidTransition, LimitReached, NotConfirmed, NotFound, TooManyUnconfirmed
from app.operations.approvals.approve import approve
from app.operations.book import accept_offer, book
from app.operations.change import cancel
from app.operations.confirm import confirm, get_parts
from app.operations.installation.upkeep import release_expired
from app.operations.letters.approval_mails import tell_approvers
from app.operations.requests import ClientDetails, VisitPart, VisitRequest, WaitingRequest
from app.operations.visits import book_visit
from app.operations.waiting import join_waiting_list
from app.storage.audit_tables import AuditEntry
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Booking
from tests.cast import HOUR, Cast, one_provider, pool_of
from tests.operations.helpers import ADA, BEN, TEN, client, message_kinds, staff, system, visitor, wish
from tests.operations.letter_helpers import HEAD, letters
from tests.operations.test_twice_at_once import twice

LATER = 31 * 60


def states() -> list[tuple[str, bool]]:
    """Status of all bookings, and whether each waits for its client."""
    return [(row.status, row.unconfirmed) for row in Booking.select().order_by(Booking.id)]


def held(cast: Cast, client: ClientDetails = ADA, start: int = TEN) -> str:
    """Book as a visitor; return what is held."""
    return book(visitor(cast), wish(cast, start, client=client)).public_id


def test_booking_of_visitor_is_held_and_confirmed_by_its_link(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    mine = held(cast)
    assert (states(), Booking.get().expires_at) == ([("held", True)], cast.now + 30 * 60)
    assert AuditEntry.select().count() == 0
    letter = letters(cast)["confirm_asked"]
    assert (letter.links, letter.attachment) == ((HEAD.confirm_link(mine),), None)
    assert "Friday 4 January 2030, 01:30 (Europe/Berlin)" in letter.text
    assert [confirm(client(cast, mine), mine) for _ in range(2)] == [True, False]
    assert (states(), Booking.get().expires_at) == ([("confirmed", False)], None)
    assert message_kinds() == ["confirm_asked", "confirmed"]
    assert [row.action for row in AuditEntry.select()] == ["booked"]
    assert check_database(store) == []


def test_nothing_is_held_beyond_its_start(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    book(visitor(cast, TEN - 600), wish(cast))
    assert Booking.get().expires_at == TEN


def test_only_visitors_are_asked(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    book(staff(cast, ReadyMade.FRONT_DESK), wish(cast))
    assert states() == [("confirmed", False)]


def test_unconfirmed_runs_out_and_is_offered_to_who_waits(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    mine = held(cast)
    join_waiting_list(visitor(cast), WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN, TEN + 60))
    later = cast.now + LATER
    with pytest.raises(NotConfirmed):
        confirm(client(cast, mine, later), mine)
    release_expired(system(cast, later))
    assert states() == [("cancelled", True), ("held", False)]
    assert message_kinds() == ["confirm_asked", "waiting_joined", "slot_offered"]
    with pytest.raises(NotConfirmed):
        confirm(client(cast, mine, later), mine)
    assert check_database(store) == []


def test_approvers_hear_only_of_what_is_confirmed(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30, needs_approval=True)
    mine = held(cast)
    with pytest.raises(InvalidTransition):
        approve(system(cast), mine)
    tell_approvers(system(cast))
    assert message_kinds() == ["confirm_asked"]
    confirm(client(cast, mine), mine)
    assert (states(), message_kinds()) == ([("requested", False)], ["confirm_asked", "requested"])
    assert approve(system(cast), mine).status == "confirmed"
    assert check_database(store) == []


def test_two_who_confirm_at_once_make_one_booking(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    mine = held(cast)
    answers = twice(store, *[lambda: confirm(client(cast, mine), mine)] * 2)
    assert sorted(answers, key=repr) == [False, True]
    assert message_kinds() == ["confirm_asked", "confirmed"]


def test_fourth_unconfirmed_booking_of_an_address_is_refused(store: Store) -> None:
    cast = pool_of(store, 5, confirm_minutes=30)
    first = held(cast)
    for name in ("Ada B", "Ada C"):
        held(cast, client=replace(ADA, name=name, email="ADA@example.org"))
    with pytest.raises(TooManyUnconfirmed):
        held(cast)
    assert len(states()) == 3
    confirm(client(cast, first), first)
    held(cast)
    held(cast, client=BEN)


def test_link_that_moves_confirms_nothing(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    mine = held(cast)
    with pytest.raises(NotFound):
        accept_offer(client(cast, mine), mine)
    assert states() == [("held", True)]


def test_seats_of_a_group_are_held_and_given_back(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30, capacity=2)
    first, second = held(cast), held(cast, client=BEN)
    confirm(client(cast, second), second)
    release_expired(system(cast, cast.now + LATER))
    assert (states(), first == second) == ([("cancelled", True), ("confirmed", False)], False)
    assert check_database(store) == []


def test_visit_is_held_and_confirmed_as_a_whole(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    part = VisitPart(cast.ids["Consultation"])
    one, two = book_visit(visitor(cast), VisitRequest((part, part), cast.ids["Centre"], TEN, ADA))
    assert states() == [("held", True)] * 2
    assert check_database(store) == []
    letter = letters(cast)["confirm_asked"]
    assert (letter.links, "Consultation, Consultation" in letter.text) == ((HEAD.confirm_link(one.public_id),), True)
    assert confirm(client(cast, one.public_id), one.public_id)
    shown = get_parts(client(cast, one.public_id), one.public_id)
    assert [view.public_id for view in shown] == [one.public_id, two.public_id]
    assert (states(), message_kinds()) == ([("confirmed", False)] * 2, ["confirm_asked", "visit_booked"])
    assert check_database(store) == []


def test_visit_that_nobody_confirmed_is_given_back(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    part = VisitPart(cast.ids["Consultation"])
    book_visit(visitor(cast), VisitRequest((part, part), cast.ids["Centre"], TEN, ADA))
    assert release_expired(system(cast, cast.now + HOUR)) == 2
    assert (states(), check_database(store)) == ([("cancelled", True)] * 2, [])


def test_limit_per_client_is_told_to_whoever_confirms_and_to_nobody_who_types_an_address(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30, limit_per_client=1)
    first, second = held(cast), held(cast, start=TEN + HOUR)
    confirm(client(cast, first), first)
    third = held(cast, start=TEN + 2 * HOUR)
    for one in (second, third):
        with pytest.raises(LimitReached):
            confirm(client(cast, one), one)
    assert states() == [("confirmed", False), ("held", True), ("held", True)]
    cancel(client(cast, first), first)
    assert confirm(client(cast, third), third)


def test_visit_that_passes_the_limit_per_client_by_itself_is_not_held(store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30, limit_per_client=1)
    parts = (VisitPart(cast.ids["Consultation"]),) * 2
    with pytest.raises(LimitReached):
        book_visit(visitor(cast), VisitRequest(parts, cast.ids["Centre"], TEN, ADA))
    assert states() == []
