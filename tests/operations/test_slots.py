"""Finding slots and explaining times, on both databases."""

from __future__ import annotations

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, WrongDuration
from app.operations.book import book, hold
from app.operations.change import move
from app.operations.context import Context
from app.operations.requests import HoldRequest, MoveRequest
from app.operations.slots import explain_time, find_slots
from app.storage.store import Store
from app.storage.tables import BusyTime
from tests.cast import HOUR, MONDAY, Cast, one_provider, pool_of
from tests.operations.helpers import BEN, TEN, client, staff, system, visitor, wish

DAY = 86_400


def slots(cast: Cast, start: int, end: int, **changes: object) -> list[int]:
    """Free starts of the cast's service, as a visitor sees them."""
    asked = {"now": None, **changes}
    context = visitor(cast, asked.pop("now"))  # type: ignore[arg-type]
    return find_slots(context, cast.ids["Consultation"], cast.ids["Centre"], start, end, **asked)  # type: ignore[arg-type]


def test_slots_of_a_free_hour_follow_the_slot_interval(store: Store) -> None:
    cast = one_provider(store)
    assert slots(cast, TEN, TEN + HOUR) == [TEN, TEN + 900, TEN + 1800, TEN + 2700]


def test_slots_leave_out_bookings_and_busy_time(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    BusyTime.create(resource=cast.rows["Ada"], start_at=TEN + 2700, end_at=TEN + 2 * HOUR, source="file")
    assert slots(cast, TEN - 1800, TEN + 2 * HOUR) == [TEN - 1800]


def test_slots_of_a_pool_are_free_while_one_member_is(store: Store) -> None:
    cast = pool_of(store, 2)
    book(visitor(cast), wish(cast))
    assert TEN in slots(cast, TEN, TEN + HOUR)
    book(visitor(cast), wish(cast))
    assert TEN not in slots(cast, TEN, TEN + HOUR)


def test_slots_hold_is_in_the_way_until_it_expires(store: Store) -> None:
    cast = one_provider(store)
    hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN))
    assert TEN not in slots(cast, TEN, TEN + HOUR)
    assert TEN in slots(cast, TEN, TEN + HOUR, now=cast.now + 600)


def test_slots_group_session_is_offered_while_it_has_seats(store: Store) -> None:
    cast = one_provider(store, capacity=2)
    book(visitor(cast), wish(cast))
    assert slots(cast, TEN, TEN + 1800) == [TEN]
    assert slots(cast, TEN, TEN + 1800, seats=2) == []


@pytest.mark.parametrize(
    ("start", "end", "changes", "refusal"),
    [
        (TEN, TEN, {}, InvalidInput),
        (MONDAY, MONDAY + 63 * DAY, {}, InvalidInput),
        (TEN, TEN + HOUR, {"duration_minutes": 31}, WrongDuration),
        (TEN, TEN + HOUR, {"provider": "nobody"}, NotFound),
    ],
)
def test_slots_bad_question_is_refused(
    store: Store, start: int, end: int, changes: dict[str, object], refusal: type[Exception]
) -> None:
    cast = one_provider(store)
    with pytest.raises(refusal):
        slots(cast, start, end, **changes)


