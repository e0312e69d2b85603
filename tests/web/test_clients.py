"""The clients' pages: finding, correcting, handing over, erasing; and the data register."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from app.access.permissions import ReadyMade
from app.operations.accounts.session_limits import RECENT_SECONDS
from app.storage.account_tables import UserSession
from app.storage.store import Store
from app.storage.tables import Booking, Client, Service, User
from tests.cast import NOW, Cast
from tests.web.conftest import Browser, SignIn
from tests.web.reading import Page
from tests.web.staff_cast import TEN, booked, words


@pytest.fixture
def admin(sign_in: SignIn, cast: Cast) -> Browser:
    return sign_in(ReadyMade.ADMINISTRATOR)


def nora(cast: Cast, **details: str) -> str:
    """Let Nora book; returns the address of her page."""
    public_id = booked(cast, TEN, "Intake", answers={"first-visit": "yes"}, **details)
    row = cast.store.read(lambda: Booking.get(Booking.public_id == public_id).client)
    return f"/clients/{row.public_id}"


def fields(**changes: str) -> dict[str, str]:
    """The fields of Nora's form, as they are filled in."""
    return {"name": "Nora Client", "email": "nora.client@example.org", "phone": "", "version": "1", **changes}


def test_search_leads_to_the_client(desk: Browser, cast: Cast) -> None:
    page = nora(cast)
    assert f'<a href="{page}">Nora Client</a>' in desk.get("/clients/?text=nora").text


def test_search_without_a_word_says_what_to_do(desk: Browser) -> None:
    assert "Type the first letters of a name" in words(desk.get("/clients/").text)


def test_search_that_finds_nobody_says_so(desk: Browser, cast: Cast) -> None:
    nora(cast)
    assert "No client matches this search." in desk.get("/clients/?text=zoe").text


def test_page_shows_the_record_and_the_bookings(admin: Browser, cast: Cast) -> None:
    page = words(admin.get(nora(cast)).text)
    assert "Nora Client" in page
    assert "Intake Ada Centre Confirmed" in page or "Intake Ben Centre Confirmed" in page


def test_desk_sees_no_notes(desk: Browser, admin: Browser, cast: Cast) -> None:
    page = nora(cast)
    admin.submit(page, fields(notes="Allergic to latex"))
    assert "Allergic to latex" in admin.get(page).text
    assert "Allergic" not in desk.get(page).text
    assert 'name="notes"' not in desk.get(page).text


def test_saving_corrects_the_client(desk: Browser, cast: Cast, store: Store) -> None:
    page = nora(cast)
    answer = desk.submit(page, fields(name="Nora Other", phone="030 1234"))
    assert (answer.status_code, answer.location) == (303, page)
    row = store.read(lambda: Client.get())
    assert (row.name, row.phone, row.notes) == ("Nora Other", "030 1234", "")


def test_wrong_input_is_told_beside_its_field_and_nothing_is_lost(desk: Browser, cast: Cast, store: Store) -> None:
    page = nora(cast)
    answer = desk.submit(page, fields(name="Nora Other", email="nobody"))
    assert answer.status_code == 422
    assert "Please check the email address" in answer.text
    assert 'value="Nora Other"' in answer.text
    assert 'value="nobody"' in answer.text
    assert store.read(lambda: Client.get().name) == "Nora Client"


def test_second_of_two_who_save_is_told_so(desk: Browser, cast: Cast) -> None:
    page = nora(cast)
    assert desk.submit(page, fields(phone="030 1234")).status_code == 303
    answer = desk.submit(page, fields(phone="030 9999"))
    assert answer.status_code == 409
    assert 'value="030 9999"' in answer.text
    assert "Open the page as it is now" in answer.text


def test_desk_neither_collects_nor_erases(desk: Browser, cast: Cast, store: Store) -> None:
    page = nora(cast)
    assert [desk.submit(f"{page}/{what}").status_code for what in ("archive", "erase")] == [403, 403]
    assert desk.get(f"{page}/erase").status_code == 403
    assert store.read(lambda: Client.select().count()) == 1


