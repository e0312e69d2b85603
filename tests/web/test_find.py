"""The page that finds a time for several people, rooms and devices, and books it."""

from __future__ import annotations

import re

import pytest

from app.access.permissions import ReadyMade
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import BusyTime
from tests.cast import HOUR, MONDAY, Cast
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import DAY, TEN, booked, counted, starts, words

Fields = dict[str, str | list[str]]


def asked(cast: Cast, *names: str, service: str = "Consultation", **more: str | list[str]) -> Fields:
    """What the page is asked for: these together, on one day."""
    ids = [cast.ids[one] for one in names]
    return {
        "location": cast.ids["Centre"],
        "service": cast.ids[service],
        "together": ids,
        "date": DAY,
        "days": "1",
        **more,
    }


def best(page: str) -> list[str]:
    """The times that are offered, the best first."""
    return re.findall(r"<h3>[^<]*<span[^>]*>(\d\d:\d\d–\d\d:\d\d)</span></h3>", page)


def test_page_asks_whom_and_what_and_looks_for_nothing_yet(desk: Browser, cast: Cast) -> None:
    page = desk.get("/find/").text
    labels = re.findall(r'name="together".*?<label[^>]*>([^<]*)<', page)
    assert (labels[:4], "The best times" in page) == (["Ada", "Ben", "Room 1", "Laser"], False)
    assert (">Class<" in page, 'href="/find/"' in page) == (False, True)


def test_common_times_come_best_first_with_their_reasons(desk: Browser, cast: Cast) -> None:
    booked(cast, TEN, provider=cast.ids["Ada"])
    booked(cast, TEN + 2 * HOUR, provider=cast.ids["Ben"])
    page = desk.get("/find/", query_string=asked(cast, "Ada", "Ben", "Room 1")).text
    said = words(page)

    assert best(page)[:3] == ["09:15–09:45", "10:45–11:15", "11:15–11:45"]
    assert "For it: on the first day that suits everyone" in said
    assert "For it: right before or after another appointment of Ada" in said
    assert "Ben Free: 08:00–12:00, 12:45–18:00. Busy: 12:00–12:30 Consultation, 12:30–12:45 Buffer" in said
    assert "Room 1 Free: 08:00–18:00 " in said


def test_one_press_books_all_of_them(desk: Browser, cast: Cast, store: Store) -> None:
    fields = asked(cast, "Ada", "Ben", "Laser", name="Nora Client", email="nora@example.org", key="k", start=str(TEN))
    answer = desk.submit("/find/book", fields)
    page = words(desk.get(answer.location).text)

    assert (answer.status_code, starts(store), check_database(store)) == (302, [TEN], [])
    assert [name in page for name in ("Ada", "Ben", "Laser", "Nora Client")] == [True] * 4
    assert desk.submit("/find/book", fields).location == answer.location


def test_booking_for_oneself_needs_no_more_than_the_press(sign_in: SignIn, cast: Cast, store: Store) -> None:
    browser = sign_in(ReadyMade.FRONT_DESK)
    page = browser.get("/find/", query_string=asked(cast, "Ada", "Room 1", **{"for": "me"})).text
    assert ("The booking is for yourself." in page, 'id="field-name"' in page) == (True, False)
    answer = browser.submit("/find/book", asked(cast, "Ada", "Room 1", start=str(TEN), **{"for": "me"}))
    assert (answer.status_code, starts(store)) == (302, [TEN])


def test_time_that_was_taken_meanwhile_is_refused_and_nothing_typed_is_lost(
    desk: Browser, cast: Cast, store: Store
) -> None:
    booked(cast, TEN, provider=cast.ids["Ben"], name="Olaf Client")
    more = {"name": "Nora Client", "email": "nora@example.org", "comment": "By the window", "start": str(TEN)}
    answer = desk.submit("/find/book", asked(cast, "Ada", "Ben", **more))

    said = words(answer.text)
    assert (answer.status_code, "Ben is taken from 10:00 to 10:45" in said, starts(store)) == (409, True, [TEN])
    assert [f'value="{text}"' in answer.text for text in ("Nora Client", "nora@example.org", "By the window")] == [
        True
    ] * 3
    assert "10:00–10:30" not in best(answer.text)


