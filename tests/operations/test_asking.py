"""Who has to be asked about a move, and who decides nothing because it is their own, on both databases."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, Scope, ScopeKind
from app.access.permissions import Permission, ReadyMade, all_of
from app.booking.refusals import NotAllowed
from app.operations.approvals.approve import approve
from app.operations.book import book
from app.operations.change import move
from app.operations.context import Context
from app.operations.displaced import give
from app.operations.look_up import get_booking
from app.operations.requests import MoveRequest, Reach, SeriesRequest
from app.operations.series import book_series
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import ServiceRequirement
from tests.cast import HOUR, Cast, Need, granted
from tests.operations.helpers import TEN, system, visitor, wish

DAY = 24 * HOUR


@pytest.fixture
def cast(store: Store) -> Cast:
    """Ada and Ben, one of whom a Talk takes, and two rooms for a Class, which has seats; both need approval."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        people = cast.resources(["Ada", "Ben"])
        rooms = cast.resources(["Room 1", "Room 2"], "room")
        cast.service("Talk", [Need(people)], ["Centre"], needs_approval=True)
        cast.service("Class", [Need(rooms[:1])], ["Centre"], needs_approval=True, capacity=5)
        cast.user("Desk", "front_desk")
        cast.user("Mona", "manager")
        cast.user("Nils", "manager")
        store.bump_catalog()

    store.write(fill)
    return cast


def approver_of(cast: Cast, *names: str) -> Context:
    """Whoever works at the front desk and approves what takes these."""
    covered = [Scope(ScopeKind.RESOURCE, None, frozenset({cast.rows[one]}), one) for one in names]
    grants = [Grant("Approver", all_of(Permission.APPROVE), scope) for scope in covered]
    actor = Actor(ActorKind.USER, "Desk", cast.rows["Desk"], grants=(granted(ReadyMade.FRONT_DESK), *grants))
    return Context(cast.store, actor, cast.now)


def confirmed(cast: Cast, provider: str | None = None, service: str = "Talk", start: int = TEN) -> str:
    booking = book(visitor(cast), wish(cast, start, service, provider=provider and cast.ids[provider])).public_id
    approve(system(cast), booking)
    return booking


def stands(cast: Cast, booking: str) -> tuple[str, int, bool]:
    """What a booking takes, how much later than ten it is, and whether a change waits for approval."""
    view = get_booking(system(cast), booking)
    return view.resources[0].name, view.start - TEN, view.change is not None


def moved(cast: Cast, approves: Iterable[str], to: str | None) -> tuple[str, int, bool]:
    """How Ada's booking stands after it was moved by an hour by who approves for some."""
    booking = confirmed(cast, "Ada")
    move(approver_of(cast, *approves), MoveRequest(booking, TEN + HOUR, provider=to and cast.ids[to]))
    assert check_database(cast.store) == []
    return stands(cast, booking)


@pytest.mark.parametrize(
    ("approves", "to", "found"),
    [
        (("Ada",), "Ben", ("Ada", 0, True)),
        (("Ben",), "Ben", ("Ben", HOUR, False)),
        (("Ada",), "Ada", ("Ada", HOUR, False)),
        (("Ada",), None, ("Ada", HOUR, False)),
    ],
)
def test_move_asks_unless_the_actor_approves_what_it_takes_in_the_end(
    cast: Cast, approves: tuple[str, ...], to: str | None, found: tuple[str, int, bool]
) -> None:
    assert moved(cast, approves, to) == found


def test_move_to_a_colleague_who_is_the_only_one_free_asks(cast: Cast) -> None:
    confirmed(cast, "Ada", start=TEN + HOUR)
    assert moved(cast, ("Ada",), None) == ("Ada", 0, True)


def test_booking_given_to_a_colleague_asks(cast: Cast) -> None:
    booking = confirmed(cast, "Ada")
    give(approver_of(cast, "Ada"), booking, cast.ids["Ben"])
    assert stands(cast, booking) == ("Ada", 0, True)


def test_series_that_moves_to_a_colleague_asks_for_each(cast: Cast) -> None:
    found = book_series(
        system(cast), SeriesRequest(wish(cast, service="Talk", provider=cast.ids["Ada"]), "FREQ=DAILY;COUNT=2")
    )
    booked = [one.booking.public_id for one in found.occurrences if one.booking is not None]
    request = MoveRequest(booked[0], TEN + HOUR, provider=cast.ids["Ben"], reach=Reach.FOLLOWING)
    move(approver_of(cast, "Ada"), request)
    assert [stands(cast, one) for one in booked] == [("Ada", 0, True), ("Ada", DAY, True)]


def test_move_into_a_session_that_keeps_an_earlier_room_is_refused(cast: Cast, store: Store) -> None:
    confirmed(cast, service="Class", start=TEN + HOUR)
    needs = ServiceRequirement.update(resource=cast.rows["Room 2"])
    store.write(needs.where(ServiceRequirement.resource == cast.rows["Room 1"]).execute)
    store.write(store.bump_catalog)
    booking = confirmed(cast, service="Class")
    with pytest.raises(NotAllowed, match="Somebody else would have to approve this move"):
        move(approver_of(cast, "Room 2"), MoveRequest(booking, TEN + HOUR))
    assert (stands(cast, booking), check_database(store)) == (("Room 2", 0, False), [])
