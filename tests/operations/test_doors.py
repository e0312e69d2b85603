"""The page beside a room: how it is set up, what it tells, and what whoever stands there may do."""

from __future__ import annotations

from functools import partial

import pytest

from app.access.permissions import Permission, ReadyMade
from app.booking.doors import DoorState, Standing
from app.booking.refusals import InvalidInput, InvalidTransition, JustTaken, NotAllowed, NotFound, TooOften
from app.operations.accounts.buckets import source_of
from app.operations.book import book, book_id
from app.operations.change import complete
from app.operations.context import Context
from app.operations.doors import (
    Door,
    DoorEntry,
    book_now,
    check_in_at_door,
    end_now,
    look_at_door,
    open_door,
)
from app.operations.setup.doors import DoorDraft, end_door, get_door, renew_door, save_door
from app.storage.audit_tables import AuditEntry
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, OutboxMessage
from tests.cast import HOUR, Cast, Need
from tests.operations.helpers import TEN, holding, staff, system, visitor, wish
from tests.operations.test_twice_at_once import twice

MINUTE = 60
HALF = 30 * MINUTE


@pytest.fixture
def cast(store: Store) -> Cast:
    """A place with a room that can be used alone, or for a consultation by Ada."""
    made = Cast(store)

    def fill() -> None:
        made.location("Centre")
        room = made.resource("Room", "room", "Centre")
        ada = made.resource("Ada")
        made.service("Consultation", [Need([ada]), Need([room])], ["Centre"])
        made.service("Use", [Need([room])], ["Centre"], durations=[15, 30, 60], visibility="staff")
        store.bump_catalog()

    store.write(fill)
    return made


def door_of(cast: Cast, now: int = TEN, *, with_titles: bool = False) -> tuple[Context, Door]:
    """Somebody at the door of the room, at this moment."""
    setup = save_door(system(cast), cast.ids["Room"], DoorDraft(cast.ids["Use"], with_titles))
    context = visitor(cast, now)
    return context, open_door(context, setup.public_id)


def actions() -> list[tuple[str, str]]:
    """Who did what, as the audit log has it."""
    return [(row.actor, row.action) for row in AuditEntry.select().order_by(AuditEntry.id)]


def test_page_tells_how_the_room_stands_and_never_who_has_it(cast: Cast) -> None:
    book(system(cast), wish(cast, TEN))
    book(system(cast), wish(cast, TEN + 2 * HOUR))
    for with_titles, title in ((False, ""), (True, "Consultation")):
        context, door = door_of(cast, TEN + 10 * MINUTE, with_titles=with_titles)
        view = look_at_door(context, door)
        first, second = (str(row.public_id) for row in Booking.select().order_by(Booking.start_at))
        assert view.standing == Standing(DoorState.TAKEN, TEN + HALF)
        assert view.entries == (
            DoorEntry(TEN, TEN + HALF, title, first, is_awaited=True),
            DoorEntry(TEN + 2 * HOUR, TEN + 2 * HOUR + HALF, title, second),
        )
        assert view.durations == ()


def test_page_offers_what_fits_until_the_next_booking(cast: Cast) -> None:
    book(system(cast), wish(cast, TEN + 45 * MINUTE))
    context, door = door_of(cast, TEN + 59)
    view = look_at_door(context, door)
    assert (view.standing, view.durations) == (Standing(DoorState.FREE, TEN + 45 * MINUTE), (15, 30))
    closed = look_at_door(visitor(cast, TEN + 9 * HOUR), door)
    assert (closed.standing.state, closed.durations, closed.entries) == (DoorState.CLOSED, (), ())


