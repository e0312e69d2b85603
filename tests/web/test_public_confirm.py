"""The public way of a service that asks to confirm by mail: held, looked at by scanners, confirmed, run out."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.operations.change import move
from app.operations.clients.client_records import ClientDraft, save_client
from app.operations.installation.upkeep import release_expired
from app.operations.links import confirm_token, manage_token
from app.operations.requests import MoveRequest
from app.storage.store import Store
from app.storage.tables import Booking, Client, Service
from app.web.opened import LINK_SECONDS
from tests.cast import HOUR, NOW, Cast, one_provider
from tests.operations.helpers import system
from tests.web.conftest import SECRET, Browser
from tests.web.reading import Page
from tests.web.way import ADA, TEN, open_details, query, send

HELD = "Held until 00:30"


def hold(visitor: FlaskClient, cast: Cast) -> str:
    """Book, and return the address of the page that says how long it is held."""
    answer = send(visitor, open_details(visitor, cast), **ADA)
    assert answer.status_code == 303
    return str(answer.location)


def link(path: str = "/book/confirm/") -> str:
    """The address of the link in the mail."""
    return path + confirm_token(SECRET, Booking.get().public_id)


def state() -> tuple[str, int]:
    """Status and version of the only booking."""
    row = Booking.get()
    return row.status, row.version


def test_booking_is_held_and_confirmed_by_the_button_alone(visitor: FlaskClient, store: Store) -> None:
    address = hold(visitor, one_provider(store, confirm_minutes=30))
    for _ in range(2):  # the same when it is loaded again
        page = Page(visitor.get(address).text)
        assert f"{HELD}: please confirm by the link that we have sent to ada@example.org." in page.text
        assert [one for one in page.links if one.startswith("/manage/")] == []
    shown = [visitor.get(link()), visitor.head(link())]
    assert ([one.status_code for one in shown], state()) == ([200, 200], ("held", 1))
    answer = send(visitor, Page(shown[0].text).form(link("")))
    assert answer.location == f"/book/done/{manage_token(SECRET, Booking.get().public_id)}"
    assert state() == ("confirmed", 2)
    again = visitor.post(link(), follow_redirects=True)
    assert (again.status_code, "This has been confirmed already." in Page(again.text).text) == (200, True)
    assert "This has been confirmed already." in Page(visitor.get(address).text).text
    assert state() == ("confirmed", 2)


def test_link_that_ran_out_says_so_and_leads_to_free_times(
    visitor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = one_provider(store, confirm_minutes=30)
    address = hold(visitor, cast)
    monkeypatch.setattr("app.clock.now", lambda: NOW + 31 * 60)
    assert visitor.post(link()).status_code == 410
    release_expired(system(cast, NOW + 31 * 60))
    for path in (link(), address):
        page = Page(visitor.get(path).text)
        assert "This time is not kept any longer, as it was not confirmed in time; please book again." in page.text
        assert f"/book/times?{query(cast)}" in page.links


def test_other_links_confirm_nothing(visitor: FlaskClient, store: Store) -> None:
    address = hold(visitor, one_provider(store, confirm_minutes=30))
    manage = manage_token(SECRET, Booking.get().public_id)
    wrong = [address.rpartition("/")[2], manage, f"{link('')}x"]
    assert [visitor.post(f"/book/confirm/{token}").status_code for token in wrong] == [404] * 3
    assert visitor.post(f"/manage/{manage}/accept").status_code == 404
    assert visitor.get(f"/book/done/{manage}").location == address
    assert state() == ("held", 1)


def test_fourth_unconfirmed_booking_is_refused_beside_the_mail_address(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    for number in range(3):
        assert send(visitor, open_details(visitor, cast, TEN + number * 3600), **ADA).status_code == 303
    answer = send(visitor, open_details(visitor, cast, TEN + 4 * 3600), **ADA)
    sentence = "With this email address 3 bookings wait to be confirmed already"
    assert (answer.status_code, sentence in Page(answer.text).text, 'value="Ada Client"' in answer.text) == (
        409,
        True,
        True,
    )


def test_staff_see_what_waits_for_its_client(visitor: FlaskClient, store: Store, desk: Browser, cast: Cast) -> None:
    def ask() -> None:
        Service.update(confirm_minutes=30).execute()
        store.bump_catalog()

    store.write(ask)
    hold(visitor, cast)
    row = Booking.get()
    assert "Not confirmed by the client yet" in desk.get(f"/bookings/{row.public_id}").text
    assert "unconfirmed" in Page(desk.get(f"/calendar/day?location={cast.ids['Centre']}&date=2030-01-07").text).text


def test_link_that_went_to_a_former_mail_address_confirms_nothing(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    hold(visitor, cast)
    save_client(system(cast), Client.get().public_id, ClientDraft("Ada", "ada.other@example.org"))
    assert [visitor.open(link(), method=method).status_code for method in ("GET", "POST")] == [410, 410]
    new = confirm_token(SECRET, Booking.get().public_id, 1)
    assert (visitor.post(f"/book/confirm/{new}").status_code, Booking.get().status) == (303, "confirmed")


def test_page_that_tells_shows_nothing_of_the_client_once_it_is_confirmed(
    visitor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = one_provider(store, confirm_minutes=30)
    address = hold(visitor, cast)
    assert [one in Page(visitor.get(address).text).text for one in ("Ada Client", "10:00", HELD)] == [False, True, True]
    visitor.post(link())
    row = Booking.get()
    save_client(system(cast), Client.get().public_id, ClientDraft("Ada Other", "ada@example.org"))
    move(system(cast), MoveRequest(row.public_id, TEN + HOUR))
    told, confirmed = (Page(visitor.get(path).text).text for path in (address, link()))
    shown = ("This has been confirmed already.", "Ada", "ada@example.org", "11:00", "Consultation")
    assert [one in told for one in shown] == [True, False, False, False, False]
    assert [one in confirmed for one in shown] == [True] * 5
    for later, status in ((LINK_SECONDS - 1, 200), (LINK_SECONDS, 410)):
        monkeypatch.setattr("app.clock.now", lambda at=TEN + HOUR + 30 * 60 + later: at)
        assert [visitor.get(path).status_code for path in (address, link())] == [status] * 2


def test_page_that_tells_ends_when_the_mail_address_becomes_another_one(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30)
    address = hold(visitor, cast)
    save_client(system(cast), Client.get().public_id, ClientDraft("Ada", "ada.other@example.org"))
    answer = visitor.get(address)
    assert (answer.status_code, "ada.other" in answer.text) == (410, False)


def test_limit_per_client_is_told_on_the_page_that_confirms(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, confirm_minutes=30, limit_per_client=1)
    hold(visitor, cast)
    visitor.post(link())
    assert send(visitor, open_details(visitor, cast, TEN + HOUR), **ADA).status_code == 303
    second = Booking.get(Booking.unconfirmed)
    answer = visitor.post(f"/book/confirm/{confirm_token(SECRET, second.public_id)}")
    sentence = "This service allows 1 booking per client at a time; please use or cancel an earlier one first."
    assert (answer.status_code, Page(answer.text).alerts) == (409, [sentence])
