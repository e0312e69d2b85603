"""The page behind the link in a client's mail."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.operations.change import cancel
from app.operations.change import move as move_booking
from app.operations.clients.client_records import ClientDraft, save_client
from app.operations.links import done_mark, manage_token
from app.operations.requests import MoveRequest
from app.storage.store import Store
from app.storage.tables import Booking, Client, Service, WaitingEntry
from app.web.opened import LINK_SECONDS
from tests.cast import HOUR, NOW, Cast, one_provider
from tests.operations.helpers import system
from tests.web.conftest import SECRET
from tests.web.reading import Page
from tests.web.way import TEN, book, query, send

NINE = TEN - HOUR


def above_footer(page: str) -> str:
    """What a page says; its footer leads to the same address in other languages."""
    return page.partition("<footer")[0]


def states() -> list[tuple[str, int, int]]:
    """Status, start and version of all bookings."""
    return [(one.status, one.start_at, one.version) for one in Booking.select().order_by(Booking.id)]


def change_services(store: Store, **values: object) -> None:
    """Edit every service as the set-up would."""

    def work() -> None:
        Service.update(**values).execute()
        store.bump_catalog()

    store.write(work)


def said(token: str, word: str, version: int) -> str:
    """Where a page leads to once something was done."""
    return f"/manage/{token}?done={word}&proof={done_mark(SECRET, word, token.partition('.')[0], version)}"


def test_manage_shows_booking(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    answer = visitor.get(f"/manage/{token}")
    page = Page(answer.text)
    assert (answer.status_code, "Confirmed" in page.text, "Set-Cookie" in answer.headers) == (200, True, False)
    assert "Monday 7 January 2030, 10:00–10:30" in page.text
    assert f"/manage/{token}/move" in page.links


@pytest.mark.parametrize("path", ["", "/move"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_manage_looking_changes_nothing(visitor: FlaskClient, store: Store, path: str, method: str) -> None:
    token = book(visitor, one_provider(store))
    before = states()
    assert visitor.open(f"/manage/{token}{path}", method=method).status_code == 200
    assert states() == before


@pytest.mark.parametrize("action", ["cancel", "accept"])
def test_manage_action_by_get_is_405(visitor: FlaskClient, store: Store, action: str) -> None:
    token = book(visitor, one_provider(store))
    answer = visitor.get(f"/manage/{token}/{action}")
    assert (answer.status_code, states()) == (405, [("confirmed", TEN, 1)])


@pytest.mark.parametrize("path", ["", "/move"])
@pytest.mark.parametrize("place", [0, -1])
def test_manage_link_with_one_character_changed_is_404(
    visitor: FlaskClient, store: Store, path: str, place: int
) -> None:
    letters = list(book(visitor, one_provider(store)))
    letters[place] = "a" if letters[place] != "a" else "b"
    answer = visitor.get(f"/manage/{''.join(letters)}{path}")
    assert answer.status_code == 404
    assert "This link is not complete; please use it exactly as it was given to you." in answer.text


def test_manage_link_of_unknown_booking_is_404(visitor: FlaskClient, store: Store) -> None:
    one_provider(store)
    answer = visitor.get(f"/manage/{manage_token(SECRET, 'unknown')}")
    assert (answer.status_code, "There is no such booking" in answer.text) == (404, True)


def test_cancel_by_button(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    form = Page(visitor.get(f"/manage/{token}").text).form("/cancel")
    answer = send(visitor, form, reason="ill")
    assert (answer.status_code, answer.location) == (303, said(token, "cancelled", 2))
    page = Page(visitor.get(answer.location).text)
    assert ("Your booking has been cancelled." in page.text, states()[0][0]) == (True, "cancelled")
    assert not any(form.method == "post" for form in page.forms)


@pytest.mark.parametrize("word", ["cancelled", "moved", "accepted", "asked", "nonsense"])
@pytest.mark.parametrize("proof", ["", "&proof=", "&proof=%C3%A4%00"])
def test_manage_address_cannot_claim_what_was_not_done(
    visitor: FlaskClient, store: Store, word: str, proof: str
) -> None:
    token = book(visitor, one_provider(store))
    claimed, plain = (visitor.get(f"/manage/{token}{claim}").text for claim in (f"?done={word}{proof}", ""))
    assert above_footer(claimed) == above_footer(plain)


def test_manage_address_claims_neither_another_word_nor_what_is_over(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    token = book(visitor, cast)
    moved = visitor.post(f"/manage/{token}/move", data={"start": str(NINE)}).location
    assert "Your booking has been moved." in visitor.get(moved).text
    assert "The time is yours." not in visitor.get(moved.replace("moved", "accepted")).text
    move_booking(system(cast), MoveRequest(token.partition(".")[0], TEN + HOUR))
    assert above_footer(visitor.get(moved).text) == above_footer(visitor.get(f"/manage/{token}").text)


def test_cancel_button_pressed_twice_is_done_once(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    answers = [visitor.post(f"/manage/{token}/cancel", data={"reason": ""}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert states() == [("cancelled", TEN, 2)]


def test_cancel_with_wrong_reason_says_so_beside_field(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    answer = visitor.post(f"/manage/{token}/cancel", data={"reason": "x" * 501})
    page = Page(answer.text)
    assert (answer.status_code, states()[0][0]) == (422, "confirmed")
    assert page.errors == {"reason": "Please use at most 500 characters; this has 501."}
    assert page.form("/cancel").fields["reason"] == "x" * 501


@pytest.mark.parametrize("action", ["cancel", "move", "accept"])
def test_manage_action_from_another_site_is_refused(visitor: FlaskClient, store: Store, action: str) -> None:
    token = book(visitor, one_provider(store))
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = visitor.post(f"/manage/{token}/{action}", data={"start": NINE}, headers=headers)
    assert (answer.status_code, states()) == (403, [("confirmed", TEN, 1)])


@pytest.mark.parametrize("action", ["cancel", "move", "accept"])
def test_manage_action_with_changed_link_is_404(visitor: FlaskClient, store: Store, action: str) -> None:
    token = book(visitor, one_provider(store))
    answer = visitor.post(f"/manage/{token}x/{action}", data={"start": NINE})
    assert (answer.status_code, states()) == (404, [("confirmed", TEN, 1)])


def test_manage_after_deadline_tells_so_and_refuses(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    change_services(store, change_notice_minutes=30 * 1440)
    page = Page(visitor.get(f"/manage/{token}").text)
    assert "It could be changed here until Saturday 8 December 2029, 10:00." in page.text
    answers = [visitor.post(f"/manage/{token}/{action}", data={"start": NINE}) for action in ("cancel", "move")]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert all("This could be changed until Saturday 8 December 2029, 10:00" in answer.text for answer in answers)
    assert states() == [("confirmed", TEN, 1)]


def test_move_shows_free_times_without_the_present_one(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    page = Page(visitor.get(f"/manage/{token}/move?day=2030-01-07").text)
    around = (NINE, TEN - 900, TEN, TEN + 900, TEN + HOUR)
    assert [str(start) in page.radios for start in around] == [True, True, False, True, True]


def test_move_by_button(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    form = Page(visitor.get(f"/manage/{token}/move?day=2030-01-07").text).form("version")
    answer = send(visitor, form, start=str(NINE))
    assert (answer.status_code, answer.location) == (303, said(token, "moved", 2))
    assert states() == [("confirmed", NINE, 2)]


def test_move_form_sent_twice_moves_once(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    form = Page(visitor.get(f"/manage/{token}/move?day=2030-01-07").text).form("version")
    assert [send(visitor, form, start=str(NINE)).status_code for _ in range(2)] == [303, 303]
    assert states() == [("confirmed", NINE, 2)]


def test_move_of_booking_that_was_moved_meanwhile_is_refused(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    token = book(visitor, cast)
    form = Page(visitor.get(f"/manage/{token}/move?day=2030-01-07").text).form("version")
    move_booking(system(cast), MoveRequest(token.partition(".")[0], TEN + HOUR))
    answer = send(visitor, form, start=str(NINE))
    assert (answer.status_code, states()[0][1]) == (409, TEN + HOUR)
    assert Page(answer.text).alerts[0].startswith("Somebody else changed this in the meantime")


def test_move_to_time_just_taken_offers_next_free_times(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    token = book(visitor, cast)
    form = Page(visitor.get(f"/manage/{token}/move?day=2030-01-07").text).form("version")
    book(visitor, cast, NINE, name="Ben Client", email="ben@example.org")
    answer = send(visitor, form, start=str(NINE))
    page = Page(answer.text)
    assert (answer.status_code, page.alerts[0].startswith("This time has just been taken")) == (409, True)
    offered = [value for name, value in page.form("version").buttons if name == "start"]
    assert send(visitor, page.form("version"), start=offered[0]).status_code == 303


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        ("", "Please choose one of the times below."),
        ("soon", "Please choose one of the times below."),
        (str(NOW - HOUR), "This time has already begun; please choose a later one."),
        (str(NINE + 1), "Bookings start on a whole minute; please choose one of the times offered."),
    ],
)
def test_move_to_impossible_time_says_why(visitor: FlaskClient, store: Store, start: str, sentence: str) -> None:
    token = book(visitor, one_provider(store))
    answer = visitor.post(f"/manage/{token}/move", data={"start": start, "version": "1"})
    assert (answer.status_code, Page(answer.text).alerts) == (422, [sentence])
    assert states() == [("confirmed", TEN, 1)]


def test_move_with_wrong_zone_says_so_beside_field(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    answer = visitor.get(f"/manage/{token}/move?zone=Mars/Olympus")
    assert (answer.status_code, list(Page(answer.text).errors)) == (422, ["zone"])


def test_move_in_other_zone_shows_both_clocks(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    page = Page(visitor.get(f"/manage/{token}/move?zone=Asia/Tokyo&day=2030-01-07").text)
    assert "18:00 09:00 there" in page.text


def test_move_of_service_with_approval_asks_first(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    change_services(store, needs_approval=True)
    answer = visitor.post(f"/manage/{token}/move", data={"start": str(NINE)})
    assert answer.location == said(token, "asked", states()[0][2])
    page = Page(visitor.get(answer.location).text)
    assert "You asked for another time: Monday 7 January 2030, 09:00–09:30" in page.text
    assert states()[0][:2] == ("confirmed", TEN)


def test_move_of_cancelled_booking_shows_how_it_stands(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    token = book(visitor, cast)
    cancel(system(cast), token.partition(".")[0])
    answer = visitor.get(f"/manage/{token}/move")
    assert (answer.status_code, "Cancelled" in answer.text) == (200, True)
    assert visitor.post(f"/manage/{token}/move", data={"start": str(NINE)}).status_code == 409


def test_move_of_service_that_is_not_listed_works_as_of_any(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    change_services(store, visibility="link")
    assert f"/manage/{token}/move" in Page(visitor.get(f"/manage/{token}").text).links


def test_move_of_service_for_staff_only_is_not_offered(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    change_services(store, visibility="staff")
    page = Page(visitor.get(f"/manage/{token}").text)
    assert f"/manage/{token}/move" not in page.links
    assert any(form.action.endswith("/cancel") for form in page.forms)


def offered(visitor: FlaskClient, cast: Cast) -> str:
    """Let Ben wait, free a slot for him, and return the token of his link."""
    token = book(visitor, cast)
    fields = {"name": "Ben Client", "email": "ben@example.org", "first": "2030-01-07", "last": "2030-01-07"}
    form = Page(visitor.get(f"/book/waiting?{query(cast)}").text).form("first")
    assert send(visitor, form, **fields).status_code == 200
    cancel(system(cast), token.partition(".")[0])
    held = WaitingEntry.get().offered_booking
    return manage_token(SECRET, held.public_id)


def test_accept_offered_slot(visitor: FlaskClient, store: Store) -> None:
    token = offered(visitor, one_provider(store))
    page = Page(visitor.get(f"/manage/{token}").text)
    assert "A time has become free." in page.text
    answer = send(visitor, page.form("/accept"))
    assert answer.location == said(token, "accepted", states()[1][2])
    assert "The time is yours." in visitor.get(answer.location).text
    assert [state[0] for state in states()] == ["cancelled", "confirmed"]


def test_accept_after_offer_ran_out_is_refused(
    visitor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = offered(visitor, one_provider(store, offer_minutes=30))
    monkeypatch.setattr("app.clock.now", lambda: NOW + HOUR)
    assert "that has run out" in Page(visitor.get(f"/manage/{token}").text).text
    assert visitor.post(f"/manage/{token}/accept").status_code == 409
    assert "confirmed" not in [state[0] for state in states()]


def test_accept_of_booking_that_is_none_is_refused(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    answer = visitor.post(f"/manage/{token}/accept")
    assert answer.status_code in (303, 409)
    assert states()[0][:2] == ("confirmed", TEN)


def test_move_week_without_free_time_leads_on(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, booking_window_days=200)
    token = book(visitor, cast)
    change_services(store, minimum_notice_minutes=60 * 1440)
    address = f"/manage/{token}/move"
    assert "Tue 5 Mar – Mon 11 Mar" in Page(visitor.get(address).text).text
    assert "Next free: Tuesday 5 March 2030" in Page(visitor.get(f"{address}?day=2030-01-07").text).text


def test_calendar_file_is_the_entry_of_the_mail(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    answer = visitor.get(f"/manage/{token}/booking.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    lines = answer.text.splitlines()
    assert f"UID:{token.partition('.')[0]}@localhost" in lines
    assert ["DTSTART:20300107T100000Z" in lines, "METHOD:PUBLISH" in lines, "SUMMARY:Consultation" in lines] == [
        True
    ] * 3


def test_calendar_file_of_changed_link_is_404(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    assert visitor.get(f"/manage/{token}x/booking.ics").status_code == 404


def readdress(cast: Cast, email: str) -> None:
    """Let staff give the one client another email address."""
    client = Client.get()
    save_client(system(cast), client.public_id, ClientDraft(client.name, email))


def test_link_to_a_booking_that_has_been_over_for_long_shows_nothing_of_it(
    visitor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = book(visitor, one_provider(store))
    over = TEN + HOUR // 2 + LINK_SECONDS
    monkeypatch.setattr("app.clock.now", lambda: over - 1)
    assert visitor.get(f"/manage/{token}").status_code == 200
    monkeypatch.setattr("app.clock.now", lambda: over)
    paths = (f"/manage/{token}", f"/manage/{token}/booking.ics", f"/manage/{token}/move", f"/book/done/{token}")
    for answer in [visitor.get(path) for path in paths]:
        assert (answer.status_code, "/" in Page(answer.text).links) == (
            410,
            True,
        )
        assert "This booking is over and its link shows nothing of it any more;" in answer.text
        assert "Ada Client" not in answer.text


def test_link_to_a_cancelled_booking_ends_by_when_it_was_cancelled(
    visitor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = one_provider(store)
    token = book(visitor, cast)
    cancel(system(cast), token.partition(".")[0])
    monkeypatch.setattr("app.clock.now", lambda: NOW + LINK_SECONDS)
    assert visitor.get(f"/manage/{token}").status_code == 410


def test_links_that_went_to_a_former_mail_address_count_no_more(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    old = book(visitor, cast)
    booking = old.partition(".")[0]
    client = Client.get()
    save_client(system(cast), client.public_id, ClientDraft("Ada Other", client.email, "030 123456"))
    assert visitor.get(f"/manage/{old}").status_code == 200
    readdress(cast, "ada.other@example.org")
    answers = [visitor.get(f"/manage/{old}"), visitor.post(f"/manage/{old}/cancel"), visitor.get(f"/manage/{old}x")]
    assert [(one.status_code, "Ada Other" in one.text) for one in answers] == [(410, False), (410, False), (404, False)]
    new = manage_token(SECRET, booking, 1)
    assert "Ada Other" in visitor.get(f"/manage/{new}").text
    entry = visitor.get(f"/manage/{new}/booking.ics").text.replace("\r\n ", "")
    assert (f"/manage/{new}" in entry, states()[0][0]) == (True, "confirmed")
    readdress(cast, "ada.third@example.org")
    assert visitor.get(f"/manage/{new}").status_code == 410
