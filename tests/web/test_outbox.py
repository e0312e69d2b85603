"""The outbox page: the list, a letter, its calendar file, trying again; as far as each role may."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.actors import SYSTEM
from app.access.permissions import Permission, ReadyMade
from app.config import Config
from app.operations.book import book
from app.operations.context import Context
from app.operations.letters.deliver import MessageStatus
from app.operations.letters.mail_kinds import MAIL_KINDS
from app.operations.letters.mail_texts import check_draft, save_text
from app.storage import outbox
from app.storage.store import Store
from app.storage.tables import Booking, OutboxMessage
from app.web.context import EXTENSION, Site
from app.web.outbox import KIND_WORDS, split_links
from tests.cast import HOUR, NOW, Cast, change_row, one_provider
from tests.operations.helpers import TEN, wish
from tests.operations.helpers import visitor as visitor_of
from tests.web.conftest import SignIn, SignInWith


@pytest.fixture
def booked(store: Store) -> Cast:
    """One booking of Ada's, with its message."""
    cast = one_provider(store)
    book(visitor_of(cast), wish(cast, comment="See http://evil.example/x"))
    return cast


def message() -> OutboxMessage:
    """The message of the booking."""
    row: OutboxMessage = OutboxMessage.select().order_by(OutboxMessage.id).get()
    return row


def give_up(store: Store) -> None:
    """Let the message be one that was given up."""
    given_up = {"status": MessageStatus.GIVEN_UP.value, "attempts": 8, "last_error": "550 unknown"}
    store.write(lambda: change_row(message(), **given_up))


@pytest.mark.usefixtures("booked")
def test_list_shows_message_status_and_recipient(sign_in: SignIn) -> None:
    page = sign_in(ReadyMade.MANAGER).get("/outbox/").text
    for words in ("Booking confirmed", "Consultation", "Ada Client", "ada<wbr>@example.org", "Waiting (1)"):
        assert words in page
    assert "This is a demo" not in page


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize("rights", [(), (Permission.SEE_BUSY, Permission.SEE_TITLES)])
def test_service_is_named_to_those_who_may_see_titles(sign_in_with: SignInWith, rights: tuple[Permission, ...]) -> None:
    browser = sign_in_with(Permission.SEE_MESSAGES, *rights)
    pages = [browser.get(path).text for path in ("/outbox/", f"/outbox/{message().public_id}")]
    seen = ["Consultation" in page or Booking.get().public_id in page for page in pages]
    assert seen == [bool(rights)] * 2


@pytest.mark.usefixtures("booked")
def test_list_hides_recipients_from_those_without_contacts(sign_in_with: SignInWith) -> None:
    page = sign_in_with(Permission.SEE_MESSAGES).get("/outbox/").text
    assert "@example.org" not in page
    assert "hidden" in page


def test_list_without_messages_says_so(sign_in: SignIn, store: Store) -> None:
    one_provider(store)
    browser = sign_in(ReadyMade.MANAGER)
    assert "No messages yet" in browser.get("/outbox/").text
    assert "No messages of this kind" in browser.get("/outbox/?status=given_up").text


@pytest.mark.usefixtures("booked")
def test_list_shows_when_the_next_attempt_is_and_what_went_wrong(sign_in: SignIn, store: Store) -> None:
    store.write(lambda: change_row(message(), attempts=1, not_before=TEN, last_error="450 busy"))
    page = sign_in(ReadyMade.MANAGER).get("/outbox/").text
    assert "again from Monday 7 January 2030, 10:00" in page
    assert "450 busy" in page


@pytest.mark.usefixtures("booked")
def test_times_of_messages_are_on_the_clock_of_the_site(
    app: Flask, config: Config, sign_in: SignIn, store: Store
) -> None:
    app.extensions[EXTENSION] = Site(replace(config, time_zone="Asia/Tokyo"), app.extensions[EXTENSION].store)
    store.write(lambda: change_row(message(), created_at=TEN))
    browser = sign_in(ReadyMade.MANAGER)
    shown, letter = browser.get("/outbox/").text, browser.get(f"/outbox/{message().public_id}").text
    assert ("All times in Asia/Tokyo." in shown, "Monday 7 January 2030, 19:00" in shown) == (True, True)
    assert ("<dd>Asia/Tokyo</dd>" in letter, "Monday 7 January 2030, 19:00" in letter) == (True, True)


def test_list_is_paged(sign_in: SignIn, store: Store) -> None:
    cast = one_provider(store)
    book(visitor_of(cast), wish(cast))
    row = message()
    payload = json.loads(row.payload)
    for _ in range(60):
        store.write(lambda: outbox.add_message(row.kind, row.booking_id, payload, row.created_at))
    browser = sign_in(ReadyMade.MANAGER)
    first = browser.get("/outbox/").text
    assert first.count("Booking confirmed") == 50
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert browser.get(older).text.count("Booking confirmed") == 11


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize("query", ["status=lost", "before=x", "before=" + "9" * 20])
def test_list_with_an_impossible_address_is_refused(sign_in: SignIn, query: str) -> None:
    assert sign_in(ReadyMade.MANAGER).get(f"/outbox/?{query}").status_code == 422


@pytest.mark.usefixtures("booked")
def test_letter_shows_the_text_without_the_clients_link(sign_in: SignIn) -> None:
    booking, path = Booking.get().public_id, f"/outbox/{message().public_id}"
    for role in (ReadyMade.MANAGER, ReadyMade.ADMINISTRATOR):
        browser = sign_in(role)
        page = browser.get(path).text
        assert "Your booking is confirmed. We look forward to seeing you." in page
        assert ("http://localhost/manage/[hidden]" in page, 'href="http://localhost/manage' in page) == (True, False)
        assert (f"{booking}." in page, b"/manage/" in browser.get(f"{path}/booking.ics").data) == (False, False)
        assert ('href="http://evil' in page, "See http://evil.example/x" in page) == (False, True)


