"""Bookings that take more than their service needs: several people, rooms and devices, all or none."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Scope, ScopeKind
from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, JustTaken, NotAllowed, NotFound, Refusal
from app.operations.approvals.approve import approve
from app.operations.book import book
from app.operations.change import cancel, move
from app.operations.context import Context
from app.operations.destinations import find_destinations
from app.operations.requests import MoveRequest, SeriesRequest
from app.operations.series import book_series
from app.operations.slots import find_slots
from app.operations.views import BookingView
from app.storage.check import check_database
from app.storage.extra_tables import ExtraResource
from app.storage.public_ids import new_public_id
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, Pool, PoolMember, Service
from tests.cast import HOUR, NOW, Cast, Need, granted
from tests.operations.helpers import TEN, message_kinds, staff, system, visitor, wish
from tests.operations.test_twice_at_once import twice

ELEVEN = TEN + HOUR


@pytest.fixture
def cast(store: Store) -> Cast:
    """Ada, Ben and Carla give meetings; Room 1 and Room 2 (pool Rooms) and a Hall that is elsewhere."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        cast.location("North")
        people = cast.resources(["Ada", "Ben", "Carla"])
        rooms = [cast.resource(name, "room", "Centre") for name in ("Room 1", "Room 2")]
        cast.resource("Hall", "room", "North")
        cast.service("Consultation", [Need(people)], ["Centre"], buffer_after_minutes=15)
        cast.service("Class", [Need(rooms)], ["Centre"], capacity=5)
        pool = Pool.create(name="Rooms", public_id="rooms", created_at=NOW, changed_at=NOW)
        for room in rooms:
            PoolMember.create(pool=pool.id, resource=room)
        store.bump_catalog()

    store.write(fill)
    return cast


def together(cast: Cast, *names: str) -> tuple[str, ...]:
    return tuple(cast.ids.get(name, name) for name in names)


def meeting(cast: Cast, *names: str, start: int = TEN) -> BookingView:
    """A meeting of these, booked by the system."""
    return book(system(cast), wish(cast, start, together=together(cast, *names)))


def names_of(view: BookingView) -> list[str]:
    return [one.name for one in view.resources]


def extras(store: Store) -> list[int]:
    taken = ExtraResource.select(ExtraResource.resource).order_by(ExtraResource.resource)
    return store.read(lambda: [one for (one,) in taken.tuples()])


def test_meeting_takes_all_that_were_chosen_for_one_time(cast: Cast, store: Store) -> None:
    found = meeting(cast, "Ben", "Ada", "rooms")

    assert names_of(found) == ["Ada", "Ben", "Room 1"]
    assert extras(store) == [cast.rows["Ada"], cast.rows["Room 1"]]
    rows = Allocation.select(Allocation.start_at, Allocation.end_at).tuples()
    assert store.read(lambda: set(rows)) == {(TEN, TEN + 2700)}
    assert (message_kinds(), check_database(store)) == (["confirmed"], [])


def test_nothing_is_taken_where_one_of_them_is_not_free(cast: Cast, store: Store) -> None:
    meeting(cast, "Ben", "Room 1")
    with pytest.raises(JustTaken) as refused:
        meeting(cast, "Ada", "Ben", start=TEN + 1800)

    told = [(one.resource, one.start, one.end) for one in refused.value.conflicts]
    assert told == [("Ben", TEN, TEN + 2700)]
    assert [one for one in refused.value.next_free if one < TEN + 2700] == []
    assert Booking.select().count() == 1


def test_second_room_of_the_pool_is_taken_where_the_first_is_not_free(cast: Cast) -> None:
    meeting(cast, "Ada", "rooms")
    assert names_of(meeting(cast, "Ben", "rooms")) == ["Ben", "Room 2"]
    with pytest.raises(JustTaken):
        meeting(cast, "Carla", "rooms")


def test_two_meetings_that_share_one_person_at_once_give_one(cast: Cast, store: Store) -> None:
    for number in range(3):
        start = TEN + number * HOUR
        answers = twice(
            store,
            partial(meeting, cast, "Ada", "Carla", "Room 1", start=start),
            partial(meeting, cast, "Ben", "Carla", "Room 2", start=start),
        )
        assert sorted(isinstance(one, Refusal) for one in answers) == [False, True]
        assert [type(one) for one in answers if isinstance(one, Refusal)] == [JustTaken]
    assert (Allocation.select().count(), check_database(store)) == (9, [])


