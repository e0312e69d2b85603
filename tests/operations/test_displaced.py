"""Bookings that time off hits: who is told of them, who else is free, and giving them away, one or all."""

from __future__ import annotations

import pytest

from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import JustTaken, NotAllowed, ResourceAway, StaleVersion
from app.operations.book import book
from app.operations.change import cancel
from app.operations.displaced import MOST, count_displaced, find_displaced, give, give_all
from app.operations.setup.time_off import TimeOffDraft, save_time_off
from app.storage.audit_tables import AuditEntry
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, Resource
from tests.cast import HOUR, Cast, Need, pool_of
from tests.operations.helpers import ADA, BEN, TEN, holding, message_kinds, staff, system, visitor, wish
from tests.operations.test_twice_at_once import twice
from tests.web.staff_cast import counted

DAY = 86_400
AWAY = "Provider 0"


def away(cast: Cast, start: int = TEN - HOUR, end: int = TEN + 4 * HOUR, who: str = AWAY) -> str:
    """Time off of somebody; returns its public id."""
    return save_time_off(system(cast), TimeOffDraft(cast.ids[who], start, end, "Ill"))


def booked(cast: Cast, start: int = TEN, who: str = AWAY) -> str:
    """A booking with somebody; returns its public id."""
    return book(system(cast), wish(cast, start, provider=cast.ids[who])).public_id


def givers() -> list[str]:
    """Who has each booking now, in the order of the bookings."""
    rows = Allocation.select(Allocation, Resource).join(Resource).where(Allocation.active)
    return [row.resource.name for row in rows.order_by(Allocation.booking)]


def test_booking_hit_is_listed_with_those_who_are_free_then(store: Store) -> None:
    cast = pool_of(store, 4)
    first, _taken, later = booked(cast), booked(cast, who="Provider 2"), booked(cast, TEN + 5 * HOUR)
    off = away(cast)
    found = find_displaced(system(cast), off).bookings
    assert [one.booking.public_id for one in found] == [first]
    assert [one.name for one in found[0].others] == ["Provider 1", "Provider 3"]
    assert later not in [one.booking.public_id for one in found]
    assert count_displaced(system(cast), [off]) == {off: 1}