@pytest.mark.usefixtures("booked")
def test_letter_in_the_demo_has_the_link_for_its_administrator_alone(
    app: Flask, config: Config, sign_in: SignIn
) -> None:
    app.extensions[EXTENSION] = Site(replace(config, demo=True), app.extensions[EXTENSION].store)
    roles, path = (ReadyMade.ADMINISTRATOR, ReadyMade.MANAGER), f"/outbox/{message().public_id}"
    pages = [sign_in(role).get(path).text for role in roles]
    assert ['href="http://localhost/manage/' in page for page in pages] == [True, False]


@pytest.mark.usefixtures("booked")
def test_letter_for_those_without_contacts_has_no_words_and_no_link(sign_in_with: SignInWith, store: Store) -> None:
    draft = check_draft("confirmed.en", "{client}: {service}", "Come {link}")
    save_text(Context(store, SYSTEM, NOW), "confirmed.en", draft, "")
    page = sign_in_with(Permission.SEE_MESSAGES).get(f"/outbox/{message().public_id}").text
    assert "You may not see clients" in page
    assert "<h1>Booking confirmed</h1>" in page
    assert "/manage/" not in page
    assert "Ada Client" not in page


@pytest.mark.usefixtures("booked")
def test_calendar_file_is_given_as_a_download(sign_in: SignIn) -> None:
    answer = sign_in(ReadyMade.MANAGER).get(f"/outbox/{message().public_id}/booking.ics")
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="booking.ics"'
    assert answer.data.startswith(b"BEGIN:VCALENDAR")


@pytest.mark.usefixtures("booked")
def test_calendar_file_is_not_there_without_contacts_or_for_an_unknown_message(
    sign_in: SignIn, sign_in_with: SignInWith
) -> None:
    assert sign_in_with(Permission.SEE_MESSAGES).get(f"/outbox/{message().public_id}/booking.ics").status_code == 404
    assert sign_in(ReadyMade.MANAGER).get("/outbox/none").status_code == 404


@pytest.mark.usefixtures("booked")
def test_given_up_message_is_tried_again_by_its_button(sign_in: SignIn, store: Store) -> None:
    give_up(store)
    browser, path = sign_in(ReadyMade.MANAGER), f"/outbox/{message().public_id}"
    page = browser.get(path).text
    assert "Try again" in page
    assert "550 unknown" in page
    answer = browser.submit(f"{path}/retry")
    assert answer.location == path
    assert (message().status, message().attempts) == ("waiting", 0)
    assert "waits for delivery again" in browser.get(path).text
    assert browser.submit(f"{path}/retry").status_code == 404


@pytest.mark.usefixtures("booked")
def test_button_is_not_for_those_who_only_look(sign_in_with: SignInWith, store: Store) -> None:
    give_up(store)
    browser, path = sign_in_with(Permission.SEE_MESSAGES), f"/outbox/{message().public_id}"
    assert "Try again" not in browser.get(path).text
    assert browser.submit(f"{path}/retry").status_code == 403
    assert message().status == "given_up"


@pytest.mark.usefixtures("booked")
def test_form_without_its_token_changes_nothing(sign_in: SignIn, store: Store) -> None:
    give_up(store)
    assert sign_in(ReadyMade.MANAGER).post(f"/outbox/{message().public_id}/retry").status_code == 400
    assert message().status == "given_up"


@pytest.mark.usefixtures("booked")
def test_outbox_is_not_for_strangers_or_the_front_desk(visitor: FlaskClient, sign_in: SignIn) -> None:
    assert visitor.get("/outbox/").location == "/sign-in?next=/outbox/"
    assert sign_in(ReadyMade.FRONT_DESK).get("/outbox/").status_code == 403


@pytest.mark.usefixtures("booked")
def test_page_in_the_demo_says_that_mails_are_shown_here(app: Flask, config: Config, sign_in: SignIn) -> None:
    app.extensions[EXTENSION] = Site(replace(config, demo=True), app.extensions[EXTENSION].store)
    browser = sign_in(ReadyMade.MANAGER)
    page = browser.get("/outbox/").text
    assert "This is a demo" in page
    assert ">Shown here<" in page


def queries(store: Store, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements one look at the list costs."""
    count = 0
    execute = store.database.execute_sql

    def counting(*arguments: object, **more: object) -> object:
        nonlocal count
        count += 1
        return execute(*arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(store.database, "execute_sql", counting)
        assert browser.get("/outbox/").status_code == 200
    return count


def test_list_costs_the_same_queries_whatever_its_length(
    sign_in: SignIn, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = one_provider(store)
    book(visitor_of(cast), wish(cast))
    browser = sign_in(ReadyMade.MANAGER)
    queries(store, browser, monkeypatch)
    one = queries(store, browser, monkeypatch)
    for number in range(1, 6):
        book(visitor_of(cast), wish(cast, TEN + number * HOUR))
    assert OutboxMessage.select().count() == 6
    assert queries(store, browser, monkeypatch) == one


def test_split_links_marks_ours_only() -> None:
    parts = list(split_links("a http://x/1 b http://y", ["http://x/1", "http://x"]))
    assert parts == [("a ", False), ("http://x/1", True), (" b http://y", False)]
    assert list(split_links("a", [])) == [("a", False)]


def test_every_kind_of_mail_has_a_name() -> None:
    assert set(MAIL_KINDS) - set(KIND_WORDS) == set()
