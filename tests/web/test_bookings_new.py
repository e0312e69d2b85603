"""The booking form of staff."""

from __future__ import annotations

import re

import pytest

from app.access.permissions import Permission, ReadyMade
from app.storage.store import Store
from app.storage.tables import Booking, Client
from tests.cast import HOUR, MONDAY, Cast
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import DAY, TEN, booked, form, practice, starts, words


def test_form_without_service_asks_for_it(desk: Browser, cast: Cast) -> None:
    page = desk.get("/bookings/new", query_string={"resource": cast.ids["Room 1"], "start": str(TEN)}).text
    options = [part.split("<")[0] for part in page.split('">') if part.startswith(("Class<", "Consultation<"))]
    assert (options, f'name="start" value="{TEN}"' in page) == (["Class", "Consultation"], True)


def test_form_from_calendar_has_time_and_person(desk: Browser, cast: Cast) -> None:
    address = {"location": cast.ids["Centre"], "service": cast.ids["Consultation"], "resource": cast.ids["Ben"]}
    page = desk.get("/bookings/new", query_string={**address, "start": str(TEN)}).text
    assert f'<option value="{cast.ids["Ben"]}" selected>Ben</option>' in page
    assert f'value="{TEN}" id="slot-{TEN}" checked' in page
    assert 'value="10:00"' in page


def test_form_of_unknown_place_is_not_found(desk: Browser) -> None:
    assert desk.get("/bookings/new?location=nowhere").status_code == 404


def test_form_without_any_place_says_so(sign_in: SignIn, store: Store) -> None:
    page = sign_in(ReadyMade.FRONT_DESK).get("/bookings/new").text
    assert "No location is set up yet" in page


def test_form_is_closed_to_viewers_and_strangers(sign_in: SignIn, cast: Cast, visitor: Browser) -> None:
    refused = sign_in(ReadyMade.VIEWER).get("/bookings/new")
    stranger = visitor.get("/bookings/new")
    assert (refused.status_code, "lacks this right: Book for any client" in refused.text) == (403, True)
    assert stranger.location == "/sign-in?next=/bookings/new"


def test_times_of_a_date_are_offered_as_choices(desk: Browser, cast: Cast) -> None:
    booked(cast)
    booked(cast, name="Olaf Client")
    asked = {"location": cast.ids["Centre"], "service": cast.ids["Consultation"], "date": DAY}
    page = words(desk.get("/bookings/times", query_string=asked).text)
    assert page.startswith("Free times on Monday 7 January 2030 ")
    assert page.split()[7:19] == [
        "08:00",
        "08:15",
        "08:30",
        "08:45",
        "09:00",
        "09:15",
        "10:45",
        "11:00",
        "11:15",
        "11:30",
        "11:45",
        "12:00",
    ]


def test_times_of_unknown_service_are_none(desk: Browser, cast: Cast) -> None:
    page = desk.get("/bookings/times", query_string={"service": "nothing", "date": DAY}).text
    assert words(page) == "No free times are offered on this date."


def test_show_times_keeps_everything_and_books_nothing(desk: Browser, cast: Cast, store: Store) -> None:
    answer = desk.submit("/bookings/new", form(cast, do="times", comment="Brings <papers>", repeat="weekly", count="3"))
    kept = [text in answer.text for text in ("Nora Client", "nora@example.org", "Brings &lt;papers&gt;", 'value="3"')]
    assert (answer.status_code, kept, starts(store)) == (200, [True] * 4, [])


def test_find_client_offers_those_found(desk: Browser, cast: Cast) -> None:
    booked(cast)
    page = desk.submit("/bookings/new", form(cast, do="client", client_search="nora")).text
    assert "Nora Client, nora.client@example.org" in page


def test_find_client_nobody_says_so_and_keeps_the_chosen(desk: Browser, cast: Cast) -> None:
    page = desk.submit("/bookings/new", form(cast, do="client", client_search="zzz", client="somebody")).text
    assert ("The client chosen before" in page, 'value="somebody" id="client-somebody" checked' in page) == (True, True)
    page = desk.submit("/bookings/new", form(cast, do="client", client_search="zzz")).text
    assert "Nobody found by that name or address." in page


def test_book_typed_time_leads_to_the_booking(desk: Browser, cast: Cast, store: Store) -> None:
    answer = desk.submit("/bookings/new", form(cast, comment="By phone", provider=cast.ids["Ben"], duration="60"))
    row = store.read(lambda: Booking.get())
    assert answer.location == f"/bookings/{row.public_id}"
    assert (row.start_at, row.end_at, row.comment, row.status) == (TEN, TEN + HOUR, "By phone", "confirmed")


def test_book_chosen_slot_wins_over_typed_time(desk: Browser, cast: Cast, store: Store) -> None:
    desk.submit("/bookings/new", form(cast, slot=str(TEN + HOUR)))
    assert starts(store) == [TEN + HOUR]