def test_booking_whose_buffer_alone_reaches_into_time_off_is_hit_as_it_could_not_be_made(store: Store) -> None:
    cast = pool_of(store, 2, buffer_after_minutes=15)
    mine = booked(cast, TEN - HOUR - HOUR // 2)
    assert [one.booking.public_id for one in find_displaced(system(cast), away(cast)).bookings] == [mine]


def test_bookings_cancelled_or_over_are_not_hit(store: Store) -> None:
    cast = pool_of(store, 2)
    off = away(cast)
    cancel(system(cast), booked_before(cast, off))
    assert (find_displaced(system(cast), off).bookings, count_displaced(system(cast), [off])) == ((), {})
    assert count_displaced(system(cast, TEN + HOUR), [off]) == {}


def booked_before(cast: Cast, off: str) -> str:
    """A booking that is made outside of the rules while the provider is away."""
    request = wish(cast, provider=cast.ids[AWAY], override=True, override_reason="Agreed by phone")
    mine = book(system(cast), request).public_id
    assert count_displaced(system(cast), [off]) == {off: 1}
    return mine


def test_time_off_that_hits_nothing_or_is_not_there_counts_nothing(store: Store) -> None:
    cast = pool_of(store, 2)
    assert count_displaced(system(cast), [away(cast), "nothing"]) == {}
    assert count_displaced(system(cast), []) == {}


def test_booking_given_to_another_keeps_its_time_is_told_and_mailed(store: Store) -> None:
    cast = pool_of(store, 2)
    mine, off = booked(cast), away(cast)
    given = give(system(cast), mine, cast.ids["Provider 1"], version=1)
    assert (given.start, [one.name for one in given.resources]) == (TEN, ["Provider 1"])
    assert message_kinds() == ["confirmed", "moved"]
    assert AuditEntry.select().where(AuditEntry.action == "moved").count() == 1
    assert (find_displaced(system(cast), off).bookings, check_database(store)) == ((), [])


def test_booking_keeps_its_room_when_another_person_gives_it(store: Store) -> None:
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        people, rooms = cast.resources([AWAY, "Provider 1"]), cast.resources(["Red room", "Blue room"], "room")
        cast.service("Consultation", [Need(people), Need(rooms)], ["Centre"])
        store.bump_catalog()

    store.write(fill)
    mine = book(system(cast), wish(cast, provider=cast.ids[AWAY])).public_id
    (room,) = [row.resource.name for row in Allocation.select() if row.resource.kind == "room"]
    assert give_all(system(cast), away(cast)).given == 1
    taken = {row.resource.name for row in Allocation.select().where(Allocation.active)}
    assert (taken, Booking.get().public_id) == ({"Provider 1", room}, mine)


def test_all_bookings_are_given_evenly(store: Store) -> None:
    cast = pool_of(store, 3)
    for number in range(4):
        booked(cast, TEN + number * HOUR // 2)
    given = give_all(system(cast), away(cast))
    assert (given.given, given.asked, given.refused) == (4, 0, {})
    assert sorted(givers()) == ["Provider 1"] * 2 + ["Provider 2"] * 2
    assert check_database(store) == []


def test_some_bookings_are_given_and_those_that_nobody_is_free_for_stay(store: Store) -> None:
    cast = pool_of(store, 2)
    booked(cast), booked(cast, TEN + HOUR), booked(cast, TEN, "Provider 1")
    off = away(cast)
    assert give_all(system(cast), off).given == 1
    left = find_displaced(system(cast), off).bookings
    assert [(one.booking.start, one.others, one.may_move) for one in left] == [(TEN, (), True)]
    assert give_all(system(cast), off).given == 0


def test_booking_given_to_somebody_taken_away_or_after_an_edit_is_refused(store: Store) -> None:
    cast = pool_of(store, 3)
    mine, _other = booked(cast), booked(cast, TEN, "Provider 1")
    away(cast), away(cast, who="Provider 2")
    with pytest.raises(JustTaken):
        give(system(cast), mine, cast.ids["Provider 1"])
    with pytest.raises(ResourceAway):
        give(system(cast), mine, cast.ids["Provider 2"])
    with pytest.raises(StaleVersion):
        give(system(cast), mine, cast.ids["Provider 1"], version=7)
    assert givers() == [AWAY, "Provider 1"]


def test_form_sent_twice_gives_once(store: Store) -> None:
    cast = pool_of(store, 2)
    mine = booked(cast)
    first, again = (give(system(cast), mine, cast.ids["Provider 1"], 1, key="form") for _ in range(2))
    assert (first, message_kinds()) == (again, ["confirmed", "moved"])


def test_two_who_give_all_at_once_give_each_booking_once(store: Store) -> None:
    cast = pool_of(store, 3)
    for number in range(3):
        booked(cast, TEN + number * HOUR)
    off = away(cast)
    twice(store, *[lambda: give_all(system(cast), off)] * 2)
    assert AWAY not in givers()
    assert (message_kinds().count("moved"), check_database(store)) == (3, [])


def test_booking_that_has_to_be_approved_asks_and_is_not_asked_for_again(store: Store) -> None:
    cast = pool_of(store, 2, needs_approval=True)
    booked(cast)
    off, desk = away(cast), holding(cast, *DESK)
    given = give_all(desk, off)
    assert (given.given, given.asked, given.refused) == (0, 1, {})
    assert give_all(desk, off).asked == 0
    assert count_displaced(desk, [off]) == {off: 1}


DESK = (
    *(Permission.MANAGE_HOURS, Permission.MOVE, Permission.SEE_BUSY, Permission.SEE_TITLES, Permission.SEE_DETAILS),
    Permission.BOOK_FOR_OTHERS,
)


def test_who_may_not_move_is_told_but_offered_nothing_and_gives_nothing(store: Store) -> None:
    cast = pool_of(store, 2)
    booked(cast)
    off = away(cast)
    context = holding(cast, Permission.MANAGE_HOURS, Permission.SEE_BUSY)
    (found,) = find_displaced(context, off).bookings
    assert (found.booking.service_name, found.others, found.may_move) == ("Busy", (), False)
    assert give_all(context, off).given == 0


def test_who_may_see_no_calendar_is_told_of_none(store: Store) -> None:
    cast = pool_of(store, 2)
    booked(cast)
    off, context = away(cast), holding(cast, Permission.MANAGE_HOURS)
    assert (find_displaced(context, off).bookings, count_displaced(context, [off])) == ((), {})


def test_who_may_not_manage_time_off_sees_no_bookings_by_it(store: Store) -> None:
    cast = pool_of(store, 2)
    mine = booked(cast)
    off = away(cast)
    with pytest.raises(NotAllowed):
        find_displaced(staff(cast, ReadyMade.FRONT_DESK), off)
    with pytest.raises(NotAllowed):
        give(staff(cast, ReadyMade.VIEWER), mine, cast.ids["Provider 1"])


def test_group_session_is_given_booking_by_booking_and_meets_again(store: Store) -> None:
    cast = pool_of(store, 2, capacity=5)
    for client in (ADA, BEN):
        book(visitor(cast), wish(cast, client=client, provider=cast.ids[AWAY]))
    off = away(cast)
    assert count_displaced(system(cast), [off]) == {off: 2}
    assert give_all(system(cast), off).given == 2
    assert (givers(), len({row.session_id for row in Booking.select()})) == (["Provider 1"], 1)
    assert check_database(store) == []


def test_bookings_hit_are_found_by_as_many_queries_whatever_their_number(store: Store) -> None:
    cast = pool_of(store, 3)
    off = away(cast, end=TEN + 40 * DAY)
    numbers = []
    for more in (range(1), range(1, 12)):
        for number in more:
            request = wish(cast, TEN + number * DAY, provider=cast.ids[AWAY], override=True, override_reason="Test")
            book(system(cast), request)
        with counted(store) as sent:
            find_displaced(system(cast), off)
            count_displaced(system(cast), [off])
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]
    assert len(find_displaced(system(cast), off).bookings) == 12 < MOST
