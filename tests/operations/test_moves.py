"""Moves of what has rules of its own: series with limits, services that changed since, providers, people in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import JustTaken, LimitReached, NotAllowed, NotOfferedHere
from app.operations.approvals.approve import approve
from app.operations.book import book
from app.operations.change import cancel, move
from app.operations.requests import MoveRequest, OnConflict, Reach, SeriesRequest
from app.operations.series import book_series
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Booking, ChangeRequest, Service
from tests.cast import HOUR, NOW, Cast, Need, one_provider, pool_of
from tests.operations.helpers import ADA, BEN, TEN, client, message_kinds, staff, system, visitor, wish

DAY = 86_400


def daily(cast: Cast, count: int = 3, **more: object) -> SeriesRequest:
    """Ada's bookings on several days in a row."""
    return replace(SeriesRequest(wish(cast), f"FREQ=DAILY;COUNT={count}"), **more)  # type: ignore[arg-type]


def series_ids(cast: Cast) -> list[str]:
    """Public ids of a booked daily series."""
    found = book_series(system(cast), daily(cast)).occurrences
    return [one.booking.public_id for one in found if one.booking]


def edit_service(store: Store, **values: object) -> None:
    """Change all services, as their page does."""
    Service.update(**values).execute()
    store.write(store.bump_catalog)


def test_series_with_a_limit_per_day_moves_by_one_day(store: Store) -> None:
    cast = one_provider(store, limit_per_day=1)
    first = series_ids(cast)[0]
    move(system(cast), MoveRequest(first, TEN + DAY, reach=Reach.ALL))
    assert [row.start_at for row in Booking.select().order_by(Booking.start_at)] == [TEN + n * DAY for n in (1, 2, 3)]


def test_series_that_is_moved_over_a_limit_stays(store: Store) -> None:
    cast = one_provider(store, limit_per_day=1)
    first = series_ids(cast)[0]
    book(visitor(cast), wish(cast, TEN + 3 * DAY + HOUR, client=BEN))
    with pytest.raises(LimitReached):
        move(system(cast), MoveRequest(first, TEN + DAY, reach=Reach.ALL))
    assert check_database(store) == []


def test_series_moves_around_an_occurrence_that_is_cancelled(store: Store) -> None:
    cast = one_provider(store)
    first, second, _ = series_ids(cast)
    cancel(system(cast), second)
    move(system(cast), MoveRequest(first, TEN + HOUR, reach=Reach.ALL))
    assert [row.start_at - TEN for row in Booking.select().order_by(Booking.id)] == [HOUR, DAY, 2 * DAY + HOUR]


def test_booking_keeps_a_duration_that_its_service_no_longer_has(store: Store) -> None:
    cast = one_provider(store, durations=[30])
    mine = book(visitor(cast), wish(cast))
    edit_service(store, durations_minutes="[45]")
    moved = move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN + HOUR))
    assert (moved.start, moved.end) == (TEN + HOUR, TEN + HOUR + 1800)


def test_booking_of_a_service_switched_off_is_moved_by_staff_and_cancelled_by_its_client(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    edit_service(store, active=False)
    with pytest.raises(NotOfferedHere):
        move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN + HOUR))
    assert move(staff(cast, ReadyMade.FRONT_DESK), MoveRequest(mine.public_id, TEN + HOUR)).start == TEN + HOUR
    assert cancel(client(cast, mine.public_id), mine.public_id).status == "cancelled"


def test_change_request_is_approved_after_its_service_became_a_group(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    mine = book(system(cast), wish(cast))
    edit_service(store, capacity=3)
    move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN + HOUR))
    assert approve(system(cast), mine.public_id).start == TEN + HOUR
    assert check_database(store) == []


def test_change_request_is_approved_after_its_group_became_single(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, capacity=3)
    mine = book(system(cast), wish(cast))
    edit_service(store, capacity=1)
    move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN + HOUR))
    assert approve(system(cast), mine.public_id).start == TEN + HOUR
    assert check_database(store) == []