def test_explain_names_the_booking_in_the_way(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    told = explain_time(staff(cast, ReadyMade.FRONT_DESK), cast.ids["Consultation"], cast.ids["Centre"], TEN)
    assert not told.free
    assert any("Ada" in reason for reason in told.reasons)
    assert not any("Ada Client" in reason for reason in told.reasons)


def test_explain_free_time_is_free(store: Store) -> None:
    cast = one_provider(store)
    assert explain_time(staff(cast, ReadyMade.FRONT_DESK), cast.ids["Consultation"], cast.ids["Centre"], TEN).free


def test_explain_tells_a_reached_limit(store: Store) -> None:
    cast = one_provider(store, limit_per_day=1)
    book(visitor(cast), wish(cast))
    told = explain_time(staff(cast, ReadyMade.FRONT_DESK), cast.ids["Consultation"], cast.ids["Centre"], TEN + HOUR)
    assert [one.code for one in told.refusals] == ["limit_reached"]


def test_explain_is_for_staff(store: Store) -> None:
    cast = one_provider(store)
    with pytest.raises(NotAllowed):
        explain_time(visitor(cast), cast.ids["Consultation"], cast.ids["Centre"], TEN)


def test_slots_full_session_of_one_provider_leaves_the_other(store: Store) -> None:
    cast = pool_of(store, 2, capacity=2)
    book(visitor(cast), wish(cast, provider=cast.ids["Provider 0"], seats=2))
    assert slots(cast, TEN, TEN + 1, provider=cast.ids["Provider 0"]) == []
    assert slots(cast, TEN, TEN + 1) == [TEN]


def test_explain_tells_whose_buffer_is_in_the_way(store: Store) -> None:
    cast = one_provider(store, buffer_after_minutes=10)
    book(visitor(cast), wish(cast))
    told = explain_time(staff(cast, ReadyMade.FRONT_DESK), cast.ids["Consultation"], cast.ids["Centre"], TEN + 1800)
    assert "buffer" in told.reasons[0]


@pytest.mark.parametrize(("limit", "free"), [("limit_per_day", TEN + DAY), ("limit_per_week", TEN + 7 * DAY)])
def test_slots_leave_out_days_and_weeks_whose_limit_is_reached(store: Store, limit: str, free: int) -> None:
    cast = one_provider(store, **{limit: 1})
    assert slots(cast, TEN + HOUR, TEN + HOUR + 60) == [TEN + HOUR]
    mine = book(visitor(cast), wish(cast))
    assert slots(cast, MONDAY, MONDAY + 14 * DAY)[0] == free - 2 * HOUR
    own = find_slots(client(cast, mine.public_id), cast.ids["Consultation"], cast.ids["Centre"], TEN + HOUR, TEN + DAY)
    assert own[0] == TEN + HOUR


def test_slots_count_a_wished_new_time_once_for_the_limit(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, limit_per_day=2)
    mine = book(system(cast), wish(cast))
    move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN + 2 * HOUR))
    assert TEN + HOUR in slots(cast, MONDAY, MONDAY + DAY)
    book(system(cast), wish(cast, TEN + HOUR))
    assert slots(cast, MONDAY, MONDAY + DAY) == []


def own_slots(context: Context, cast: Cast, booking: str, seats: int = 1) -> list[int]:
    """Free starts from half past nine to half past ten for a booking that moves."""
    names, bounds = (cast.ids["Consultation"], cast.ids["Centre"]), (TEN - 1800, TEN + 1801)
    return find_slots(context, *names, *bounds, seats=seats, ignore_booking=booking)


def test_slots_moved_booking_is_not_in_its_own_way(store: Store) -> None:
    cast = one_provider(store, buffer_after_minutes=10)
    mine = book(visitor(cast), wish(cast)).public_id
    every = [TEN - 1800 + 900 * number for number in range(5)]
    desk = staff(cast, ReadyMade.FRONT_DESK)
    assert own_slots(desk, cast, mine) == every
    assert find_slots(client(cast, mine), cast.ids["Consultation"], cast.ids["Centre"], TEN, TEN + 60) == [TEN]
    book(visitor(cast), wish(cast, TEN + HOUR, client=BEN))
    assert own_slots(desk, cast, mine) == every[:4]


def test_slots_moved_booking_counts_its_own_seats_as_free(store: Store) -> None:
    cast = one_provider(store, capacity=3)
    mine = book(visitor(cast), wish(cast, seats=2)).public_id
    desk = staff(cast, ReadyMade.FRONT_DESK)
    assert own_slots(desk, cast, mine, seats=2) == [TEN - 1800 + 900 * number for number in range(5)]
    book(visitor(cast), wish(cast, client=BEN))
    assert own_slots(desk, cast, mine, seats=2) == [TEN - 1800, TEN, TEN + 1800]
    assert slots(cast, TEN, TEN + 1, seats=2) == []
    assert move(desk, MoveRequest(mine, TEN)).start == TEN


def test_slots_group_booking_that_only_asks_keeps_its_own_seats(store: Store) -> None:
    cast = one_provider(store, capacity=3, needs_approval=True)
    mine = book(system(cast), wish(cast, seats=2)).public_id
    assert own_slots(client(cast, mine), cast, mine, seats=2) == [TEN - 1800, TEN + 1800]
    assert len(own_slots(system(cast), cast, mine, seats=2)) == 5


def test_slots_of_a_booking_that_is_not_there_are_everybodys(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    assert own_slots(system(cast), cast, "gone") == [TEN - 1800, TEN + 1800]
