"""Who has to be asked about a move, and who decides nothing because it is their own, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, Scope, ScopeKind
from app.access.permissions import Permission, ReadyMade, all_of
from app.booking.refusals import NotAllowed
from app.operations.approvals.approval_views import approvals_of
from app.operations.approvals.approve import approve, decline
from app.operations.book import book, hold
from app.operations.change import move
from app.operations.context import Context
from app.operations.displaced import give
from app.operations.letters.approval_mails import WANTED, tell_approvers
from app.operations.look_up import get_booking, list_requests
from app.operations.requests import (
    ClientDetails,
    HoldRequest,
    MoveRequest,
    Reach,
    SeriesRequest,
    VisitPart,
    VisitRequest,
)
from app.operations.series import book_series
from app.operations.visits import book_visit
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Client, OutboxMessage, ServiceRequirement
from tests.cast import HOUR, Cast, Need, granted
from tests.operations.approval_cast import Steps, acting, rule
from tests.operations.helpers import TEN, client, system, visitor, wish

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


def test_wish_to_move_to_a_colleague_is_approved_by_who_may_there_and_not_where_it_was(cast: Cast) -> None:
    booking = confirmed(cast, "Ada")
    move(client(cast, booking), MoveRequest(booking, TEN + HOUR, provider=cast.ids["Ben"]))
    old, new = approver_of(cast, "Ada"), approver_of(cast, "Ben")
    shown = [approvals_of(one, list_requests(one))[booking] for one in (old, new)]
    with pytest.raises(NotAllowed):
        approve(old, booking)
    approve(new, booking)
    assert [(one.may_approve, one.why_not[:38]) for one in shown] == [
        (False, "Whoever may approve where the booking "),
        (True, ""),
    ]
    assert stands(cast, booking) == ("Ben", HOUR, False)


def typed(name: str, email: str) -> ClientDetails:
    return ClientDetails(name=name, email=email, tzid="UTC")


def own_record(cast: Cast, name: str) -> ClientDetails:
    """The client record of somebody's account, as it is chosen in the form; made by their first booking."""
    book(acting(cast, name), wish(cast, TEN - HOUR, "Talk", client=ClientDetails(is_actor=True)))
    return ClientDetails(public_id=cast.store.read(lambda: str(Client.get(Client.user == cast.rows[name]).public_id)))


def by_record_and_by_mail(cast: Cast) -> list[ClientDetails]:
    return [own_record(cast, "Mona"), typed("Mona", " MONA@example.org")]


def test_what_approvers_book_for_their_own_record_or_address_waits_for_another(cast: Cast) -> None:
    found = []
    for number, who in enumerate(by_record_and_by_mail(cast)):
        booked = book(acting(cast, "Mona"), wish(cast, TEN + number * HOUR, "Talk", client=who))
        with pytest.raises(NotAllowed, match="You asked for this yourself"):
            approve(acting(cast, "Mona"), booked.public_id)
        found.append((booked.status, approve(acting(cast, "Nils"), booked.public_id).status))
    assert found == [("requested", "confirmed")] * 2


def test_what_approvers_book_for_others_counts_at_once(cast: Cast) -> None:
    assert book(acting(cast, "Mona"), wish(cast, service="Talk")).status == "confirmed"


def test_own_address_is_own_in_series_visits_and_held_slots_too(cast: Cast) -> None:
    mona, me = acting(cast, "Mona"), typed("Mona", "mona@example.org")
    weekly = book_series(mona, SeriesRequest(wish(cast, service="Talk", client=me), "FREQ=DAILY;COUNT=2"))
    parts = (VisitPart(cast.ids["Talk"]), VisitPart(cast.ids["Talk"]))
    visit = book_visit(mona, VisitRequest(parts, cast.ids["Centre"], TEN + 2 * HOUR, me))
    slot = hold(mona, HoldRequest(cast.ids["Talk"], cast.ids["Centre"], TEN + 4 * HOUR))
    held = book(mona, wish(cast, TEN + 4 * HOUR, "Talk", client=me, hold=slot.public_id))
    booked = [*(one.booking for one in weekly.occurrences), *visit, held]
    assert [one and one.status for one in booked] == ["requested"] * 5


def test_visitor_with_the_address_of_an_approver_is_decided_by_another(cast: Cast) -> None:
    booking = book(visitor(cast), wish(cast, service="Talk", client=typed("M.", "mona@example.org"))).public_id
    told = {name: approvals_of(acting(cast, name), [get_booking(system(cast), booking)]) for name in ("Mona", "Nils")}
    assert [one[booking].may_approve for one in told.values()] == [False, True]
    with pytest.raises(NotAllowed, match="You asked for this yourself"):
        decline(acting(cast, "Mona"), booking)
    assert approve(acting(cast, "Nils"), booking).status == "confirmed"
    assert move(acting(cast, "Mona"), MoveRequest(booking, TEN + HOUR)).change is not None


def test_step_is_neither_given_to_the_client_by_mail_nor_told_to_them(cast: Cast) -> None:
    rule(cast, "Ada", Steps(("Mona", "Nils")))
    me = typed("Mona", "mona@example.org")
    booking = book(visitor(cast), wish(cast, service="Talk", client=me, provider=cast.ids["Ada"])).public_id
    tell_approvers(system(cast))
    told = [json.loads(row.payload)["user"] for row in OutboxMessage.select().where(OutboxMessage.kind == WANTED)]
    with pytest.raises(NotAllowed, match="You asked for this yourself"):
        approve(acting(cast, "Mona"), booking)
    assert told == [cast.ids["Nils"]]


def test_move_into_a_session_that_keeps_an_earlier_room_is_refused(cast: Cast, store: Store) -> None:
    confirmed(cast, service="Class", start=TEN + HOUR)
    needs = ServiceRequirement.update(resource=cast.rows["Room 2"])
    store.write(needs.where(ServiceRequirement.resource == cast.rows["Room 1"]).execute)
    store.write(store.bump_catalog)
    booking = confirmed(cast, service="Class")
    with pytest.raises(NotAllowed, match="Somebody else would have to approve this move"):
        move(approver_of(cast, "Room 2"), MoveRequest(booking, TEN + HOUR))
    assert (stands(cast, booking), check_database(store)) == (("Room 2", 0, False), [])
