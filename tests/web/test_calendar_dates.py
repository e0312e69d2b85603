"""The month and the list of bookings of a calendar."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.access.permissions import ReadyMade
from app.operations.calendars.calendar import CalendarQuery, look_at_calendar
from app.operations.calendars.calendar_month import MOST_NAMED, look_at_month, month_of
from app.storage.public_ids import new_public_id
from app.storage.store import Store
from app.storage.tables import Closure, Pool, PoolMember
from app.web.calendar_dates import bookings_of, make_list, weeks_of
from tests.cast import HOUR, MONDAY, NOW, Cast
from tests.operations.helpers import system
from tests.web.conftest import Browser, SignIn
from tests.web.reading import Page
from tests.web.staff_cast import DAY, TEN, booked, counted, practice, words

MONTH, LIST = "/calendar/month?date=2030-01-20", f"/calendar/list?date={DAY}"


def close(store: Store, cast: Cast, day: str) -> None:
    def work() -> None:
        stamps = {"public_id": new_public_id(), "created_at": NOW, "changed_at": NOW}
        Closure.create(location=cast.rows["Centre"], first_day=day, last_day=day, name="Moving", **stamps)
        store.bump_catalog()

    store.write(work)


def test_month_names_each_booking_on_its_day(desk: Browser, cast: Cast, store: Store) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])
    close(store, cast, "2030-01-08")
    page = desk.get(MONTH)
    assert "January 2030" in words(page.text)
    assert "7 1 booking on Monday 7 January 2030 10:00 Nora Client 8 Moving" in words(page.text)
    assert f"/bookings/{mine}" in Page(page.text).links
    assert page.text.count('class="month-day"') == 31


def test_month_says_how_many_more_there_are(desk: Browser, cast: Cast) -> None:
    for number in range(MOST_NAMED + 2):
        booked(cast, MONDAY + (8 + number) * HOUR, name=f"N{number} Client")
    page = words(desk.get(MONTH).text)
    assert ("N3 Client 2 more" in page, "N4 Client" in page) == (True, False)


def test_month_names_one_more_rather_than_counting_one(desk: Browser, cast: Cast) -> None:
    for number in range(MOST_NAMED + 1):
        booked(cast, MONDAY + (8 + number) * HOUR, name=f"N{number} Client")
    page = words(desk.get(MONTH).text)
    assert ("N4 Client" in page, " more" in page) == (True, False)


@pytest.mark.parametrize(
    ("day", "before", "after"), [("2030-01-31", "2029-12-01", "2030-02-01"), ("2030-12-01", "2030-11-01", "2031-01-01")]
)
def test_month_leads_to_its_neighbours(desk: Browser, day: str, before: str, after: str) -> None:
    links = Page(desk.get(f"/calendar/month?date={day}").text).links
    found = [link.rpartition("date=")[2] for link in links if link.startswith("/calendar/month")]
    assert (found[0], found[2]) == (before, after)


def test_list_tells_time_client_service_and_who_gives_it(desk: Browser, cast: Cast, store: Store) -> None:
    booked(cast, provider=cast.ids["Ada"])
    booked(cast, TEN + 24 * HOUR, "Class", name="Otto Client")
    close(store, cast, "2030-01-10")
    page = words(desk.get(LIST).text)
    assert "Mon 7 Jan to Sun 13 Jan" in page
    assert "10:00–10:30 Nora Client Consultation Ada" in page
    assert "10:00–10:30 Otto Client Class Room 1" in page
    assert page.index("Monday 7 January 2030") < page.index("Tuesday 8 January 2030") < page.index("Moving")


def test_list_without_bookings_says_so(desk: Browser) -> None:
    assert "Nothing is booked on these days." in desk.get(LIST).text
    assert "Nothing is booked on these days with this choice." in desk.get(f"{LIST}&kind=room").text


@pytest.mark.parametrize("path", [MONTH, LIST])
def test_view_keeps_the_choice(desk: Browser, cast: Cast, path: str) -> None:
    booked(cast, provider=cast.ids["Ada"])
    page = desk.get(f"{path}&resource={cast.ids['Ben']}").text
    assert "Nora Client" not in page
    chosen = f"location={cast.ids['Centre']}&{path.partition('?')[2]}&resource={cast.ids['Ben']}"
    views = {f"/calendar/{view}?{chosen}" for view in ("day", "week", "month", "list")}
    assert views - set(Page(page).links) == set()


@pytest.mark.parametrize("path", [MONTH, LIST])
def test_viewer_sees_that_time_is_taken_and_no_more(sign_in: SignIn, cast: Cast, path: str) -> None:
    mine = booked(cast)
    page = sign_in(ReadyMade.VIEWER).get(path).text
    assert ("Busy" in page, "Nora" in page, mine in page) == (True, False, False)


@pytest.mark.parametrize("path", [MONTH, LIST])
def test_view_sends_as_many_queries_for_30_bookings_as_for_one(
    desk: Browser, cast: Cast, store: Store, path: str
) -> None:
    numbers = []
    for count in (range(1), range(1, 30)):
        for number in count:
            booked(cast, MONDAY + (8 + number % 10) * HOUR + number // 10 * 24 * HOUR, name=f"N{number} Client")
        with counted(store) as sent:
            desk.get(path)
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]


def test_booking_over_midnight_stands_on_both_days(store: Store) -> None:
    cast = practice(store, hours=None)
    mine = booked(cast, MONDAY + 24 * HOUR - 900)
    calendar = look_at_calendar(system(cast), CalendarQuery(cast.ids["Centre"], date(2030, 1, 7), 3))
    days = make_list(calendar, date(2030, 1, 7), 3)
    assert [(one.day.day, [each.ends_later for each in one.entries]) for one in days] == [(7, [True]), (8, [False])]
    assert [one.public_id for one in bookings_of(calendar)] == [mine]  # although it takes more than one resource


def test_month_has_each_day_once_in_its_column(store: Store) -> None:
    cast = practice(store)
    for month in range(1, 13):
        first, count = month_of(date(2028, month, 17))
        days = look_at_month(system(cast), CalendarQuery(cast.ids["Centre"], first, count)).days
        cells = [cell for week in weeks_of(days) for cell in week]
        assert [cell.day.day for cell in cells if cell] == list(range(1, count + 1))
        assert all(cell is None or cell.day.weekday() == place % 7 for place, cell in enumerate(cells))


def test_month_counts_a_group_session_once(desk: Browser, cast: Cast) -> None:
    for number in range(3):
        booked(cast, TEN, "Class", name=f"N{number} Client")
    page = words(desk.get(MONTH).text)
    assert "7 1 booking on Monday 7 January 2030 10:00 Class, 3 booked 8" in page


def test_month_counts_what_lasts_over_midnight_on_both_days(store: Store) -> None:
    cast = practice(store, hours=None)
    booked(cast, MONDAY + 24 * HOUR - 900)
    days = look_at_month(system(cast), CalendarQuery(cast.ids["Centre"], date(2030, 1, 1), 31)).days
    assert [one.day.day for one in days if one.named] == [7, 8]


@pytest.mark.parametrize("view", ["day", "week", "month", "list"])
def test_choice_of_services_and_statuses_narrows_what_is_shown(desk: Browser, cast: Cast, view: str) -> None:
    booked(cast, TEN, name="Nora Client")
    booked(cast, TEN + 24 * HOUR * (view != "day"), "Class", name="Otto Client")
    path = f"/calendar/{view}?date={DAY}&all=1"
    found = {
        choice: [name in words(desk.get(f"{path}{choice}").text) for name in ("Nora Client", "Otto Client")]
        for choice in ("", f"&service={cast.ids['Class']}", "&status=confirmed", "&status=requested", "&status=unknown")
    }
    assert list(found.values()) == [[True, True], [False, True], [True, True], [False, False], [True, True]]


def test_month_with_a_choice_counts_what_it_shows(desk: Browser, cast: Cast) -> None:
    for number in range(MOST_NAMED + 2):
        booked(cast, MONDAY + (8 + number) * HOUR, name=f"N{number} Client")
    booked(cast, MONDAY + 8 * HOUR, "Class", name="Otto Client")
    page = words(desk.get(f"{MONTH}&service={cast.ids['Consultation']}").text)
    assert ("6 bookings on Monday 7 January 2030" in page, "Otto" in page, "2 more" in page) == (True, False, True)


def test_time_of_a_booking_that_is_not_chosen_is_not_shown_as_free(desk: Browser, cast: Cast) -> None:
    booked(cast, provider=cast.ids["Ada"])
    page = words(desk.get(f"/calendar/day?date={DAY}&resource={cast.ids['Ada']}&status=requested").text)
    assert ("Booked, not chosen" in page, "Nora" in page, "10:00 book Ada" in page) == (True, False, False)


def test_pool_chooses_its_members(desk: Browser, cast: Cast, store: Store) -> None:
    pool = Pool.get()
    path = f"/calendar/day?date={DAY}&all=1"
    everybody = lanes(desk.get(path).text)
    members = {one.resource.name for one in PoolMember.select().where(PoolMember.pool == pool)}
    assert set(lanes(desk.get(f"{path}&pool={pool.public_id}").text)) == members
    assert members < set(everybody)


def lanes(page: str) -> list[str]:
    """The names at the head of a day."""
    return [words(one) for one in re.findall(r'<th scope="col" class="lane-.+?</th>', page, re.DOTALL)]


def test_bookings_are_coloured_by_service_or_person_or_neither(desk: Browser, cast: Cast) -> None:
    booked(cast, provider=cast.ids["Ada"])
    path = f"/calendar/day?date={DAY}"
    found = {
        wish: re.findall(r"hue-\d", desk.get(f"{path}&colour={wish}").text) for wish in ("service", "person", "", "x")
    }
    assert [len(set(one)) for one in found.values()] == [1, 1, 0, 0]


def test_choice_stays_in_all_links_of_the_page(desk: Browser, cast: Cast) -> None:
    chosen = f"service={cast.ids['Class']}&status=confirmed&colour=person"
    links = Page(desk.get(f"/calendar/day?date={DAY}&{chosen}").text).links
    ways = [
        one for one in links if one.startswith(("/calendar/day", "/calendar/week", "/calendar/month", "/calendar/list"))
    ]
    everything = f"/calendar/day?location={cast.ids['Centre']}&date={DAY}&colour=person"
    assert [one for one in ways if chosen not in one] == ["/calendar/day", everything]
