"""The search for bookings."""

from __future__ import annotations

import pytest

from app.access.actors import SYSTEM
from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import InvalidInput
from app.operations.context import Context
from app.operations.search import BookingSearch, search_bookings
from app.storage.store import Store
from app.storage.tables import Booking
from tests.cast import HOUR, NOW, Cast
from tests.web.conftest import Browser, SignIn, SignInWith, stay_signed_in
from tests.web.reading import Page
from tests.web.staff_cast import TEN, booked, counted, words

DAY_SECONDS = 24 * HOUR
ALL = "first=2030-01-01&last=2030-03-31"


def fill(store: Store, cast: Cast, count: int) -> None:
    """Make many bookings, each on its own day."""

    def work() -> None:
        template = Booking.get(Booking.public_id == booked(cast))
        values = {name: value for name, value in template.__data__.items() if name not in ("id", "public_id")}
        for number in range(1, count):
            start = TEN + number * 1800
            Booking.create(**{**values, "public_id": f"copy{number}", "start_at": start, "end_at": start + 1800})

    store.write(work)


def found(page: str) -> list[str]:
    """The names of clients in the list."""
    return [part.split("<")[0].strip() for part in page.split('<td data-label="Client">')[1:]]


def test_list_shows_coming_bookings_by_start(desk: Browser, cast: Cast) -> None:
    booked(cast, TEN + HOUR, name="Olaf Client")
    booked(cast, name="Nora Client")
    assert found(desk.get("/bookings/").text) == ["Nora Client", "Olaf Client"]


def test_list_begins_now_and_leads_to_all_of_today(
    desk: Browser, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked(cast, TEN - HOUR, name="Early Client")
    booked(cast, name="Nora Client")
    monkeypatch.setattr("app.clock.now", lambda: TEN)
    stay_signed_in(store, TEN)
    page = desk.get("/bookings/?text=client").text
    (link,) = [one for one in Page(page).links if "first=" in one]
    assert (found(page), found(desk.get(link).text)) == (["Nora Client"], ["Early Client", "Nora Client"])


def test_list_names_the_zone_that_most_of_it_is_not_in(desk: Browser, cast: Cast, store: Store) -> None:
    for hour in range(3):
        booked(cast, TEN + hour * HOUR)

    def move_away() -> None:
        away = Booking.select(Booking.id).order_by(Booking.start_at.desc()).limit(1)
        Booking.update(location=cast.location("East", "Asia/Tokyo")).where(Booking.id.in_(away)).execute()
        store.bump_catalog()

    store.write(move_away)
    page = words(desk.get("/bookings/").text)
    assert (page.count("(Tokyo)"), "7 January 2030, 21:00–21:30 (Tokyo)" in page) == (1, True)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("text=nora", ["Nora Client"]),
        ("text=NORA.CLIENT@", ["Nora Client"]),
        ("text=class", ["Pia Client"]),
        ("text=nothing+of+the+kind", []),
        ("text=%25", []),
        ("status=requested", ["Olaf Client"]),
        ("status=requested&status=confirmed&status=wrong", ["Nora Client", "Olaf Client", "Pia Client"]),
        ("first=2030-01-08", []),
        ("first=2029-12-01&last=2030-01-07", ["Nora Client", "Olaf Client", "Pia Client"]),
        ("location=unknown", ["Nora Client", "Olaf Client", "Pia Client"]),
        ("page=0", ["Nora Client", "Olaf Client", "Pia Client"]),
        ("page=999999", ["Nora Client", "Olaf Client", "Pia Client"]),
        ("page=7", []),
    ],
)
def test_list_finds_what_is_searched(desk: Browser, cast: Cast, query: str, names: list[str]) -> None:
    booked(cast, name="Nora Client")
    booked(cast, TEN + HOUR, "Approval", name="Olaf Client", as_visitor=True)
    booked(cast, TEN + 2 * HOUR, "Class", name="Pia Client")
    assert found(desk.get(f"/bookings/?{query}").text) == names


def test_list_of_one_place_leaves_others_out(desk: Browser, cast: Cast) -> None:
    booked(cast)
    assert found(desk.get(f"/bookings/?location={cast.ids['Centre']}").text) == ["Nora Client"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("first=soon", "Please give a date as year-month-day"),
        ("first=1066-10-14", "Please give a date of the years"),
        ("first=2030-02-02&last=2030-02-01", "The last day is before the first"),
    ],
)
def test_list_wrong_dates_are_told_beside_the_field(desk: Browser, query: str, sentence: str) -> None:
    answer = desk.get(f"/bookings/?{query}")
    assert (answer.status_code, sentence in words(answer.text)) == (200, True)


def test_list_for_providers_searches_own_bookings_only(sign_in: SignIn, cast: Cast) -> None:
    booked(cast, name="Nora Client", provider=cast.ids["Ada"])
    booked(cast, name="Nora Client", provider=cast.ids["Ben"])
    browser = sign_in(ReadyMade.PROVIDER, cast.rows["Ben"])
    assert found(browser.get("/bookings/").text) == ["Nora Client"]
    assert found(browser.get("/bookings/?text=nora").text) == ["Nora Client"]


def test_list_without_contacts_does_not_search_clients(sign_in_with: SignInWith, cast: Cast) -> None:
    booked(cast)
    browser = sign_in_with(Permission.SEE_BUSY, Permission.SEE_TITLES)
    assert (found(browser.get("/bookings/?text=nora").text), found(browser.get("/bookings/?text=consul").text)) == (
        [],
        [""],
    )


def test_list_is_closed_to_viewers_and_strangers(sign_in: SignIn, visitor: Browser) -> None:
    assert sign_in(ReadyMade.VIEWER).get("/bookings/").status_code == 403
    assert visitor.get("/bookings/").location == "/sign-in?next=/bookings/"


def test_list_without_any_place_is_empty(sign_in: SignIn) -> None:
    assert "No bookings match this search." in sign_in(ReadyMade.MANAGER).get("/bookings/").text


def test_list_pages_lead_on_and_back(desk: Browser, cast: Cast, store: Store) -> None:
    fill(store, cast, 60)
    first, second = (desk.get(f"/bookings/?{ALL}&page={page}").text for page in (1, 2))
    assert [len(found(page)) for page in (first, second)] == [50, 10]
    assert f"/bookings/?{ALL}&amp;page=2".replace("&last", "&amp;last") in first
    assert ("Later" in words(second), "Earlier" in words(second)) == (False, True)


def test_search_of_an_impossible_page_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        search_bookings(Context(cast.store, SYSTEM, NOW), BookingSearch(TEN, TEN + HOUR, page=0))


def test_list_sends_as_many_queries_for_30_bookings_as_for_one(desk: Browser, cast: Cast, store: Store) -> None:
    numbers = []
    for count in (1, 30):
        store.write(lambda: Booking.update(status="declined").execute())
        fill(store, cast, count) if count == 1 else fill_more(store, cast)
        with counted(store) as sent:
            assert len(found(desk.get(f"/bookings/?{ALL}&status=confirmed").text)) == count
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]


def fill_more(store: Store, cast: Cast) -> None:
    for number in range(30):
        booked(cast, TEN + (number + 1) * DAY_SECONDS)
