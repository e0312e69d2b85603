"""What nobody checks in to in time is given back, and nothing else."""

from __future__ import annotations

import json
from functools import partial

import pytest

from app.access.permissions import ReadyMade
from app.booking.doors import GAP_SECONDS
from app.booking.refusals import InvalidInput, NotAllowed
from app.operations.book import book
from app.operations.change import move
from app.operations.context import Context
from app.operations.doors import check_in_at_door, note_shown, open_door
from app.operations.presence import check_in, release_unclaimed
from app.operations.requests import MoveRequest, WaitingRequest
from app.operations.setup.doors import DoorDraft, renew_door, save_door
from app.operations.waiting import join_waiting_list
from app.storage.audit_tables import AuditEntry
from app.storage.check import check_database
from app.storage.door_tables import Door
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, OutboxMessage, WaitingEntry
from tests.cast import HOUR, Cast, Need
from tests.operations.helpers import BEN, TEN, client, message_kinds, staff, system, visitor, wish
from tests.operations.test_twice_at_once import twice

MINUTE = 60
WAITS = 10
LIMIT = TEN + WAITS * MINUTE


@pytest.fixture
def cast(store: Store) -> Cast:
    """A room whose bookings of an hour are released after ten minutes, with a buffer after each."""
    made = Cast(store)

    def fill() -> None:
        made.location("Centre")
        room = made.resource("Room", "room", "Centre")
        made.service("Consultation", [Need([room])], ["Centre"], durations=[60, 15], buffer_after_minutes=15)
        store.bump_catalog()

    store.write(fill)
    save_door(system(made), made.ids["Room"], DoorDraft(release_after_minutes=WAITS))
    shown(made, made.now, TEN + 24 * HOUR)
    return made


def shown(cast: Cast, since: int, until: int) -> None:
    """Let the page beside the room have been shown all this time."""
    cast.store.write(Door.update(shown_since=since, shown_at=until).execute)


def booked(cast: Cast, start: int = TEN, duration_minutes: int | None = None) -> str:
    """A booking of Ada Client, made by the client."""
    return book(visitor(cast), wish(cast, start, duration_minutes=duration_minutes)).public_id


def test_release_comes_exactly_at_the_limit(cast: Cast) -> None:
    mine = booked(cast)
    assert (release_unclaimed(system(cast, LIMIT - 1)), release_unclaimed(system(cast, LIMIT + 5))) == (0, 1)
    row = Booking.get()
    assert (row.status, row.end_at, Allocation.get().end_at) == ("no_show", LIMIT, LIMIT)
    assert release_unclaimed(system(cast, LIMIT + 20)) == 0
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.actor, entry.action, entry.object) == ("system", "released", mine)
    assert json.loads(entry.before) == {"status": "confirmed", "end": TEN + HOUR}
    letter = json.loads(OutboxMessage.select().order_by(OutboxMessage.id.desc()).get().payload)
    assert (message_kinds(), letter["end"]) == (["confirmed", "released"], TEN + HOUR)
    assert check_database(cast.store) == []
    assert book(system(cast, LIMIT + 20), wish(cast, LIMIT + MINUTE, client=BEN)).status == "confirmed"


def test_check_in_just_before_the_limit_keeps_the_booking(cast: Cast) -> None:
    mine = booked(cast)
    assert check_in(staff(cast, ReadyMade.FRONT_DESK, now=LIMIT - 1), mine).checked_in_at == LIMIT - 1
    assert (release_unclaimed(system(cast, LIMIT)), Booking.get().status) == (0, "confirmed")


def test_freed_time_is_offered_to_who_waits(cast: Cast) -> None:
    booked(cast)
    wished = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN, TEN + HOUR, 15)
    join_waiting_list(visitor(cast), wished)
    release_unclaimed(system(cast, LIMIT))
    entry = WaitingEntry.get()
    assert (entry.status, entry.offered_booking.start_at) == ("offered", TEN + 15 * MINUTE)
    assert message_kinds()[-2:] == ["slot_offered", "released"]