def test_none_found_names_who_stands_in_the_way(desk: Browser, cast: Cast) -> None:
    store = cast.store
    store.write(
        lambda: BusyTime.create(
            resource=cast.rows["Ben"], start_at=MONDAY, end_at=MONDAY + 24 * HOUR, source="s", title="Secret fair"
        )
    )
    page = desk.get("/find/", query_string=asked(cast, "Ada", "Ben", "Laser")).text
    said = words(page)
    assert "In these days there is no time at which all of them can." in said
    assert "Monday 7 January 2030, 08:00–08:30 : Ben is taken" in said
    assert "Ben Not free. Busy: 00:00–24:00 Secret fair" in said


def test_titles_are_hidden_from_those_who_may_not_see_them(sign_in: SignIn, cast: Cast) -> None:
    booked(cast, TEN, provider=cast.ids["Ben"])
    browser = sign_in(ReadyMade.PROVIDER, cast.rows["Ada"])
    page = words(browser.get("/find/", query_string=asked(cast, "Ada", "Ben", **{"for": "me"})).text)
    assert "Ben Free: 08:00–10:00, 10:45–18:00. Busy: 10:00–10:30 Busy, 10:30–10:45 Buffer" in page


def test_nobody_looks_for_what_they_may_not_book(sign_in: SignIn, cast: Cast) -> None:
    browser = sign_in(ReadyMade.PROVIDER, cast.rows["Ada"])
    refused = browser.get("/find/", query_string=asked(cast, "Ada", "Ben"))
    offered = browser.get("/find/", query_string={"service": cast.ids["Intake"]}).text
    assert (refused.status_code, ">Room 1<" in offered) == (403, False)
    assert sign_in(ReadyMade.VIEWER).get("/find/").status_code == 403


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"together": []}, "Please choose at least one person, room or device."),
        ({"together": ["nobody"]}, "There is no such resource; please check the link or choose again."),
        ({"date": "soon"}, "Please give a date as year-month-day, such as 2027-03-28."),
    ],
)
def test_wrong_input_is_told_in_one_sentence(
    desk: Browser, cast: Cast, changes: dict[str, str | list[str]], problem: str
) -> None:
    answer = desk.get("/find/", query_string={**asked(cast, "Ada"), "find": "1", **changes})
    assert (answer.status_code, problem in words(answer.text)) == (200, True)


def test_press_without_a_time_or_a_client_books_nothing(desk: Browser, cast: Cast, store: Store) -> None:
    no_time = desk.submit("/find/book", asked(cast, "Ada", "Ben"))
    no_client = desk.submit("/find/book", asked(cast, "Ada", "Ben", start=str(TEN)))
    assert "Please choose one of the times offered." in words(no_time.text)
    assert [no_time.status_code, no_client.status_code, starts(store)] == [422, 422, []]
    assert 'id="field-name-error"' in no_client.text


def test_service_that_asks_questions_leads_to_the_form_with_all_that_was_chosen(
    desk: Browser, cast: Cast, store: Store
) -> None:
    page = desk.get("/find/", query_string=asked(cast, "Ben", "Laser", service="Intake")).text
    assert 'name="start"' not in page
    address = re.findall(r'href="(/bookings/new[^"]*)"', page)[0].replace("&amp;", "&")
    form = desk.get(address).text
    assert "Together with Ben, Laser" in words(form)

    fields: Fields = {"together": [cast.ids["Ben"], cast.ids["Laser"]], "answer-first-visit": "yes", "do": "book"}
    typed = {**asked(cast, service="Intake"), "name": "Nora", "email": "n@example.org", "time": "10:00", **fields}
    answer = desk.submit("/bookings/new", typed)
    assert (answer.status_code, "Laser" in words(desk.get(answer.location).text)) == (302, True)


def test_number_of_queries_does_not_grow_with_those_chosen(desk: Browser, cast: Cast, store: Store) -> None:
    desk.get("/find/", query_string=asked(cast, "Ada"))
    sent = []
    for names in (("Ada",), ("Ada", "Ben", "Room 1", "Laser")):
        with counted(store) as statements:
            desk.get("/find/", query_string=asked(cast, *names))
        sent.append(len(statements))
    assert sent[0] == sent[1]
