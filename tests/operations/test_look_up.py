"""What each role sees of bookings, on both databases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import NotAllowed, NotFound
from app.booking.values import Instant
from app.operations.book import book, hold
from app.operations.change import cancel
from app.operations.context import Context
from app.operations.installation.upkeep import release_expired
from app.operations.look_up import bookings_behind, find_clients, get_booking, list_busy_times, list_requests
from app.operations.requests import HoldRequest
from app.operations.views import BookingView
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Allocation, BusyTime
from tests.cast import HOUR, Cast, Need, one_provider, pool_of
from tests.operations.helpers import ADA, BEN, TEN, client, staff, system, visitor, wish

DAY = 86_400


def bookings_of(
    context: Context, start: Instant, end: Instant, resources: Sequence[int] | None = None
) -> list[BookingView]:
    """The bookings that a calendar of these resources (row ids; None: all) shows."""
    ids = list(context.catalog.resources) if resources is None else resources
    return bookings_behind(context, list_busy_times(context, start, end, ids), start, end)


def test_booking_by_its_link_shows_the_client_everything(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast, comment="by bike"))
    seen = get_booking(client(cast, mine.public_id), mine.public_id)
    assert (seen.client_email, seen.comment, seen.service_name) == ("ada@example.org", "by bike", "Consultation")


def test_booking_by_another_link_is_not_found(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    other = book(visitor(cast), wish(cast, TEN + HOUR, client=BEN))
    with pytest.raises(NotFound):
        get_booking(client(cast, other.public_id), mine.public_id)


@pytest.mark.parametrize(
    ("role", "service", "email"),
    [
        (ReadyMade.ADMINISTRATOR, "Consultation", "ada@example.org"),
        (ReadyMade.FRONT_DESK, "Consultation", "ada@example.org"),
        (ReadyMade.PROVIDER, "Busy", ""),
        (ReadyMade.VIEWER, "Busy", ""),
    ],
)
def test_booking_shows_a_role_what_it_may_see(store: Store, role: ReadyMade, service: str, email: str) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast, comment="secret"))
    seen = bookings_of(staff(cast, role), TEN, TEN + HOUR)[0]
    assert (seen.service_name, seen.client_email) == (service, email)
    assert ("secret" in seen.comment) == (service != "Busy")


def test_booking_of_own_shows_the_provider_its_client(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    seen = bookings_of(staff(cast, ReadyMade.PROVIDER, cast.rows["Ada"]), TEN, TEN + HOUR)[0]
    assert seen.client_name == "Ada Client"


def test_bookings_are_those_that_overlap_by_start(store: Store) -> None:
    cast = pool_of(store, 2)
    for start in (TEN + HOUR, TEN, TEN + DAY):
        book(visitor(cast), wish(cast, start))
    seen = bookings_of(system(cast), TEN + 900, TEN + DAY)
    assert [one.start for one in seen] == [TEN, TEN + HOUR]


def test_bookings_can_be_narrowed_to_a_resource(store: Store) -> None:
    cast = pool_of(store, 2)
    for _ in range(2):
        book(visitor(cast), wish(cast))
    seen = bookings_of(system(cast), TEN, TEN + HOUR, [cast.rows["Provider 1"]])
    assert [[each.name for each in one.resources] for one in seen] == [["Provider 1"]]


def test_bookings_of_no_resource_are_none(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    assert bookings_of(system(cast), TEN, TEN + HOUR, []) == []


def test_bookings_that_began_days_ago_are_among_them(store: Store) -> None:
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre", hours=None)
        needs = [Need([cast.resource("Ada")])]
        cast.service("Consultation", needs, ["Centre"], durations=[6 * 24 * 60])

    store.write(fill)
    mine = book(visitor(cast), wish(cast))
    assert [one.public_id for one in bookings_of(system(cast), TEN + 5 * DAY, TEN + 6 * DAY - 60)] == [mine.public_id]


def test_bookings_of_a_group_session_are_shown_with_its_resource(store: Store) -> None:
    cast = one_provider(store, capacity=3)
    mine = {book(visitor(cast), wish(cast, client=one)).public_id for one in (ADA, BEN)}
    assert {one.public_id for one in bookings_of(system(cast), TEN, TEN + HOUR)} == mine


def test_booking_is_not_shown_where_only_its_buffer_lies(store: Store) -> None:
    cast = one_provider(store, buffer_after_minutes=15)
    mine = book(visitor(cast), wish(cast))
    assert bookings_of(system(cast), mine.end, mine.end + 600) == []
    assert [one.start for one in list_busy_times(system(cast), mine.end, mine.end + 600, [cast.rows["Ada"]])] == [TEN]


def test_bookings_of_visitor_are_refused(store: Store) -> None:
    cast = one_provider(store)
    with pytest.raises(NotAllowed):
        bookings_behind(visitor(cast), [], TEN, TEN + HOUR)


def test_requests_lists_what_waits_and_has_not_expired(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, request_expiry_minutes=60)
    mine = book(visitor(cast), wish(cast))
    assert [one.public_id for one in list_requests(staff(cast, ReadyMade.MANAGER))] == [mine.public_id]
    assert list_requests(staff(cast, ReadyMade.MANAGER, now=cast.now + 3600)) == []


def test_clients_are_found_by_name_and_mail(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    book(visitor(cast), wish(cast, TEN + HOUR, client=BEN))
    assert [one.name for one in find_clients(system(cast), "ben@")] == ["Ben Client"]
    assert [one.name for one in find_clients(system(cast), "Client")] == ["Ada Client", "Ben Client"]
    assert find_clients(system(cast), " ") == []


def test_busy_times_hold_bookings_and_outside_calendars(store: Store) -> None:
    cast: Cast = one_provider(store)
    ada = cast.rows["Ada"]
    book(visitor(cast), wish(cast))
    BusyTime.create(resource=ada, start_at=TEN + HOUR, end_at=TEN + 2 * HOUR, source="file")
    found = list_busy_times(system(cast), TEN, TEN + DAY, [ada])
    assert [(one.start, one.end, one.cause.value) for one in found] == [
        (TEN, TEN + 1800, "booking"),
        (TEN + HOUR, TEN + 2 * HOUR, "busy_time"),
    ]


@pytest.mark.parametrize("capacity", [1, 3])
def test_cancelled_booking_still_tells_its_provider_whose_it_was(store: Store, capacity: int) -> None:
    cast = one_provider(store, capacity=capacity)
    mine = book(visitor(cast), wish(cast))
    gone = cancel(system(cast), mine.public_id)
    assert gone.resources == mine.resources
    seen = get_booking(staff(cast, ReadyMade.PROVIDER, cast.rows["Ada"]), mine.public_id)
    assert (seen.status, seen.client_name) == ("cancelled", ADA.name)
    assert book(visitor(cast), wish(cast, client=BEN)).resources == mine.resources
    assert check_database(store) == []


def test_hold_that_ran_out_leaves_no_allocation(store: Store) -> None:
    cast = one_provider(store)
    hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN))
    release_expired(system(cast, cast.now + HOUR))
    assert Allocation.select().count() == 0