def test_only_what_somebody_had_to_check_in_to_is_released(cast: Cast) -> None:
    desk = staff(cast, ReadyMade.FRONT_DESK, now=TEN + 5 * MINUTE)
    book(desk, wish(cast, TEN, duration_minutes=15))  # made after its start
    booked(cast, TEN + HOUR, duration_minutes=15)
    at_eleven = TEN + HOUR + WAITS * MINUTE
    save_door(system(cast, TEN + HOUR + MINUTE), cast.ids["Room"], DoorDraft(release_after_minutes=5))
    assert [release_unclaimed(system(cast, now)) for now in (LIMIT, at_eleven)] == [0, 0]  # began before the change
    booked(cast, TEN + 3 * HOUR, duration_minutes=15)
    renew_door(system(cast, TEN + 3 * HOUR + MINUTE), cast.ids["Room"])  # the tablet has no address yet
    shown(cast, cast.now, TEN + 24 * HOUR)
    assert release_unclaimed(system(cast, TEN + 3 * HOUR + 8 * MINUTE)) == 0
    booked(cast, TEN + 5 * HOUR, duration_minutes=15)
    assert release_unclaimed(system(cast, TEN + 5 * HOUR + 15 * MINUTE)) == 0  # over: nothing to give back
    save_door(system(cast), cast.ids["Room"], DoorDraft())
    assert release_unclaimed(system(cast, TEN + 5 * HOUR + 10 * MINUTE)) == 0  # switched off
    assert {row.status for row in Booking.select()} == {"confirmed"}


@pytest.mark.parametrize(
    ("since", "until", "released"),
    [
        (TEN, LIMIT - GAP_SECONDS, 1),
        (TEN, LIMIT - GAP_SECONDS - 1, 0),  # it went dark before the time to check in was over
        (TEN + 1, LIMIT, 0),  # it came back only after the start, as after an outage
        (0, 0, 0),  # never, or not since the installation came from an archive
    ],
)
def test_nothing_is_released_that_nobody_could_check_in_to(cast: Cast, since: int, until: int, released: int) -> None:
    booked(cast)
    shown(cast, since, until)
    assert release_unclaimed(system(cast, LIMIT + 20 * MINUTE)) == released


def test_page_that_is_fetched_notes_since_when_it_is_shown(cast: Cast) -> None:
    public_id = renew_door(system(cast), cast.ids["Room"]).public_id
    for fetched, noted in ((0, (0, 0)), (59, (0, 0)), (60, (0, 60)), (240, (0, 240)), (421, (421, 421))):
        context = visitor(cast, TEN + fetched)
        note_shown(context, open_door(context, public_id))
        row = Door.get()
        assert (row.shown_since - TEN, row.shown_at - TEN) == noted


def test_move_to_a_time_that_has_begun_tells_that_somebody_is_there(cast: Cast) -> None:
    mine = booked(cast, TEN + 2 * HOUR)
    desk = staff(cast, ReadyMade.FRONT_DESK, now=TEN + 12 * MINUTE)
    move(desk, MoveRequest(mine, TEN))
    assert (release_unclaimed(system(cast, TEN + 13 * MINUTE)), Booking.get().checked_in_at) == (0, desk.now)
    move(desk, MoveRequest(mine, TEN + 3 * HOUR))
    assert Booking.get().checked_in_at is None


def test_two_workers_release_once_and_a_check_in_at_once_wins_or_loses(cast: Cast) -> None:
    door = open_door(system(cast), save_door(system(cast), cast.ids["Room"], DoorDraft(None, False, WAITS)).public_id)
    for number in range(4):
        start = TEN + number * 90 * MINUTE
        mine = booked(cast, start)
        context = visitor(cast, start + WAITS * MINUTE)
        workers = Context(cast.store, system(cast).actor, context.now)
        first, second, came = twice(
            cast.store,
            partial(release_unclaimed, workers),
            partial(release_unclaimed, workers),
            partial(check_in_at_door, context, door, mine),
        )
        row = Booking.get(Booking.public_id == mine)
        released = row.status == "no_show"
        assert released == isinstance(came, InvalidInput) == (row.checked_in_at is None)
        assert {first, second} == {0, int(released)}
        assert [first, second].count(1) == int(released)
    assert check_database(cast.store) == []


def test_client_with_the_link_is_not_at_the_desk(cast: Cast) -> None:
    mine = booked(cast)
    with pytest.raises(NotAllowed):
        check_in(client(cast, mine, TEN), mine)
    with pytest.raises(InvalidInput):
        check_in(staff(cast, ReadyMade.FRONT_DESK, now=TEN - HOUR - 1), mine)