def test_book_slot_of_another_day_is_refused_beside_the_date(desk: Browser, cast: Cast, store: Store) -> None:
    answer = desk.submit("/bookings/new", form(cast, slot=str(TEN + 24 * HOUR)))
    assert (answer.status_code, starts(store)) == (422, [])
    assert 'id="field-date-error"' in answer.text


def test_book_known_client_adds_no_second_record(desk: Browser, cast: Cast, store: Store) -> None:
    booked(cast)
    client = store.read(lambda: Client.get())
    desk.submit("/bookings/new", form(cast, time="12:00", client=client.public_id, name="", email=""))
    assert store.read(lambda: [row.client_id for row in Booking.select()]) == [client.id, client.id]


def test_book_twice_with_one_key_books_once(desk: Browser, cast: Cast, store: Store) -> None:
    fields = form(cast)
    answers = [desk.submit("/bookings/new", fields) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert starts(store) == [TEN]


def test_book_other_details_with_used_key_is_told(desk: Browser, cast: Cast, store: Store) -> None:
    fields = form(cast)
    desk.submit("/bookings/new", fields)
    answer = desk.submit("/bookings/new", {**fields, "time": "12:00"})
    assert (answer.status_code, starts(store)) == (409, [TEN])
    assert "This form was sent before with other details" in answer.text


def test_book_taken_time_offers_next_free_as_buttons(desk: Browser, cast: Cast, store: Store) -> None:
    booked(cast)
    booked(cast, name="Olaf Client")
    answer = desk.submit("/bookings/new", form(cast, comment="Still here"))
    offered = f'<button class="btn btn-primary" type="submit" name="offer" value="{TEN + 2700}">'
    assert (answer.status_code, offered in answer.text, "Still here" in answer.text) == (409, True, True)
    desk.submit("/bookings/new", form(cast, offer=str(TEN + 2700)))
    assert starts(store) == [TEN, TEN, TEN + 2700]


def test_book_taken_time_of_a_colleague_says_no_more_than_that_to_those_who_see_their_own(
    sign_in: SignIn, cast: Cast, store: Store
) -> None:
    booked(cast, TEN, provider=cast.ids["Ben"])
    role = store.write(lambda: Cast(store).role("Own", own=[Permission.BOOK_FOR_OTHERS, Permission.SEE_BUSY]))
    answer = sign_in(role, cast.rows["Ada"]).submit("/bookings/new", form(cast, provider=cast.ids["Ben"]))
    page = words(answer.text)
    told = (answer.status_code, "This time is not available; please choose another time" in page, "Ben is" in page)
    assert (told, "Monday 7 January 2030, 10:45" in page) == ((409, True, False), True)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"time": "25:00"}, "start", "Please give a time from 00:00 to 24:00."),
        ({"time": "24:00"}, "start", "Please give a time before 24:00"),
        ({"time": "ten"}, "start", "Please give a time as hour:minute"),
        ({"time": "06:00"}, "start", "This is outside the hours of Centre"),
        ({"slot": "soon"}, "start", "Please choose one of the times offered."),
        ({"date": "2030-02-30"}, "date", "Please give a date as year-month-day"),
        ({"date": "9999-12-31"}, "date", "Please give a date of the years"),
        ({"duration": "45"}, "duration", "This service does not take that long"),
        ({"duration": "half"}, "duration", "Please give a whole number"),
        ({"seats": "0"}, "seats", "Please choose between 1 and"),
        ({"email": "nora"}, "email", "Please check the email address"),
        ({"name": ""}, "name", "Please fill in this field."),
        ({"name": "Nora \u202eevil"}, "name", "invisible marks that change the direction"),
        ({"comment": "x" * 2001}, "comment", "Please use at most 2000 characters"),
    ],
)
def test_book_wrong_input_is_refused_beside_its_field(
    desk: Browser, cast: Cast, store: Store, changes: dict[str, str], field: str, sentence: str
) -> None:
    answer = desk.submit("/bookings/new", form(cast, **changes))
    assert (answer.status_code, starts(store)) == (422, [])
    assert sentence in words(answer.text)
    assert f'href="#field-{field}"' in answer.text


def test_book_with_unknown_service_asks_for_one(desk: Browser, cast: Cast, store: Store) -> None:
    answer = desk.submit("/bookings/new", {**form(cast), "service": "nothing"})
    assert (answer.status_code, starts(store)) == (422, [])
    assert "Please choose a service that this location offers." in answer.text


def test_book_unknown_client_is_told(desk: Browser, cast: Cast) -> None:
    answer = desk.submit("/bookings/new", form(cast, client="nobody"))
    assert (answer.status_code, "There is no such client" in answer.text) == (422, True)


