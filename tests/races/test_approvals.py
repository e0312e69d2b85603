"""Two who decide one request at the same moment, and deciding against running out, on both databases."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from app.booking.refusals import InvalidTransition, Refusal, StepDecided
from app.operations.approvals.approve import approve, decline
from app.operations.book import book
from app.operations.installation.upkeep import release_expired, tell_about_approvals
from app.operations.look_up import get_booking
from app.operations.views import BookingView
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import OutboxMessage
from tests.cast import HOUR, NOW, Cast
from tests.operations.approval_cast import Steps, acting, clinic, rule, stands
from tests.operations.helpers import TEN, system, visitor, wish
from tests.operations.test_twice_at_once import twice

pytestmark = pytest.mark.race
TIMES = 8
DUE = NOW + HOUR


def requested(cast: Cast, number: int) -> str:
    return book(visitor(cast), wish(cast, TEN + number * 1800)).public_id


def kinds(answers: list[BookingView | Refusal]) -> Counter[str]:
    return Counter("done" if isinstance(one, BookingView) else type(one).__name__ for one in answers)


def test_two_approvers_of_the_last_step_at_once_give_one_winner(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona", "Nils")))
    for number in range(TIMES):
        booking = requested(cast, number)
        both = [acting(cast, name) for name in ("Mona", "Nils")]
        answers = twice(store, *[partial(approve, one, booking) for one in both])
        assert kinds(answers) == {"done": 1, InvalidTransition.__name__: 1}
    assert (set(stands()), check_database(store)) == ({(1, "approved")}, [])


def test_two_approvers_of_the_first_step_at_once_do_not_decide_the_second(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona", "Nils")), Steps(("Olga",)))
    for number in range(TIMES):
        booking = requested(cast, number)
        both = [acting(cast, name) for name in ("Mona", "Nils")]
        answers = twice(store, *[partial(approve, one, booking) for one in both])
        assert kinds(answers) == {"done": 1, StepDecided.__name__: 1}
        assert get_booking(system(cast), booking).status == "requested"
    assert check_database(store) == []


def test_two_steps_of_one_level_approved_at_once_both_count(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    rule(cast, "Ada", Steps(("Nils",)))
    for number in range(TIMES):
        booking = requested(cast, number)
        both = [acting(cast, name) for name in ("Mona", "Nils")]
        answers = twice(store, *[partial(approve, one, booking) for one in both])
        assert kinds(answers) == {"done": 2}
        assert get_booking(system(cast), booking).status == "confirmed"
    assert check_database(store) == []


def test_approve_against_decline_gives_one_of_both(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona", "Nils")))
    for number in range(TIMES):
        booking = requested(cast, number)
        answers = twice(
            store, partial(approve, acting(cast, "Mona"), booking), partial(decline, acting(cast, "Nils"), booking)
        )
        assert kinds(answers)["done"] == 1
    assert check_database(store) == []


def test_approve_against_running_out_gives_one_of_both(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    for number in range(TIMES):
        booking = requested(cast, number)
        approving = partial(approve, acting(cast, "Mona", DUE - 1), booking)
        answers: list[object] = list(twice(store, approving, partial(release_expired, system(cast, DUE))))
        status = get_booking(system(cast), booking).status
        assert (status == "confirmed") == isinstance(answers[0], BookingView)
        assert status in ("confirmed", "declined")
    assert check_database(store) == []


def test_two_workers_at_once_tell_each_approver_once(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    for number in range(TIMES):
        requested(cast, number)
        twice(store, *[lambda: tell_about_approvals(system(cast))] * 2)
    assert OutboxMessage.select().where(OutboxMessage.kind == "approval_wanted").count() == TIMES