def test_room_is_booked_on_the_spot_and_the_rest_given_back(cast: Cast) -> None:
    context, door = door_of(cast, TEN + 59)
    booking = book_now(context, door, 60)
    row = Booking.get()
    assert (row.start_at, row.end_at, row.status, row.checked_in_at) == (TEN, TEN + HOUR, "confirmed", TEN + 59)
    later = visitor(cast, TEN + 20 * MINUTE + 1)
    assert look_at_door(later, door).entries == (
        DoorEntry(TEN, TEN + HOUR, "", booking, has_checked_in=True, can_end=True),
    )
    end_now(later, door, booking)
    row = Booking.get()
    assert (row.status, row.end_at, Allocation.get().end_at) == ("completed", TEN + 20 * MINUTE, TEN + 20 * MINUTE)
    assert look_at_door(later, door).durations == (15, 30, 60)
    assert actions() == [("system", "made"), ("visitor", "booked"), ("visitor", "completed")]
    assert (OutboxMessage.select().count(), check_database(cast.store)) == (0, [])
    with pytest.raises(NotFound):
        end_now(visitor(cast, TEN + 40 * MINUTE), door, booking)


def test_what_was_not_booked_at_the_door_is_not_ended_there(cast: Cast) -> None:
    mine = book(system(cast), wish(cast, TEN))
    context, door = door_of(cast, TEN + MINUTE)
    with pytest.raises(NotFound):
        end_now(context, door, mine.public_id)
    at_the_door = book_now(visitor(cast, TEN + HOUR), door, 60)
    complete(system(cast, TEN + HOUR + MINUTE), at_the_door)
    with pytest.raises(InvalidTransition):
        end_now(visitor(cast, TEN + HOUR + 2 * MINUTE), door, at_the_door)


def test_two_who_book_the_same_room_at_once_have_it_once(cast: Cast) -> None:
    for number in range(5):
        now = TEN + number * HOUR
        context, door = door_of(cast, now)
        answers = twice(
            cast.store,
            partial(book_now, context, door, 30),
            partial(book_id, system(cast), wish(cast, now)),
        )
        assert sum(isinstance(one, JustTaken) for one in answers) == 1
    assert check_database(cast.store) == []


def test_wrong_duration_and_service_that_changed_are_refused(cast: Cast) -> None:
    context, door = door_of(cast)
    with pytest.raises(InvalidInput, match="durations"):
        book_now(context, door, 45)

    def ask_for_approval() -> None:
        cast.store.run("UPDATE service SET needs_approval = %s WHERE id = %s", (True, cast.rows["Use"]))
        cast.store.bump_catalog()

    cast.store.write(ask_for_approval)
    context = visitor(cast, TEN)
    changed = open_door(context, door.public_id)
    assert (changed.service, look_at_door(context, changed).durations) == (None, ())
    with pytest.raises(InvalidInput, match="any more"):
        book_now(context, changed, 15)


def test_check_in_at_the_door_is_for_bookings_of_this_room_that_are_near(cast: Cast) -> None:
    mine = book(system(cast), wish(cast, TEN)).public_id
    context, door = door_of(cast, TEN - 15 * MINUTE)
    with pytest.raises(InvalidInput):
        check_in_at_door(visitor(cast, TEN - 15 * MINUTE - 1), door, mine)
    check_in_at_door(context, door, mine)
    check_in_at_door(visitor(cast, TEN), door, mine)
    assert Booking.get().checked_in_at == TEN - 15 * MINUTE
    assert actions()[-1] == ("visitor", "checked_in")
    with pytest.raises(NotFound):
        check_in_at_door(context, door, "another")


def test_address_is_renewed_and_ended(cast: Cast) -> None:
    context, door = door_of(cast)
    renewed = renew_door(system(cast), cast.ids["Room"])
    with pytest.raises(NotFound):
        open_door(context, door.public_id)
    assert open_door(context, renewed.public_id).service == door.service
    end_door(system(cast), cast.ids["Room"])
    end_door(system(cast), cast.ids["Room"])
    assert renew_door(system(cast), cast.ids["Room"]).public_id == ""
    with pytest.raises(NotFound):
        open_door(context, renewed.public_id)
    assert [action for _, action in actions()] == ["made", "changed", "removed"]


