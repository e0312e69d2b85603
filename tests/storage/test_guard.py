"""The database itself refuses two active allocations of one resource that overlap."""

from __future__ import annotations

import pytest
from peewee import IntegrityError

from app.booking.refusals import JustTaken
from app.booking.values import Instant
from app.storage import allocations
from app.storage.store import Store
from app.storage.tables import Allocation
from tests.cast import Cast, pool_of
from tests.storage.helpers import HALF, TEN, add_booking, at_once, booked, closing


@pytest.fixture
def cast(store: Store) -> Cast:
    """Two providers."""
    made = pool_of(store, 2)
    made.rows["Ada"], made.rows["Ben"] = made.rows["Provider 0"], made.rows["Provider 1"]
    return made


def intervals() -> list[tuple[Instant, Instant]]:
    return sorted(Allocation.select(Allocation.start_at, Allocation.end_at).tuples())


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (TEN, TEN + HALF),
        (TEN - HALF, TEN + 60),
        (TEN + HALF - 60, TEN + 2 * HALF),
        (TEN - HALF, TEN + 2 * HALF),
        (TEN + 60, TEN + 120),
        (TEN - 10 * 86_400, TEN + 60),
        (TEN - 10 * 86_400, TEN + 10 * 86_400),
    ],
)
def test_guard_overlap_on_insert_is_just_taken(cast: Cast, start: Instant, end: Instant) -> None:
    booked(cast)
    with pytest.raises(JustTaken):
        booked(cast, start, end=end)
    assert intervals() == [(TEN, TEN + HALF)]


@pytest.mark.parametrize("start", [TEN - HALF, TEN + HALF])
def test_guard_touching_intervals_are_fine(cast: Cast, start: Instant) -> None:
    booked(cast)
    booked(cast, start)
    assert len(intervals()) == 2


def test_guard_other_resource_is_fine(cast: Cast) -> None:
    booked(cast)
    booked(cast, resource="Ben")
    assert intervals() == [(TEN, TEN + HALF)] * 2


def test_guard_looks_beneath_later_and_long_allocations(cast: Cast) -> None:
    booked(cast, TEN - 40 * 86_400, end=TEN + HALF)
    booked(cast, TEN + 5 * 86_400)
    with pytest.raises(JustTaken):
        booked(cast)


@pytest.mark.parametrize(
    "change",
    [
        {"start_at": TEN + HALF - 60},
        {"start_at": TEN, "end_at": TEN + HALF},
        {"end_at": TEN + 6 * HALF},
        {"start_at": TEN - HALF},
    ],
)
def test_guard_overlap_on_update_is_just_taken(cast: Cast, change: dict[str, int]) -> None:
    booked(cast)
    moved = booked(cast, TEN + 2 * HALF)
    booked(cast, TEN + 4 * HALF)
    with pytest.raises(JustTaken):
        cast.store.write(lambda: Allocation.update(**change).where(Allocation.booking == moved).execute())
    assert intervals()[1] == (TEN + 2 * HALF, TEN + 3 * HALF)


def test_guard_update_within_its_own_time_is_fine(cast: Cast) -> None:
    row_id = booked(cast)
    change = Allocation.update(start_at=TEN + 60, end_at=TEN + HALF + 60).where(Allocation.booking == row_id)
    cast.store.write(change.execute)
    assert intervals() == [(TEN + 60, TEN + HALF + 60)]


def test_guard_other_resource_taken_on_update_is_just_taken(cast: Cast) -> None:
    row_id = booked(cast)
    booked(cast, resource="Ben")
    change = Allocation.update(resource=cast.rows["Ben"]).where(Allocation.booking == row_id)
    with pytest.raises(JustTaken):
        cast.store.write(change.execute)


def test_guard_inactive_rows_overlap_until_one_is_switched_on(cast: Cast) -> None:
    first = booked(cast)
    cast.store.write(Allocation.update(active=False).where(Allocation.booking == first).execute)
    booked(cast)
    with pytest.raises(JustTaken):
        cast.store.write(Allocation.update(active=True).where(Allocation.booking == first).execute)
    assert Allocation.select().where(Allocation.active).count() == 1


def test_guard_swap_in_one_transaction_is_fine(cast: Cast) -> None:
    ada, first, second = cast.rows["Ada"], booked(cast), booked(cast, TEN + HALF)

    def swap() -> None:
        allocations.release(first)
        allocations.release(second)
        allocations.take([(ada, TEN + HALF, TEN + 2 * HALF)], booking_id=first)
        allocations.take([(ada, TEN, TEN + HALF)], booking_id=second)

    cast.store.write(swap)
    rows = Allocation.select(Allocation.booking, Allocation.start_at).order_by(Allocation.start_at).tuples()
    assert list(rows) == [(second, TEN), (first, TEN + HALF)]


def test_guard_refusal_undoes_the_whole_transaction(cast: Cast) -> None:
    booked(cast, resource="Ben")

    def take_both() -> None:
        row_id = add_booking(cast)
        allocations.take([(cast.rows[name], TEN, TEN + HALF) for name in ("Ada", "Ben")], booking_id=row_id)

    with pytest.raises(JustTaken):
        cast.store.write(take_both)
    assert (len(intervals()), cast.store.rows("SELECT COUNT(*) FROM booking")) == (1, [(1,)])


@pytest.mark.parametrize("end", [TEN, TEN - 60])
def test_allocation_that_ends_before_it_starts_is_refused(cast: Cast, end: Instant) -> None:
    with pytest.raises(IntegrityError):
        booked(cast, TEN, end=end)


def test_allocation_of_nobody_is_refused(cast: Cast) -> None:
    with pytest.raises(IntegrityError):
        cast.store.write(lambda: allocations.take([(cast.rows["Ada"], TEN, TEN + HALF)]))


def test_guard_of_ten_at_once_lets_one_through(cast: Cast) -> None:
    results = at_once(*[closing(cast.store, lambda: booked(cast))] * 10)
    assert sum(isinstance(one, int) for one in results) == 1
    assert [one for one in results if not isinstance(one, int)] == [JustTaken()] * 9
    assert (len(intervals()), cast.store.rows("SELECT COUNT(*) FROM booking")) == (1, [(1,)])
