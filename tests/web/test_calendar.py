"""The calendars of staff and the page that explains times."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.access.actors import SYSTEM
from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput
from app.operations.book import hold
from app.operations.calendars.calendar import MAX_DAYS, CalendarQuery, look_at_calendar
from app.operations.context import Context
from app.operations.requests import HoldRequest
from app.storage.public_ids import new_public_id
from app.storage.store import Store
from app.storage.tables import Booking, BusyTime, Closure, TimeOff
from tests.cast import HOUR, MONDAY, NOW, Cast
from tests.web.conftest import Browser, SignIn, stay_signed_in
from tests.web.staff_cast import DAY, TEN, booked, counted, practice, words

ON = f"/calendar/day?date={DAY}"


def note(store: Store, row: type, **values: object) -> None:
    """Write a record of the set-up."""
    stamps = {"public_id": new_public_id(), "created_at": NOW, "changed_at": NOW} if row is not BusyTime else {}

    def work() -> None:
        row.create(**stamps, **values)  # type: ignore[attr-defined]
        store.bump_catalog()

    store.write(work)


def test_index_keeps_the_choice(desk: Browser) -> None:
    assert desk.get("/calendar/").location == "/calendar/day"
    assert (
        desk.get("/calendar/?kind=room&kind=device&_external=1").location
        == "/calendar/day?kind=room&kind=device&_external=1"
    )


def test_day_free_cells_lead_to_the_form(desk: Browser, cast: Cast) -> None:
    page = desk.get(ON).text
    link = f"/bookings/new?location={cast.ids['Centre']}&amp;resource={cast.ids['Ada']}&amp;start={TEN}"
    assert (link in page, page.count('<td class="free">')) == (True, 4 * 40)


def test_day_bookings_lead_to_their_page_and_tell_status(desk: Browser, cast: Cast) -> None:
    booking = booked(cast, service="Approval", as_visitor=True, provider=cast.ids["Ada"])
    page = desk.get(ON).text
    assert f'href="/bookings/{booking}"' in page
    assert "10:00 –10:30 Nora Client to approve Approval" in words(page)


def test_day_shows_a_hold_until_it_expires(desk: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN)
    hold(Context(cast.store, SYSTEM, NOW), wish)
    shown = "Consultation held" in words(desk.get(ON).text)
    monkeypatch.setattr("app.clock.now", lambda: NOW + 3600)
    assert (shown, "Consultation held" in words(desk.get(ON).text)) == (True, False)


def test_day_tells_of_a_short_booking_that_it_is_at_another_place(desk: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast, provider=cast.ids["Ada"])

    def move_away() -> None:
        Booking.update(location=cast.location("North")).where(Booking.public_id == booking).execute()
        store.bump_catalog()

    at_home = desk.get(ON).text
    store.write(move_away)
    page = desk.get(ON).text
    titles = [re.findall(r'title="([^"]+ Nora Client[^"]*)"', text) for text in (at_home, page)]
    told = "10:00–10:30 Nora Client, Consultation"
    assert titles == [[told], [f"{told}, at North"]]
    assert [text.count("booking-pin") for text in (at_home, page)] == [0, 1]


def test_day_group_session_lists_all_names(desk: Browser, cast: Cast) -> None:
    for name in ("Nora Client", "Olaf Client"):
        booked(cast, service="Class", name=name, seats=2)
    assert "Class, 4 booked Nora Client (2 seats) Olaf Client (2 seats)" in words(desk.get(ON).text)


def test_day_group_session_that_is_over_looks_so(desk: Browser, cast: Cast, store: Store) -> None:
    for name in ("Nora Client", "Olaf Client"):
        booked(cast, service="Class", name=name)
    counts = []
    for over in (1, 2):
        done = Booking.select(Booking.id).order_by(Booking.id).limit(over)
        store.write(Booking.update(status="completed").where(Booking.id.in_(done)).execute)
        page = desk.get(ON).text
        counts.append((page.count("booking group status-completed"), words(page).count("Nora Client completed")))
    assert counts == [(0, 1), (1, 0)]


def test_day_viewer_sees_a_group_session_as_one_busy_time(sign_in: SignIn, cast: Cast) -> None:
    for name in ("Nora Client", "Olaf Client"):
        booked(cast, service="Class", name=name, seats=2)
    page = sign_in(ReadyMade.VIEWER).get(ON).text
    assert (page.count("hidden-details"), "4 booked" in page) == (1, False)


def test_day_says_what_keeps_time_from_being_free(desk: Browser, cast: Cast, store: Store) -> None:
    booked(cast, provider=cast.ids["Ada"])
    note(store, TimeOff, resource=cast.rows["Ben"], start_at=TEN, end_at=TEN + HOUR, reason="Training")
    note(store, BusyTime, resource=cast.rows["Laser"], start_at=TEN, end_at=TEN + HOUR, source="file")
    page = words(desk.get(ON).text)
    said = ("Buffer , Ada from 10:30: why?", "Time off: Training , Ben", "Busy, other calendar , Laser")
    assert [text for text in said if text not in page] == []


def test_day_of_a_closure_names_it(desk: Browser, cast: Cast, store: Store) -> None:
    note(store, Closure, location=cast.rows["Centre"], first_day=DAY, last_day=DAY, name="Stocktaking")
    page = words(desk.get(ON).text)
    assert "Centre is closed on this day: Stocktaking." in page
    assert "Nobody works and nothing is booked on this day." in page
    assert "Closed: Stocktaking , Ada" in words(desk.get(f"{ON}&all=1").text)


def test_day_for_viewers_is_only_free_and_busy(sign_in: SignIn, cast: Cast, store: Store) -> None:
    booked(cast)
    note(store, TimeOff, resource=cast.rows["Ben"], start_at=TEN, end_at=TEN + HOUR, reason="Operation")
    page = sign_in(ReadyMade.VIEWER).get(ON).text
    assert [word in page for word in ("Busy", "Nora", "Consultation", "Operation", "/bookings/")] == [True] + [
        False
    ] * 4


def test_day_marks_the_present_quarter(desk: Browser, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.clock.now", lambda: TEN + 60)
    stay_signed_in(store, TEN + 60)
    page = desk.get("/calendar/day").text
    assert page.count('class="hour now"') == 1
    assert 'aria-current="date"' in page


def test_day_with_25_hours_has_both_of_its_doubled_hours(sign_in: SignIn, store: Store) -> None:
    practice(store, "Europe/Berlin", None)
    page = words(sign_in(ReadyMade.MANAGER).get("/calendar/day?date=2030-10-27").text)
    assert ("02:00 CEST" in page, "02:00 CET" in page, "it is 60 minutes longer" in page) == (True, True, True)


@pytest.mark.parametrize(
    ("choice", "columns"),
    [
        ("", ["Ada", "Ben", "Room 1", "Laser"]),
        ("kind=room&kind=nonsense", ["Room 1"]),
        ("resource={Ben}&resource={Laser}", ["Ben", "Laser"]),
        ("date=someday", ["Ada", "Ben", "Room 1", "Laser"]),
        ("date=0001-01-01", ["Ada", "Ben", "Room 1", "Laser"]),
    ],
)
def test_day_shows_the_columns_chosen(desk: Browser, cast: Cast, choice: str, columns: list[str]) -> None:
    page = desk.get(f"/calendar/day?{choice.format(**cast.ids)}").text
    assert re.findall(r'title="The week of ([^"]+)"', page) == columns


def test_day_links_to_days_around_with_the_same_choice(desk: Browser, cast: Cast) -> None:
    page = desk.get(f"{ON}&kind=room").text.replace("&amp;", "&")
    address = f"location={cast.ids['Centre']}&date={{}}&kind=room"
    assert [f"/calendar/day?{address.format(day)}" in page for day in ("2030-01-06", "2030-01-08")] == [True, True]


def test_unknown_place_is_not_found(desk: Browser) -> None:
    paths = ("/calendar/day", "/calendar/week", "/calendar/why")
    assert [desk.get(f"{path}?location=nowhere").status_code for path in paths] == [404, 404, 404]


def test_calendars_are_closed_to_strangers(visitor: Browser) -> None:
    for path in ("/calendar/", "/calendar/day", "/calendar/week", "/calendar/why"):
        assert visitor.get(path).location == f"/sign-in?next={path}"


def test_calendars_without_any_place_say_so(sign_in: SignIn) -> None:
    manager = sign_in(ReadyMade.MANAGER)
    pages = [manager.get(f"/calendar/{one}").text for one in ("day", "week", "why")]
    assert ["No location is set up yet" in page for page in pages] == [True, True, True]


def test_week_shows_people_and_rooms_day_by_day(desk: Browser, cast: Cast, store: Store) -> None:
    booked(cast, provider=cast.ids["Ada"])
    note(store, Closure, location=cast.rows["Centre"], first_day="2030-01-08", last_day="2030-01-08", name="Moving")
    page = words(desk.get("/calendar/week?date=2030-01-09").text)
    assert "Week of Monday 7 January 2030" in page
    assert "Ada 08:00–18:00 , book Ada on 2030-01-07 10:00 –10:30 Nora Client Consultation" in page
    assert ("Tue 8 Jan Closed: Moving" in page, "Laser 08:00" in page) == (True, False)


def test_week_of_one_device_shows_it(desk: Browser, cast: Cast) -> None:
    page = words(desk.get(f"/calendar/week?date={DAY}&resource={cast.ids['Laser']}").text)
    assert ("Laser 08:00–18:00" in page, "Ada 08:00–18:00" in page) == (True, False)


@pytest.mark.parametrize("path", ["/calendar/day?date=2030-01-07", "/calendar/week?date=2030-01-07"])
def test_calendar_sends_as_many_queries_for_30_bookings_as_for_one(
    desk: Browser, cast: Cast, store: Store, path: str
) -> None:
    numbers = []
    for count in (range(1), range(1, 30)):
        for number in count:
            start = MONDAY + 8 * HOUR + number // 2 * 45 * 60 if number < 24 else TEN + (number - 20) * 24 * HOUR
            booked(cast, start, name=f"N{number} Client")
        with counted(store) as sent:
            desk.get(path)
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("days", [0, MAX_DAYS + 1])
def test_calendar_of_too_many_or_no_days_is_refused(cast: Cast, days: int) -> None:
    with pytest.raises(InvalidInput):
        look_at_calendar(Context(cast.store, SYSTEM, NOW), CalendarQuery(cast.ids["Centre"], date(2030, 1, 7), days))


def why(cast: Cast, **more: str) -> dict[str, str]:
    """The address of a question about Consultation on Monday."""
    return {"location": cast.ids["Centre"], "service": cast.ids["Consultation"], "date": DAY, "time": "10:00", **more}


def test_why_only_asks_first(desk: Browser, cast: Cast) -> None:
    page = desk.get("/calendar/why").text
    assert ("why-answer" in page, 'value="2030-01-04"' in page) == (False, True)


def test_why_free_time_can_be_booked(desk: Browser, cast: Cast) -> None:
    page = desk.get("/calendar/why", query_string=why(cast)).text
    assert ("This time is free." in page, f"start={TEN}" in page) == (True, True)


def test_why_taken_time_names_every_reason(desk: Browser, cast: Cast, store: Store) -> None:
    booked(cast, provider=cast.ids["Ada"])
    note(store, TimeOff, resource=cast.rows["Ben"], start_at=TEN, end_at=TEN + HOUR, reason="Training")
    page = words(desk.get("/calendar/why", query_string=why(cast)).text)
    assert ("Ada is booked from 10:00 to 10:30" in page, "Ben is away" in page, "It is free" in page) == (
        True,
        True,
        False,
    )


def test_why_from_a_calendar_cell_takes_what_the_resource_gives(desk: Browser, cast: Cast) -> None:
    cell = {"location": cast.ids["Centre"], "resource": cast.ids["Room 1"], "start": str(MONDAY + 7 * HOUR)}
    page = words(desk.get("/calendar/why", query_string=cell).text)
    assert "Class with Room 1, Monday 7 January 2030, 07:00 This is outside the hours" in page.replace(" Why", "")


def test_why_of_a_resource_that_gives_nothing_asks_for_anyone(desk: Browser, cast: Cast) -> None:
    page = words(desk.get("/calendar/why", query_string=why(cast, resource=cast.ids["Laser"])).text)
    assert "Consultation, Monday 7 January 2030, 10:00 This time is free." in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"time": "ten"}, "Please give a time"),
        ({"date": "someday"}, "Please give a date"),
        ({"duration": "x"}, "Please give a whole number"),
    ],
)
def test_why_wrong_input_is_told_beside_the_field(
    desk: Browser, cast: Cast, changes: dict[str, str], sentence: str
) -> None:
    answer = desk.get("/calendar/why", query_string=why(cast, **changes))
    assert (answer.status_code, sentence in words(answer.text)) == (200, True)


def test_why_of_a_doubled_time_asks_which(sign_in: SignIn, store: Store) -> None:
    cast = practice(store, "Europe/Berlin", None)
    manager = sign_in(ReadyMade.MANAGER)
    page = manager.get("/calendar/why", query_string=why(cast, date="2030-10-27", time="02:30")).text
    first, second = (int(found) for found in re.findall(r'name="offer" value="(\d+)"', page))
    assert second - first == HOUR
    chosen = words(manager.get("/calendar/why", query_string=why(cast, offer=str(second))).text)
    assert "Sunday 27 October 2030, 02:30 CET" in chosen


def test_why_of_a_missing_time_names_the_next(sign_in: SignIn, store: Store) -> None:
    cast = practice(store, "Europe/Berlin", None)
    asked = why(cast, date="2030-03-31", time="02:30")
    page = words(sign_in(ReadyMade.MANAGER).get("/calendar/why", query_string=asked).text)
    assert "This time does not exist because the clocks go forward" in page


def test_why_for_viewers_names_no_client_and_no_way_to_book(sign_in: SignIn, cast: Cast) -> None:
    booked(cast, provider=cast.ids["Ada"])
    page = sign_in(ReadyMade.VIEWER).get("/calendar/why", query_string=why(cast)).text
    assert ("Nora" in page, "Book it" in page) == (False, False)
