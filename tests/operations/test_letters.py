"""Letters of real operations: facts as decided then, whatever became of the booking since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.permissions import ReadyMade
from app.booking.doors import shown_code
from app.operations.approvals.approve import approve, decline
from app.operations.book import book
from app.operations.change import cancel, move
from app.operations.check_in_codes import code_for
from app.operations.installation.upkeep import release_expired
from app.operations.letters.account_news import tell_account
from app.operations.letters.booking_letters import NoLetterError, write_letter
from app.operations.links import Link, read_manage_token, read_waiting_token
from app.operations.requests import MoveRequest, SeriesRequest, WaitingRequest
from app.operations.series import book_series
from app.operations.waiting import join_waiting_list
from app.storage.outbox import add_message
from app.storage.store import Store
from app.storage.tables import Booking, Client, Location, OutboxMessage, User, WaitingEntry
from app.texts import language
from app.translations import load_languages
from tests.cast import HOUR, Cast, one_provider
from tests.operations.helpers import ADA, BEN, TEN, client, staff, system, visitor, wish
from tests.operations.letter_helpers import HEAD, in_calendar, letters, messages


def test_letter_of_a_booking_tells_time_place_provider_and_link(store: Store) -> None:
    cast = one_provider(store)
    made = book(visitor(cast), wish(cast, comment="By the window"))
    letter = letters(cast)["confirmed"]
    assert (letter.to_name, letter.to_email) == ("Ada Client", "ada@example.org")
    assert letter.subject == "Confirmed: Consultation, Monday 7 January 2030, 11:00"
    for words in ("11:00 to 11:30 (Europe/Berlin)", "10:00 to 10:30 (UTC)", "Centre", "Ada", "By the window"):
        assert words in letter.text
    token = letter.links[0].removeprefix("https://book.example.org/manage/")
    assert read_manage_token(HEAD.secret_key, token) == Link(made.public_id, 0)
    assert letter.links[0] in letter.text
    assert in_calendar(letter) == [TEN]


def test_letter_keeps_what_was_decided_when_the_booking_has_moved_since(store: Store) -> None:
    cast = one_provider(store)
    made = book(visitor(cast), wish(cast))
    move(system(cast), MoveRequest(made.public_id, TEN + HOUR))
    cancel(system(cast), made.public_id, "The lift is broken.")
    found = letters(cast)
    assert (in_calendar(found["confirmed"]), in_calendar(found["moved"])) == ([TEN], [TEN + HOUR])
    assert "Before:        Monday 7 January 2030, 11:00 to 11:30" in found["moved"].text
    assert "The lift is broken." in found["cancelled"].text
    assert in_calendar(found["cancelled"]) == []
    sequences = [found[kind].attachment.content.split(b"SEQUENCE:")[1][:1] for kind in found]  # type: ignore[union-attr]
    assert sequences == [b"0", b"1", b"2"]


def test_letter_does_not_tell_what_staff_noted(store: Store) -> None:
    cast = one_provider(store)
    user = store.write(lambda: cast.user("Mia Manager", "manager"))
    context = staff(cast, ReadyMade.MANAGER)
    context = replace(context, actor=replace(context.actor, user_id=user))
    book(context, wish(cast, comment="Pays late"))
    assert "Pays late" not in letters(cast)["confirmed"].text


def test_letters_of_a_request_and_its_answer(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, request_expiry_minutes=60)
    booking = book(visitor(cast), wish(cast)).public_id
    approve(system(cast), booking)
    move(client(cast, booking), MoveRequest(booking, TEN + HOUR))
    decline(system(cast), booking, "We are closed then.")
    move(client(cast, booking), MoveRequest(booking, TEN + 2 * HOUR))
    release_expired(system(cast, cast.now + HOUR))
    found = letters(cast)
    assert "You will hear from us by Friday 4 January 2030, 02:00 (Europe/Berlin)" in found["requested"].text
    assert "Wished:        Monday 7 January 2030, 13:00 to 13:30" in found["change_requested"].text
    assert "Not possible:  Monday 7 January 2030, 12:00 to 12:30" in found["change_declined"].text
    assert "Not confirmed: Monday 7 January 2030, 13:00 to 13:30" in found["change_expired"].text
    assert list(found) == ["requested", "approved", "change_requested", "change_declined", "change_expired"]


def test_letters_of_requests_that_came_to_nothing(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, request_expiry_minutes=60)
    decline(system(cast), book(visitor(cast), wish(cast)).public_id)
    book(visitor(cast), wish(cast, TEN + HOUR))
    release_expired(system(cast, cast.now + HOUR))
    found = letters(cast)
    for kind in ("declined", "expired"):
        assert (in_calendar(found[kind]), found[kind].links) == ([], ("https://book.example.org",))


def wait(cast: Cast, provider: str | None = None) -> None:
    """Ben waits for any slot on the Monday."""
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN - HOUR, TEN + 8 * HOUR)
    join_waiting_list(visitor(cast), replace(request, provider=provider))


def test_letters_of_the_waiting_list(store: Store) -> None:
    cast = one_provider(store, offer_minutes=30)
    mine = book(visitor(cast), wish(cast)).public_id
    wait(cast, cast.ids["Ada"])
    cancel(system(cast), mine)
    found = letters(cast)
    assert found["waiting_joined"].to_email == "ben@example.org"
    assert "With:          Ada" in found["waiting_joined"].text
    times, leave = found["waiting_joined"].links
    place = f"service={cast.ids['Consultation']}&location={cast.ids['Centre']}"
    assert times == f"https://book.example.org/book/times?{place}"
    assert read_waiting_token(HEAD.secret_key, leave.rpartition("/")[2]) == Link(WaitingEntry.get().public_id, 0)
    assert [found["waiting_joined"].text.count(link) for link in (times, leave)] == [1, 1]
    assert "Please do so by Friday 4 January 2030, 00:30 (UTC)" in found["slot_offered"].text
    assert found["slot_offered"].attachment is None


def test_letter_of_a_series_has_every_date_with_its_link(store: Store) -> None:
    cast = one_provider(store)
    book_series(system(cast), SeriesRequest(wish(cast), "FREQ=WEEKLY;COUNT=3"))
    letter = letters(cast)["series_booked"]
    starts = [TEN, TEN + 7 * 24 * HOUR, TEN + 14 * 24 * HOUR]
    assert in_calendar(letter) == starts
    assert [letter.text.count(link) for link in letter.links] == [1, 1, 1]


def test_letter_of_a_series_has_the_code_of_each_time_where_clients_check_in(store: Store) -> None:
    cast = one_provider(store)

    def let_check_in() -> None:
        Location.update(check_in=True).execute()
        store.bump_catalog()

    store.write(let_check_in)
    book_series(system(cast), SeriesRequest(wish(cast), "FREQ=WEEKLY;COUNT=2"))
    letter = letters(cast)["series_booked"]
    codes = [
        shown_code(code_for(HEAD.secret_key, row.public_id)) for row in Booking.select().order_by(Booking.start_at)
    ]
    told = [f"Code to check in: {code}\n{link}\n" for code, link in zip(codes, letter.links[:2], strict=True)]
    assert [letter.text.count(one) for one in told] == [1, 1]
    assert letter.links[2] == f"https://book.example.org/check-in/{cast.ids['Centre']}"
    assert f"tablet at our desk:\n{letter.links[2]}\n" in letter.text
    for_staff = write_letter(system(cast), messages()[0], replace(HEAD, is_read_by_others=True))
    assert [code in for_staff.text for code in codes] == [False, False]


def test_letter_to_a_client_without_a_zone_uses_the_locations(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast, client=BEN))
    assert "10:00 to 10:30 (UTC)\n  Where" in letters(cast)["confirmed"].text


def test_letter_has_the_address_of_the_place(store: Store) -> None:
    cast = one_provider(store)

    def move_house() -> None:
        Location.update(address="12 Long Street\nNorthtown").execute()
        store.bump_catalog()

    store.write(move_house)
    book(visitor(cast), wish(cast, client=ADA))
    assert (
        "Where:         Centre\n                 12 Long Street\n                 Northtown"
        in letters(cast)["confirmed"].text
    )


def test_letter_of_an_unknown_kind_or_entry_is_refused(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: add_message("birthday", None, {}, cast.now))
    store.write(lambda: add_message("waiting_joined", None, {"waiting": "none"}, cast.now))
    for row in messages():
        with pytest.raises(NoLetterError):
            write_letter(system(cast), row, HEAD)


def test_letter_without_anybody_to_write_to_is_refused(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    store.write(lambda: Booking.update(client=None).execute())
    with pytest.raises(NoLetterError, match="no client with an email address"):
        letters(cast)


@pytest.mark.parametrize(
    ("of_client", "of_account", "of_site", "subject"),
    [
        ("", None, "en", "Confirmed: Consultation"),
        ("", None, "de", "Bestätigt: Consultation"),
        ("de", None, "en", "Bestätigt: Consultation"),
        ("en", None, "de", "Confirmed: Consultation"),
        ("en", "de", "en", "Bestätigt: Consultation"),
        ("de", "", "en", "Bestätigt: Consultation"),
        ("tlh", None, "de", "Confirmed: Consultation"),
    ],
)
def test_letter_speaks_the_language_of_its_receiver(
    store: Store, of_client: str, of_account: str | None, of_site: str, subject: str
) -> None:
    load_languages()
    cast = one_provider(store)
    book(visitor(cast), wish(cast))

    def choose() -> None:
        Client.update(language=of_client).execute()
        if of_account is not None:
            user = cast.user("Ada", "viewer")
            User.update(language=of_account).execute()
            Client.update(user=user).execute()

    store.write(choose)
    head = replace(HEAD, language=of_site)
    letter = store.read(lambda: write_letter(system(cast), OutboxMessage.get(), head))
    assert (letter.subject.startswith(subject), language()) == (True, "en")


def test_letter_to_an_account_speaks_its_language(store: Store) -> None:
    load_languages()
    cast = one_provider(store)

    def ask() -> None:
        user = User.get_by_id(cast.user("Mia", "manager"))
        User.update(language="de").execute()
        tell_account(user, "password", cast.now)

    store.write(ask)
    letter = store.read(lambda: write_letter(system(cast), OutboxMessage.get(), HEAD))
    assert letter.text.startswith("Guten Tag Mia")


def test_letter_of_the_waiting_list_speaks_the_language_of_who_waits(store: Store) -> None:
    load_languages()
    cast = one_provider(store)
    wanted = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], ADA, TEN, TEN + HOUR)
    join_waiting_list(visitor(cast), wanted)
    store.write(lambda: Client.update(language="de").execute())
    letter = store.read(lambda: write_letter(system(cast), OutboxMessage.get(), HEAD))
    assert letter.subject == "Auf der Warteliste: Consultation"