def test_provider_cannot_move_a_booking_to_a_colleague(store: Store) -> None:
    cast = pool_of(store, 2)
    mine = book(visitor(cast), wish(cast, provider=cast.ids["Provider 0"]))
    context = staff(cast, ReadyMade.PROVIDER, cast.rows["Provider 0"])
    with pytest.raises(NotAllowed):
        move(context, MoveRequest(mine.public_id, TEN + HOUR, provider=cast.ids["Provider 1"]))


def test_provider_who_is_taken_then_is_told_so_and_nobody_else_named(store: Store) -> None:
    cast = pool_of(store, 2)
    mine = book(visitor(cast), wish(cast, provider=cast.ids["Provider 0"]))
    book(visitor(cast), wish(cast, TEN + HOUR, provider=cast.ids["Provider 0"], client=BEN))
    with pytest.raises(JustTaken) as refused:
        move(staff(cast, ReadyMade.PROVIDER, cast.rows["Provider 0"]), MoveRequest(mine.public_id, TEN + HOUR))
    assert [one.resource for one in refused.value.conflicts] == ["Provider 0"]


def test_refusal_names_only_the_wished_provider_beside_other_requirements(store: Store) -> None:
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        people, rooms = cast.resources(["Cleo", "Dan"]), cast.resources(["Red room", "Blue room"], "room")
        cast.service("Consultation", [Need(people), Need(rooms)], ["Centre"])
        store.bump_catalog()

    store.write(fill)
    for who in (ADA, BEN):
        book(visitor(cast), wish(cast, client=who))
    with pytest.raises(JustTaken) as refused:
        book(system(cast), wish(cast, provider=cast.ids["Cleo"]))
    assert [one.resource for one in refused.value.conflicts] == ["Cleo", "Red room", "Blue room"]


def test_series_whose_moved_occurrence_passes_a_limit_books_the_rest(store: Store) -> None:
    cast = one_provider(store, limit_per_client=2)
    result = book_series(system(cast), daily(cast, on_conflict=OnConflict.MOVE_CONFLICTS))
    assert [one.booking is not None for one in result.occurrences] == [True, True, False]
    assert isinstance(result.occurrences[2].refusal, LimitReached)


def test_refusal_offers_no_time_on_a_day_whose_limit_is_reached(store: Store) -> None:
    cast = one_provider(store, limit_per_day=1)
    book(visitor(cast), wish(cast))
    with pytest.raises(JustTaken) as refused:
        book(visitor(cast), wish(cast, client=BEN))
    assert refused.value.next_free[0] == TEN + DAY - 2 * HOUR


def test_series_that_needs_approval_asks_by_one_message(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    result = book_series(staff(cast, ReadyMade.FRONT_DESK), daily(cast))
    assert [one.booking.status for one in result.occurrences if one.booking] == ["requested"] * 3
    assert message_kinds() == ["series_requested"]
    assert check_database(store) == []


def test_request_waits_no_longer_than_until_it_would_begin_or_what_it_replaces_does(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, request_expiry_minutes=7 * 24 * 60)
    mine = book(visitor(cast), wish(cast))
    approve(system(cast), mine.public_id)
    asked = move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN + HOUR))
    assert (mine.expires_at, ChangeRequest.get().expires_at) == (TEN, TEN)
    assert asked.start > NOW


def test_wished_new_time_counts_for_the_limit_of_its_day(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, limit_per_day=1)
    mine = book(system(cast), wish(cast))
    move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN + DAY))
    with pytest.raises(LimitReached):
        book(system(cast), wish(cast, TEN + DAY + HOUR, client=BEN))
    assert approve(system(cast), mine.public_id).start == TEN + DAY
    assert book(system(cast), wish(cast, TEN + HOUR, client=BEN)).status == "confirmed"
