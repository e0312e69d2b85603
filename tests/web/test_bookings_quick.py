"""Booking by one typed line."""

from __future__ import annotations

import re

import pytest

from app.access.permissions import ReadyMade
from app.storage.store import Store
from app.storage.tables import Client
from tests.cast import HOUR, Cast, Need
from tests.web.conftest import Browser, SignIn
from tests.web.reading import Page
from tests.web.staff_cast import DAY, TEN, booked, practice, starts, words


def test_calendar_has_the_line_for_those_who_book_for_others(desk: Browser, sign_in: SignIn) -> None:
    assert 'action="/bookings/quick"' in desk.get(f"/calendar/day?date={DAY}").text
    assert 'action="/bookings/quick"' not in sign_in(ReadyMade.VIEWER).get(f"/calendar/day?date={DAY}").text


def test_line_fills_the_form_in_and_its_button_books(desk: Browser, cast: Cast, store: Store) -> None:
    page = desk.submit("/bookings/quick", {"line": f"Nora Client, consult, {DAY} 10:00, with Ben"})
    assert page.status_code == 200
    assert f'value="{TEN}" id="slot-{TEN}" checked' in page.text
    assert f'<option value="{cast.ids["Ben"]}" selected>Ben</option>' in page.text
    assert 'id="field-name" name="name" value="Nora Client"' in page.text
    fields = Page(page.text).form("key").fields | {"email": "nora@example.org", "do": "book", "client": ""}
    assert desk.submit("/bookings/new", fields).status_code == 302
    assert starts(store) == [TEN]


def test_known_client_is_chosen(desk: Browser, cast: Cast) -> None:
    booked(cast)
    client = Client.get().public_id
    page = desk.submit("/bookings/quick", {"line": f"nora client, class, {DAY} 14:00"}).text
    assert re.search(rf'value="{client}" id="client-{client}" checked', page)


def test_several_clients_of_the_name_are_offered_and_none_is_chosen(desk: Browser, cast: Cast) -> None:
    booked(cast)
    booked(cast, TEN + HOUR, name="Nora Clientele")
    page = desk.submit("/bookings/quick", {"line": f"Nora, class, {DAY} 14:00"}).text
    assert len(re.findall(r'id="client-[a-z0-9]{16}"(?! checked)', page)) == 2
    assert 'id="client-new" checked' in page


def test_taken_time_is_said_and_others_are_offered(desk: Browser, cast: Cast) -> None:
    booked(cast)
    booked(cast, name="Olaf Client")
    page = desk.submit("/bookings/quick", {"line": f"Nora Client, consultation, {DAY} 10:00"}).text
    assert "This time is not free with this choice; please choose another one." in page
    assert ('value="10:00"' in page, "08:15" in words(page)) == (True, True)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Nora Client, tomorrow", "No service of this location is named in it"),
        ("<b>", "No service of this location is named in it"),
        ("", "No service of this location is named in it"),
        ("x" * 301, "Please type at most 300 characters."),
    ],
)
def test_line_that_says_too_little_is_kept_with_a_sentence(desk: Browser, line: str, problem: str) -> None:
    page = desk.submit("/bookings/quick", {"line": line})
    assert (page.status_code, problem in page.text, "<b>" in page.text) == (422, True, False)
    assert Page(page.text).form("line").fields["line"] == line


def test_line_that_fits_several_services_names_them(desk: Browser, cast: Cast, store: Store) -> None:
    def more() -> None:
        cast.service("Classical song", [], ["Centre"])
        store.bump_catalog()

    store.write(more)
    page = desk.submit("/bookings/quick", {"line": "Nora, clas, tomorrow"}).text
    assert "This fits several services, please type more of the name: Class, Classical song." in page


def test_time_that_does_not_exist_is_not_chosen(sign_in: SignIn, store: Store) -> None:
    practice(store, "Europe/Berlin", hours=None)
    page = sign_in(ReadyMade.FRONT_DESK).submit("/bookings/quick", {"line": "Nora, class, 2030-03-31 2:30"})
    assert (page.status_code, "This time is not free with this choice" in page.text) == (200, True)


def test_line_of_a_place_that_is_gone_is_not_found(desk: Browser) -> None:
    assert desk.submit("/bookings/quick", {"line": "x", "location": "nowhere"}).status_code == 404


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Nora, consultation, 45 min", "It cannot last 45 minutes; 30 are chosen instead."),
        ("Nora, consultation, Laser", "Consultation cannot be had with Laser here; please choose somebody else."),
    ],
)
def test_what_cannot_be_had_is_said_beside_its_field(
    desk: Browser, cast: Cast, store: Store, line: str, said: str
) -> None:
    def more() -> None:
        cast.service("Light", [Need([cast.rows["Laser"]])], ["Centre"])
        store.bump_catalog()

    store.write(more)
    page = desk.submit("/bookings/quick", {"line": line})
    assert (page.status_code, said in page.text) == (200, True)


def test_line_that_fits_several_people_names_them(desk: Browser, cast: Cast, store: Store) -> None:
    def more() -> None:
        bens = cast.resources(["Benjamin One", "Benjamin Two"])
        cast.service("Duet", [Need(bens)], ["Centre"])
        store.bump_catalog()

    store.write(more)
    page = desk.submit("/bookings/quick", {"line": "Nora, duet, with Benja"}).text
    assert "This fits several people or things, please type more: Benjamin One, Benjamin Two." in page
