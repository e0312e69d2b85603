"""Steps that nobody decides in time, on both databases."""

from __future__ import annotations

import pytest

from app.access.permissions import Permission
from app.booking.refusals import InvalidTransition, JustTaken, NotAllowed
from app.operations.approvals.approve import approve
from app.operations.book import book
from app.operations.change import move
from app.operations.installation.upkeep import release_expired
from app.operations.look_up import get_booking
from app.operations.requests import MoveRequest
from app.storage.approval_tables import ApprovalStep
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Service
from tests.cast import HOUR, NOW, Cast
from tests.operations.approval_cast import Steps, acting, clinic, rule, stands
from tests.operations.helpers import BEN, TEN, client, message_kinds, system, visitor, wish

LATER = NOW + HOUR


def requested(cast: Cast, *steps: Steps) -> str:
    """A request under a rule of these steps, each of an hour."""
    rule(cast, "Consultation", *steps)
    return book(visitor(cast), wish(cast)).public_id


def at(cast: Cast, now: int) -> int:
    """Let the worker do its timed work; how much became free."""
    return release_expired(system(cast, now))


def how(cast: Cast, booking: str) -> tuple[str, list[tuple[object, ...]]]:
    return get_booking(system(cast), booking).status, stands()


def test_step_within_its_time_waits(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(on_timeout="accept"))
    assert (at(cast, LATER - 1), how(cast, booking)) == (0, ("requested", [(1, "waiting")]))


def test_step_that_declines_ends_the_request_and_gives_its_time_back(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(), Steps())
    assert (at(cast, LATER), how(cast, booking)) == (1, ("declined", [(1, "expired"), (2, "ended")]))
    assert (message_kinds(), check_database(store)) == (["requested", "expired"], [])
    assert book(visitor(cast, LATER), wish(cast, client=BEN)).status == "requested"


def test_step_that_accepts_leads_on_and_confirms_at_the_end(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(on_timeout="accept"), Steps(on_timeout="accept"))
    at(cast, LATER)
    assert how(cast, booking) == ("requested", [(1, "accepted"), (2, "waiting")])
    at(cast, LATER + HOUR)
    assert how(cast, booking) == ("confirmed", [(1, "accepted"), (2, "accepted")])
    assert (message_kinds(), check_database(store)) == (["requested", "approved"], [])


def test_time_is_held_while_any_step_waits_even_when_the_worker_is_late(store: Store) -> None:
    cast = clinic(store)
    requested(cast, Steps(on_timeout="accept"))
    with pytest.raises(JustTaken):
        book(visitor(cast, LATER + 5 * HOUR), wish(cast, client=BEN))


def test_step_that_goes_on_asks_others_too_for_as_long_again(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(("Mona",), on_timeout="escalate", next_ones=("Olga",)))
    with pytest.raises(NotAllowed):
        approve(acting(cast, "Olga"), booking)
    at(cast, LATER)
    assert stands(("status", "escalated", "due_at")) == [("waiting", True, LATER + HOUR)]
    assert approve(acting(cast, "Olga", LATER), booking).status == "confirmed"


@pytest.mark.parametrize(("name", "may"), [("Mona", True), ("Root", True), ("Nils", False), ("Owner", False)])
def test_step_that_goes_on_to_the_administrators_is_theirs_and_still_the_first_ones(
    store: Store, name: str, may: bool
) -> None:
    cast = clinic(store)
    store.write(lambda: cast.user("Owner", cast.role("Everything of their own", own=Permission), resource="Ada"))
    booking = requested(cast, Steps(("Mona",), on_timeout="escalate"))
    at(cast, LATER)
    if not may:
        with pytest.raises(NotAllowed):
            approve(acting(cast, name, LATER), booking)
        return
    assert approve(acting(cast, name, LATER), booking).status == "confirmed"


def test_step_that_went_on_is_declined_when_the_others_do_not_decide_either(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(("Mona",), on_timeout="escalate"))
    at(cast, LATER)
    assert (at(cast, LATER + HOUR - 1), at(cast, LATER + HOUR)) == (0, 1)
    assert how(cast, booking) == ("declined", [(1, "expired")])


@pytest.mark.parametrize("on_timeout", ["accept", "escalate"])
def test_nothing_is_accepted_or_passed_on_once_the_time_has_begun(store: Store, on_timeout: str) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(minutes=60 * 24 * 30, on_timeout=on_timeout))
    at(cast, TEN - 1)
    assert how(cast, booking) == ("requested", [(1, "waiting")])
    at(cast, TEN)
    assert how(cast, booking) == ("declined", [(1, "expired")])


def test_step_that_ran_out_is_not_approved_before_the_worker_comes(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps())
    with pytest.raises(InvalidTransition):
        approve(acting(cast, "Mona", LATER), booking)


def test_wished_change_that_nobody_decides_keeps_the_old_time(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps())
    approve(acting(cast, "Mona"), booking)
    move(client(cast, booking), MoveRequest(booking, TEN + HOUR))
    at(cast, LATER)
    kept = get_booking(system(cast), booking)
    assert (kept.start, kept.change, stands()) == (TEN, None, [(1, "approved"), (1, "expired")])
    assert (message_kinds()[-1], check_database(store)) == ("change_expired", [])


def test_wished_change_that_is_accepted_by_time_moves_the_booking(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(on_timeout="accept"))
    at(cast, LATER)
    move(client(cast, booking, LATER), MoveRequest(booking, TEN + HOUR))
    at(cast, LATER + HOUR)
    assert (get_booking(system(cast), booking).start, check_database(store)) == (TEN + HOUR, [])


def test_many_steps_are_handled_in_one_go(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(on_timeout="escalate"))
    for number in range(12):
        book(visitor(cast), wish(cast, TEN - 2 * HOUR + number * 1800))
    at(cast, LATER)
    assert set(stands(("status", "escalated"))) == {("waiting", True)}
    assert at(cast, LATER + HOUR) == 12


def test_request_is_kept_for_those_it_went_on_to_when_its_rule_declined_before(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(("Mona",)))
    store.write(lambda: ApprovalStep.update(on_timeout="escalate").execute())
    store.write(store.bump_catalog)
    at(cast, LATER)
    assert how(cast, booking) == ("requested", [(1, "waiting")])
    at(cast, LATER + HOUR)
    assert how(cast, booking) == ("declined", [(1, "expired")])


def test_wish_is_accepted_as_it_was_held_when_buffers_are_longer_by_then(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(on_timeout="accept"))
    booking = book(visitor(cast), wish(cast)).public_id
    approve(acting(cast, "Mona"), booking)
    move(client(cast, booking), MoveRequest(booking, TEN + 2 * HOUR))
    other = book(visitor(cast), wish(cast, TEN + 3 * HOUR, client=BEN))
    assert other.status == "requested"
    store.write(lambda: Service.update(buffer_after_minutes=60).where(Service.name == "Consultation").execute())
    store.write(store.bump_catalog)
    at(cast, LATER + 2 * HOUR)
    assert get_booking(system(cast), booking).start == TEN + 2 * HOUR
    assert check_database(store) == []


def test_wish_is_no_more_accepted_once_what_it_would_replace_has_begun(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(minutes=60 * 24 * 30, on_timeout="accept"))
    booking = book(visitor(cast), wish(cast)).public_id
    approve(acting(cast, "Mona"), booking)
    move(client(cast, booking), MoveRequest(booking, TEN + 2 * HOUR))
    at(cast, TEN)
    kept = get_booking(system(cast), booking)
    assert (kept.start, kept.change, check_database(store)) == (TEN, None, [])