def test_book_without_an_answer_is_refused_beside_the_question(desk: Browser, cast: Cast, store: Store) -> None:
    answer = desk.submit("/bookings/new", form(cast, "Intake"))
    assert (answer.status_code, 'id="field-answer-first-visit-error"' in answer.text) == (422, True)
    desk.submit("/bookings/new", {**form(cast, "Intake"), "answer-first-visit": "yes"})
    assert store.read(lambda: Booking.get().answers) == '{"first-visit": "yes"}'


def test_book_override_is_for_those_with_the_right(sign_in: SignIn, cast: Cast, store: Store) -> None:
    early = form(cast, time="06:00", override="1", override_reason="Asked")
    refused = sign_in(ReadyMade.FRONT_DESK).submit("/bookings/new", early)
    assert (refused.status_code, starts(store)) == (403, [])
    sign_in(ReadyMade.MANAGER).submit("/bookings/new", early)
    assert starts(store) == [MONDAY + 6 * HOUR]


def test_book_override_never_over_another_booking(sign_in: SignIn, cast: Cast, store: Store) -> None:
    booked(cast, name="Olaf Client", provider=cast.ids["Ada"])
    taken = form(cast, override="1", override_reason="Asked", provider=cast.ids["Ada"])
    answer = sign_in(ReadyMade.MANAGER).submit("/bookings/new", taken)
    assert (answer.status_code, starts(store)) == (409, [TEN])


def test_book_what_needs_approval_is_requested(desk: Browser, cast: Cast, store: Store) -> None:
    answer = desk.submit("/bookings/new", form(cast, "Approval"), follow_redirects=True)
    assert "Requested: somebody has to approve it." in answer.text
    assert store.read(lambda: Booking.get().status) == "requested"


def test_book_doubled_time_asks_which_of_the_two(desk: Browser, store: Store) -> None:
    berlin = practice(store, "Europe/Berlin", None)
    fields = form(berlin, date="2030-10-27", time="02:30")
    answer = desk.submit("/bookings/new", fields)
    first, second = (int(found) for found in re.findall(r'name="offer" value="(\d+)"', answer.text))
    assert (answer.status_code, second - first, "02:30 CET" in answer.text) == (422, HOUR, True)
    desk.submit("/bookings/new", {**fields, "offer": str(second)})
    assert starts(store) == [second]


def test_book_missing_time_offers_the_next_possible(desk: Browser, store: Store) -> None:
    berlin = practice(store, "Europe/Berlin", None)
    answer = desk.submit("/bookings/new", form(berlin, date="2030-03-31", time="02:30"))
    assert (answer.status_code, ">Sunday 31 March 2030, 03:00</button>" in answer.text) == (422, True)


def test_book_on_a_read_only_database_says_so_and_keeps_all(desk: Browser, cast: Cast, store: Store) -> None:
    lock = {"sqlite": "PRAGMA query_only = 1", "postgresql": "SET default_transaction_read_only = on"}
    store.database.execute_sql(lock[store.kind])
    answer = desk.submit("/bookings/new", form(cast, comment="Do not lose me"))
    assert (answer.status_code, "Do not lose me" in answer.text, starts(store)) == (503, True, [])
    assert "The database can only be read right now" in answer.text


def test_book_with_provider_of_another_service_is_refused(desk: Browser, cast: Cast, store: Store) -> None:
    answer = desk.submit("/bookings/new", form(cast, provider=cast.ids["Room 1"]))
    assert (answer.status_code, 'id="field-provider-error"' in answer.text, starts(store)) == (422, True, [])


def test_book_while_no_place_is_left_says_so(sign_in: SignIn, store: Store) -> None:
    answer = sign_in(ReadyMade.FRONT_DESK).submit("/bookings/new", {"do": "book", "name": "Nora"})
    assert "No location is set up yet" in answer.text


def test_pages_hold_no_inline_style_or_script(desk: Browser, cast: Cast) -> None:
    booking = booked(cast)
    paths = ("/calendar/day", "/calendar/week", "/bookings/", f"/bookings/{booking}", f"/bookings/{booking}/move")
    pages = [desk.get(path).text for path in paths] + [desk.submit("/bookings/new", form(cast, do="times")).text]
    found = [re.findall(r"style=|<style|<script(?! src)|\son[a-z]+=", page) for page in pages]
    assert found == [[]] * 6


def test_book_without_token_changes_nothing(desk: Browser, cast: Cast, store: Store) -> None:
    answer = desk.post("/bookings/new", data=form(cast))
    assert (answer.status_code, starts(store)) == (400, [])


def test_book_by_strangers_is_refused(visitor: Browser, cast: Cast, store: Store) -> None:
    assert visitor.post("/bookings/new", data=form(cast)).status_code in (400, 401)
    assert starts(store) == []