def test_door_of_a_room_that_is_off_opens_nothing(cast: Cast) -> None:
    context, door = door_of(cast)

    def switch_off() -> None:
        cast.store.run("UPDATE resource SET active = %s WHERE id = %s", (False, cast.rows["Room"]))
        cast.store.bump_catalog()

    cast.store.write(switch_off)
    with pytest.raises(NotFound):
        open_door(visitor(cast, TEN), door.public_id)
    assert context.catalog.resources[cast.rows["Room"]].active


def test_page_gives_nobody_a_right_that_they_lack(cast: Cast) -> None:
    room, manage, look = cast.ids["Room"], Permission.MANAGE_RESOURCES, Permission.SEE_BUSY
    titles, release = DoorDraft(with_titles=True), DoorDraft(release_after_minutes=10)
    needed = ((DoorDraft(), look), (titles, Permission.SEE_TITLES), (release, Permission.CANCEL))
    for draft, right in needed:
        with pytest.raises(NotAllowed):
            save_door(holding(cast, *({manage, look} - {right})), room, draft)
        assert save_door(holding(cast, manage, look, right), room, draft).shows_address
        end_door(holding(cast, manage), room)
    made = save_door(system(cast), room, DoorDraft(None, True, 10))
    assert not get_door(holding(cast, manage, look), room).shows_address
    with pytest.raises(NotAllowed):
        renew_door(holding(cast, manage, look), room)
    assert save_door(holding(cast, manage, look), room, made.draft).draft == made.draft


def test_service_is_booked_at_a_door_only_where_who_sets_it_up_may_book_it(cast: Cast) -> None:
    room, draft = cast.ids["Room"], DoorDraft(cast.ids["Use"])
    sees = holding(cast, Permission.MANAGE_RESOURCES, Permission.SEE_BUSY)
    books = holding(cast, Permission.MANAGE_RESOURCES, Permission.SEE_BUSY, Permission.BOOK_FOR_OTHERS)
    with pytest.raises(InvalidInput) as refused:
        save_door(sees, room, draft)
    said = "To let Use be booked here takes the right “Book for others”."
    assert (refused.value.field, refused.value.problem) == ("service", said)
    assert save_door(books, room, draft).shows_address
    kept = save_door(sees, room, draft)
    assert (kept.draft, kept.shows_address, kept.lacking[-1]) == (draft, False, Permission.BOOK_FOR_OTHERS)
    with pytest.raises(NotAllowed):
        renew_door(sees, room)
    assert renew_door(books, room).shows_address


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (DoorDraft(release_after_minutes=4), "release_after_minutes"),
        (DoorDraft(release_after_minutes=61), "release_after_minutes"),
        (DoorDraft("Consultation"), "service"),
    ],
)
def test_settings_that_cannot_be_are_refused_at_their_field(cast: Cast, draft: DoorDraft, field: str) -> None:
    service = None if draft.service is None else cast.ids[draft.service]
    with pytest.raises(InvalidInput) as refused:
        save_door(system(cast), cast.ids["Room"], DoorDraft(service, False, draft.release_after_minutes))
    assert refused.value.field == field


def test_only_who_manages_rooms_sets_a_door_up_and_people_have_none(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        get_door(staff(cast, ReadyMade.FRONT_DESK), cast.ids["Room"])
    with pytest.raises(InvalidInput):
        get_door(system(cast), cast.ids["Ada"])
    assert [one.name for one in get_door(staff(cast, ReadyMade.MANAGER), cast.ids["Room"]).services] == ["Use"]


def test_use_of_one_door_is_limited(cast: Cast) -> None:
    source = source_of(b"secret", "192.0.2.1")
    context, door = door_of(cast)
    context = Context(cast.store, context.actor, TEN, source)
    booking = book_now(context, door, 60)
    for _ in range(11):
        check_in_at_door(context, door, booking)
    with pytest.raises(TooOften):
        check_in_at_door(context, door, booking)
    assert Booking.select().count() == 1