def test_archive_has_a_page_a_calendar_and_the_data(admin: Browser, cast: Cast) -> None:
    answer = admin.submit(f"{nora(cast, comment='<b>by bike</b>')}/archive")
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    assert packed.namelist() == ["data.json", "bookings.ics", "read-me.html"]
    facts = json.loads(packed.read("data.json"))
    assert [one["comment"] for one in facts["bookings"]] == ["<b>by bike</b>"]
    page = packed.read("read-me.html").decode()
    assert "&lt;b&gt;by bike&lt;/b&gt;" in page
    assert "Is this your first visit?" in page
    assert b"BEGIN:VEVENT" in packed.read("bookings.ics")
    assert answer.headers["Content-Disposition"] == "attachment; filename=client-data.zip"
    assert "no-store" in answer.headers["Cache-Control"]


def test_erasing_is_refused_while_bookings_are_to_come(admin: Browser, cast: Cast, store: Store) -> None:
    answer = admin.submit(f"{nora(cast)}/erase")
    assert answer.status_code == 422
    assert "1 booking that is not over yet" in answer.text
    assert store.read(lambda: Client.select().count()) == 1


def test_erasing_names_what_is_to_come_instead_of_its_button(admin: Browser, cast: Cast, store: Store) -> None:
    page = nora(cast)
    booking = store.read(lambda: str(Booking.get().public_id))
    told = admin.get(f"{page}/erase").text
    assert (f'href="/bookings/{booking}"' in told, f'action="{page}/erase"' in told) == (True, False)


def test_erasing_asks_first_and_then_takes_the_client_out(admin: Browser, cast: Cast, store: Store) -> None:
    page = nora(cast)
    booking = store.read(lambda: str(Booking.get().public_id))
    admin.submit(f"/bookings/{booking}/cancel")
    assert "Erase Nora Client?" in admin.get(f"{page}/erase").text
    assert admin.submit(f"{page}/erase", follow_redirects=True).status_code == 200
    assert store.read(lambda: Client.select().count()) == 0
    assert admin.get(page).status_code == 404
    assert "Not known (any more)" in admin.get(f"/bookings/{booking}").text


def test_register_shows_how_long_services_keep(sign_in: SignIn, cast: Cast) -> None:
    cast.store.write(lambda: Service.update(anonymise_after_days=90).where(Service.name == "Intake").execute())
    page = words(sign_in(ReadyMade.MANAGER).get("/data-register/").text)
    assert "Clients' contacts client email , phone" in page
    assert "Intake 90 days" in page
    assert "Consultation no limit" in page


@pytest.mark.parametrize("role", [ReadyMade.VIEWER, ReadyMade.FRONT_DESK, ReadyMade.PROVIDER, ReadyMade.AUDITOR])
def test_register_is_not_for_everybody(sign_in: SignIn, cast: Cast, role: ReadyMade) -> None:
    assert sign_in(role).get("/data-register/").status_code == 403


def test_another_mail_address_asks_who_one_is_and_goes_on_as_it_was_typed(
    desk: Browser, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = nora(cast)
    store.write(lambda: User.update(password_hash="x").execute())
    monkeypatch.setattr("app.clock.now", lambda: NOW + RECENT_SECONDS)
    assert desk.submit(page, fields(phone="030 1234")).status_code == 303
    typed = fields(name="Nora Other", email="nora.other@example.org", phone="030 1234", version="2")
    asked = desk.submit(page, typed)
    waiting = Page(asked.text).form("/password").fields
    assert (asked.status_code, waiting["proof_target"], {name: waiting[name] for name in typed}) == (401, page, typed)
    assert desk.submit(page, typed | {"email": "nobody"}).status_code == 422
    assert store.read(lambda: Client.get().email) == "nora.client@example.org"
    proved = {"proved_at": NOW + RECENT_SECONDS}
    store.write(lambda: UserSession.update(**proved).execute())
    assert desk.submit("/confirm/go-on", waiting).status_code == 307
    assert desk.submit(page, waiting).status_code == 303
    assert store.read(lambda: (Client.get().name, Client.get().email)) == ("Nora Other", "nora.other@example.org")