def test_move_takes_all_along_and_waits_for_none(cast: Cast, store: Store) -> None:
    mine = meeting(cast, "Ada", "Ben", "Room 1")
    meeting(cast, "Carla", "Room 1", start=ELEVEN)
    with pytest.raises(JustTaken):
        move(system(cast), MoveRequest(mine.public_id, ELEVEN))
    free = find_slots(
        system(cast), cast.ids["Consultation"], cast.ids["Centre"], TEN, TEN + 2 * HOUR, ignore_booking=mine.public_id
    )
    assert [(one - TEN) // 60 for one in free] == [0, 15, 105]
    assert cast.ids["Room 1"] in find_destinations(system(cast), mine.public_id, TEN, ELEVEN).starts

    moved = move(system(cast), MoveRequest(mine.public_id, TEN + 2 * HOUR))
    assert (names_of(moved), check_database(store)) == (["Ada", "Ben", "Room 1"], [])


def test_extras_stay_where_only_the_services_own_person_changes(cast: Cast, store: Store) -> None:
    mine = meeting(cast, "Ada", "Room 1")
    moved = move(system(cast), MoveRequest(mine.public_id, ELEVEN, provider=cast.ids["Carla"]))
    assert (names_of(moved), check_database(store)) == (["Carla", "Room 1"], [])


def test_wished_move_that_waits_for_approval_holds_the_extras_too(cast: Cast, store: Store) -> None:
    mine = meeting(cast, "Ada", "Room 1")
    store.write(Service.update(needs_approval=True, changed_at=NOW).execute)
    store.write(store.bump_catalog)
    wished = move(staff(cast, ReadyMade.FRONT_DESK), MoveRequest(mine.public_id, ELEVEN))
    assert wished.change is not None
    with pytest.raises(JustTaken):
        book(system(cast), wish(cast, ELEVEN, together=together(cast, "Room 1")))

    approved = approve(system(cast), mine.public_id)
    assert (approved.start, names_of(approved), check_database(store)) == (ELEVEN, ["Ada", "Room 1"], [])


def test_cancelled_meeting_gives_all_back(cast: Cast, store: Store) -> None:
    cancel(system(cast), meeting(cast, "Ada", "Ben", "Room 1").public_id)
    assert names_of(meeting(cast, "Ada", "Ben", "Room 1")) == ["Ada", "Ben", "Room 1"]
    assert check_database(store) == []


def test_series_takes_the_extras_each_time(cast: Cast, store: Store) -> None:
    first = wish(cast, together=together(cast, "Ada", "Room 1"))
    found = book_series(system(cast), SeriesRequest(first, "FREQ=DAILY;COUNT=3"))
    assert [names_of(one.booking) for one in found.occurrences if one.booking] == [["Ada", "Room 1"]] * 3
    assert check_database(store) == []


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("Hall",), "Hall belongs to North and cannot be used at Centre; "
         "please choose another one or leave it out."),
        (("Ada", *(f"nobody {number}" for number in range(12))), "Please choose at most 12 at once."),
    ],
)  # fmt: skip
def test_what_cannot_come_together_is_refused_in_words(cast: Cast, names: tuple[str, ...], problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        meeting(cast, *names)
    assert (refused.value.field, refused.value.problem) == ("together", problem)


def test_group_sessions_and_unknown_ids_are_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="has seats for several"):
        book(system(cast), wish(cast, service="Class", together=together(cast, "Ada")))
    with pytest.raises(NotFound):
        meeting(cast, "nobody")


def test_pool_of_which_nothing_can_be_used_is_refused(cast: Cast, store: Store) -> None:
    store.write(lambda: Pool.create(name="Nothing", public_id=new_public_id(), created_at=NOW, changed_at=NOW))
    store.write(store.bump_catalog)
    empty = Pool.get(Pool.name == "Nothing").public_id
    with pytest.raises(InvalidInput, match="Nothing cannot be used at Centre now"):
        meeting(cast, empty)


def test_nobody_takes_a_time_that_is_not_theirs_to_book(cast: Cast, store: Store) -> None:
    request = wish(cast, together=together(cast, "Ada", "Ben"))
    for context in (visitor(cast), staff(cast, ReadyMade.PROVIDER, cast.rows["Ada"])):
        with pytest.raises(NotAllowed):
            book(context, request)

    scope = Scope(ScopeKind.POOL, None, frozenset([cast.rows["Ada"], cast.rows["Room 2"]]), "some")
    part = Context(store, Actor(ActorKind.USER, "Somebody", grants=(granted(ReadyMade.FRONT_DESK, scope),)), NOW)
    with pytest.raises(NotAllowed):
        book(part, request)
    assert names_of(book(part, replace(request, together=together(cast, "Ada", "rooms")))) == ["Ada", "Room 2"]


def test_check_tells_of_extras_that_are_missing(cast: Cast, store: Store) -> None:
    mine = meeting(cast, "Ada", "Room 1")
    store.write(Allocation.delete().where(Allocation.resource == cast.rows["Room 1"]).execute)
    assert check_database(store) == [
        f"Booking {mine.public_id} is confirmed and has 1 of the 2 resources that it needs.",
        f"Booking {mine.public_id} is confirmed and does not take resource {cast.rows['Room 1']}, "
        "with which it was made.",
    ]
