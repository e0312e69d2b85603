"""Booking and changing series, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, JustTaken, MissingHour, NotAllowed
from app.booking.wall_clock import earliest, local
from app.operations.book import book
from app.operations.change import cancel, move
from app.operations.requests import MoveRequest, OnConflict, Reach, SeriesRequest
from app.operations.series import book_series
from app.operations.views import SeriesResult
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, Series
from tests.cast import HOUR, Cast, Need, one_provider
from tests.operations.helpers import BEN, TEN, message_kinds, staff, system, visitor, wish

DAY = 86_400
WEEK = 7 * DAY
BERLIN = "Europe/Berlin"


def in_berlin(store: Store) -> Cast:
    """A place that is always open and whose clocks change."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre", BERLIN, hours=None)
        provider = cast.resource("Ada", tzid=BERLIN)
        cast.service("Consultation", [Need([provider])], ["Centre"], booking_window_days=1000)
        store.bump_catalog()

    store.write(fill)
    return cast


def weekly(cast: Cast, count: int = 4, **changes: object) -> SeriesRequest:
    """Ada's four Mondays at ten."""
    request = SeriesRequest(wish(cast), f"FREQ=WEEKLY;COUNT={count}")
    return replace(request, **changes)  # type: ignore[arg-type]


def starts(result: SeriesResult) -> list[int | None]:
    """The starts that were booked, None for occurrences that were not."""
    return [None if one.booking is None else one.booking.start for one in result.occurrences]


def test_series_free_books_every_occurrence_with_one_message(store: Store) -> None:
    cast = one_provider(store)
    result = book_series(system(cast), weekly(cast))
    assert starts(result) == [TEN, TEN + WEEK, TEN + 2 * WEEK, TEN + 3 * WEEK]
    assert message_kinds() == ["series_booked"]
    assert check_database(store) == []


def test_series_keeps_local_time_across_clock_change(store: Store) -> None:
    cast = in_berlin(store)
    first = earliest(date(2030, 3, 28), 9 * 60, BERLIN)
    result = book_series(system(cast), SeriesRequest(wish(cast, first), "FREQ=WEEKLY;COUNT=2"))
    times = [local(start, BERLIN).strftime("%m-%d %H:%M") for start in starts(result) if start is not None]
    assert times == ["03-28 09:00", "04-04 09:00"]


def test_series_with_conflict_books_nothing_and_says_which(store: Store) -> None:
    cast = one_provider(store)
    book(system(cast), wish(cast, TEN + WEEK, client=BEN))
    result = book_series(system(cast), weekly(cast))
    assert (result.series, [one.number for one in result.occurrences if one.refusal]) == (None, [1])
    assert isinstance(result.occurrences[1].refusal, JustTaken)
    assert result.occurrences[1].suggestion == TEN + WEEK - 1800
    assert (Booking.select().count(), Series.select().count()) == (1, 0)


def test_series_book_rest_leaves_conflicts_out(store: Store) -> None:
    cast = one_provider(store)
    book(system(cast), wish(cast, TEN + WEEK, client=BEN))
    result = book_series(system(cast), weekly(cast, on_conflict=OnConflict.BOOK_REST))
    assert starts(result) == [TEN, None, TEN + 2 * WEEK, TEN + 3 * WEEK]


def test_series_move_conflicts_takes_nearest_time_of_the_day(store: Store) -> None:
    cast = one_provider(store)
    book(system(cast), wish(cast, TEN + WEEK, client=BEN))
    result = book_series(system(cast), weekly(cast, on_conflict=OnConflict.MOVE_CONFLICTS))
    assert starts(result) == [TEN, TEN + WEEK - 1800, TEN + 2 * WEEK, TEN + 3 * WEEK]


def test_series_missing_hour_is_a_conflict_with_next_possible(store: Store) -> None:
    cast = in_berlin(store)
    first = earliest(date(2030, 3, 30), 150, BERLIN)
    result = book_series(system(cast), SeriesRequest(wish(cast, first), "FREQ=DAILY;COUNT=2"))
    refusal = result.occurrences[1].refusal
    assert isinstance(refusal, MissingHour)
    assert refusal.next_possible == earliest(date(2030, 3, 31), 180, BERLIN)


def test_series_same_key_twice_books_once(store: Store) -> None:
    cast = one_provider(store)
    request = weekly(cast, first=wish(cast, key="series-1"))
    assert starts(book_series(system(cast), request)) == starts(book_series(system(cast), request))
    assert Booking.select().count() == 4


def test_series_with_wrong_rule_is_refused_beside_the_field(store: Store) -> None:
    cast = one_provider(store)
    with pytest.raises(InvalidInput) as refusal:
        book_series(system(cast), weekly(cast, rule="FREQ=HOURLY;COUNT=3"))
    assert refusal.value.field == "rule"


def test_series_by_visitor_is_not_allowed(store: Store) -> None:
    cast = one_provider(store)
    with pytest.raises(NotAllowed):
        book_series(visitor(cast), weekly(cast))


def booked(cast: Cast) -> list[str]:
    """Public ids of four booked Mondays."""
    result = book_series(system(cast), weekly(cast))
    return [one.booking.public_id for one in result.occurrences if one.booking]


def all_starts() -> list[int]:
    """Starts of everything that is taken."""
    return [row.start_at for row in Allocation.select().where(Allocation.active).order_by(Allocation.start_at)]


@pytest.mark.parametrize(
    ("reach", "moved"),
    [(Reach.ONE, [1]), (Reach.FOLLOWING, [1, 2, 3]), (Reach.ALL, [0, 1, 2, 3])],
)
def test_move_series_reaches_what_was_chosen(store: Store, reach: Reach, moved: list[int]) -> None:
    cast = one_provider(store)
    second = booked(cast)[1]
    move(system(cast), MoveRequest(second, TEN + WEEK + HOUR, reach=reach))
    assert all_starts() == [TEN + n * WEEK + (HOUR if n in moved else 0) for n in range(4)]
    assert check_database(store) == []


def test_move_series_onto_its_own_other_times_is_possible(store: Store) -> None:
    cast = one_provider(store)
    first = booked(cast)[0]
    move(system(cast), MoveRequest(first, TEN + WEEK, reach=Reach.ALL))
    assert all_starts() == [TEN + n * WEEK for n in range(1, 5)]


def test_move_series_with_conflict_moves_nothing(store: Store) -> None:
    cast = one_provider(store)
    ids = booked(cast)
    book(system(cast), wish(cast, TEN + 2 * WEEK + HOUR, client=BEN))
    with pytest.raises(JustTaken):
        move(system(cast), MoveRequest(ids[0], TEN + HOUR, reach=Reach.ALL))
    assert all_starts() == sorted([*(TEN + n * WEEK for n in range(4)), TEN + 2 * WEEK + HOUR])


def test_cancel_series_following_keeps_the_earlier_ones(store: Store) -> None:
    cast = one_provider(store)
    cancel(system(cast), booked(cast)[2], reach=Reach.FOLLOWING)
    assert all_starts() == [TEN, TEN + WEEK]


def test_series_by_provider_only_with_themselves(store: Store) -> None:
    cast = one_provider(store)
    stranger = staff(cast, ReadyMade.PROVIDER, resource_id=cast.rows["Ada"] + 1000)
    with pytest.raises(NotAllowed):
        book_series(stranger, weekly(cast))
    assert Booking.select().count() == 0
