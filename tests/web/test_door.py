"""The page beside a room, its set-up, and the page on which clients check in by a code."""

from __future__ import annotations

import logging
import re
from contextlib import suppress

import pytest
from flask.testing import FlaskClient

from app.access.actors import SYSTEM
from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import TooOften
from app.operations.accounts.buckets import count, source_of
from app.operations.accounts.throttle import CODE_PLACE, check_codes
from app.operations.check_in_codes import code_for
from app.operations.context import Context
from app.operations.links import door_token, manage_token
from app.operations.setup.doors import DoorDraft, end_door, save_door
from app.operations.setup.locations import LocationDraft, get_location, save_location
from app.storage.door_tables import Door
from app.storage.store import Store
from app.storage.tables import Booking
from app.web.security_log import MARK
from tests.cast import HOUR, NOW, Cast, Need
from tests.operations.helpers import BEN
from tests.web.conftest import SECRET, SignIn, SignInWith, stay_signed_in
from tests.web.reading import Page
from tests.web.staff_cast import TEN, booked, practice

MINUTE = 60


@pytest.fixture
def cast(store: Store) -> Cast:
    """A practice with a room that may be used alone."""
    made = practice(store)

    def fill() -> None:
        room = made.resource("Quiet room", "room", "Centre")
        made.service("Use of the room", [Need([room])], ["Centre"], durations=[15, 30, 60], visibility="staff")
        store.bump_catalog()

    store.write(fill)
    return made


def system(cast: Cast) -> Context:
    """The system itself."""
    return Context(cast.store, SYSTEM, NOW)


def door_at(cast: Cast, *, with_titles: bool = False, release_after_minutes: int | None = None) -> str:
    """The path of the page beside the quiet room."""
    draft = DoorDraft(cast.ids["Use of the room"], with_titles, release_after_minutes)
    return f"/door/{door_token(SECRET, save_door(system(cast), cast.ids['Quiet room'], draft).public_id)}"


@pytest.fixture
def at_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages happen at ten o'clock of the cast's Monday."""
    monkeypatch.setattr("app.clock.now", lambda: TEN)


def test_door_is_set_up_renewed_and_switched_off_by_who_manages_rooms(
    cast: Cast, sign_in: SignIn, visitor: FlaskClient
) -> None:
    manager = sign_in(ReadyMade.MANAGER)
    path = f"/setup/resources/{cast.ids['Quiet room']}/door"
    assert "Make the page" in manager.get(path).text
    fields = {"service": cast.ids["Use of the room"], "release_after_minutes": "3"}
    refused = manager.submit(path, fields)
    assert (refused.status_code, 'value="3"' in refused.text, "between 5 and 60" in refused.text) == (422, True, True)
    assert manager.submit(path, fields | {"release_after_minutes": "15"}).location == path
    addresses = []
    for action in ("renew", "end"):
        found = re.search(r'value="http://localhost(/door/[^"]*)"', manager.get(path).text)
        addresses.append("" if found is None else found.group(1))
        assert visitor.get(addresses[-1]).status_code == 200
        manager.submit(f"{path}/{action}")
    assert [visitor.get(one).status_code for one in addresses] == [410, 410]
    assert Door.select().count() == 0


def test_set_up_page_says_why_nothing_can_be_booked(cast: Cast, sign_in: SignIn) -> None:
    shown = Page(sign_in(ReadyMade.MANAGER).get(f"/setup/resources/{cast.ids['Laser']}/door").text).text
    assert "Nothing can be booked on the spot yet" in shown


def test_set_up_page_says_which_right_is_missing_instead_of_offering(cast: Cast, sign_in_with: SignInWith) -> None:
    path, manage = f"/setup/resources/{cast.ids['Quiet room']}/door", Permission.MANAGE_RESOURCES
    door_at(cast, with_titles=True)
    offered = ('id="field-release_after_minutes"', 'type="checkbox"', 'id="address"', "Replace the address</summary>")
    for rights, missing in (
        ((), "“See busy times”"),
        ((Permission.SEE_BUSY,), "“See titles” for Quiet room. The page"),
        ((Permission.SEE_BUSY,), "“Book for others” for what is booked on the spot."),
    ):
        page = sign_in_with(manage, *rights).get(path).text
        assert (missing in page, [one for one in offered if one in page]) == (True, [])
    assert "takes the right “Cancel” for Quiet room, which you lack" in page


@pytest.mark.usefixtures("at_ten")
def test_page_is_booked_from_and_says_no_titles_unless_it_shall(cast: Cast, visitor: FlaskClient) -> None:
    path = door_at(cast)
    shown = visitor.get(path)
    assert ("Free until 18:00" in Page(shown.text).text, "Set-Cookie" in shown.headers) == (True, False)
    assert re.findall(r'name="minutes" value="(\d+)"', shown.text) == ["15", "30", "60"]
    booked_now = visitor.post(f"{path}/book", data={"minutes": "30"})
    assert (booked_now.status_code, booked_now.location) == (303, f"{path}?done=booked")
    text = visitor.get(booked_now.location).text
    assert ["The room is yours" in text, "Taken until 10:30" in Page(text).text] == [True, True]
    assert "Use of the room" not in visitor.get(path).text
    assert "Use of the room" in visitor.get(door_at(cast, with_titles=True)).text
    again = visitor.post(f"{path}/book", data={"minutes": "30"})
    assert (again.status_code, 'role="alert"' in again.text) == (409, True)
    assert visitor.post(f"{path}/book", data={"minutes": "x"}).status_code == 422
    booking = str(Booking.get().public_id)
    assert visitor.post(f"{path}/end", data={"booking": booking}).location == f"{path}?done=ended"
    assert visitor.post(f"{path}/end", data={"booking": booking}).status_code == 409
    assert visitor.post(f"{path}/end", data={"booking": "another"}).status_code == 404


@pytest.mark.usefixtures("at_ten")
def test_page_never_says_who_has_the_room_and_lets_check_in(cast: Cast, visitor: FlaskClient) -> None:
    booking = booked(cast, TEN, "Use of the room")
    path = door_at(cast, with_titles=True, release_after_minutes=10)
    Door.update(release_since=NOW).execute()
    shown = visitor.get(path).text
    client = Booking.get(Booking.public_id == booking).client
    assert (client.name in shown, client.email in shown, "check in by 10:10" in Page(shown).text) == (
        False,
        False,
        True,
    )
    assert visitor.post(f"{path}/check-in", data={"booking": booking}).status_code == 303
    assert ("checked in" in visitor.get(path).text, Booking.get().checked_in_at) == (True, TEN)


def test_guessed_addresses_are_counted_and_ended_ones_are_not(
    cast: Cast, visitor: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    path = door_at(cast)
    end_door(system(cast), cast.ids["Quiet room"])
    with caplog.at_level(logging.WARNING):
        assert {visitor.get(path).status_code for _ in range(30)} == {410}
        assert [one for one in caplog.messages if "wrong-link" in one] == []
        manage = manage_token(SECRET, path.removeprefix("/door/").partition(".")[0])
        assert visitor.get(f"/door/{manage}").status_code == 404
        assert any(visitor.get("/door/x.y").status_code == 429 for _ in range(20))
    assert any("event=wrong-link" in one and "at=door.show" in one for one in caplog.messages)


@pytest.mark.usefixtures("at_ten")
def test_presses_at_one_door_are_limited(cast: Cast, visitor: FlaskClient) -> None:
    path = door_at(cast)
    visitor.post(f"{path}/book", data={"minutes": "60"})
    booking = {"booking": str(Booking.get().public_id)}
    answers = [visitor.post(f"{path}/check-in", data=booking) for _ in range(20)]
    assert {answers[0].status_code, answers[-1].status_code} == {303, 429}


def check_in_here(cast: Cast) -> str:
    """Let clients check in by a code, and return the path of the page."""
    context, centre = system(cast), cast.ids["Centre"]
    draft = get_location(context, centre).draft
    save_location(context, LocationDraft(draft.name, draft.tzid, check_in=True), centre)
    return f"/check-in/{centre}"


@pytest.mark.usefixtures("at_ten")
def test_client_checks_in_by_the_code_of_their_page(cast: Cast, visitor: FlaskClient) -> None:
    booking = booked(cast, TEN + HOUR, "Use of the room")
    own = f"/manage/{manage_token(SECRET, booking)}"
    assert (visitor.get(f"/check-in/{cast.ids['Centre']}").status_code, "check in" in visitor.get(own).text) == (
        404,
        False,
    )
    path = check_in_here(cast)
    found = re.search(r"<strong[^>]*>(\w{3}-\w{3})</strong>", visitor.get(own).text)
    assert found is not None
    code = found.group(1)
    assert code.replace("-", "") == code_for(SECRET, booking)
    wrong = visitor.post(path, data={"code": "AAA-AAA"})
    assert (wrong.status_code, 'value="AAA-AAA"' in wrong.text) == (422, True)
    done = visitor.post(path, data={"code": code.lower()})
    text = Page(done.text).text
    assert ["Use of the room" in text, "Quiet room" in text, "11:00" in text, "Nora" in text] == [
        True,
        True,
        True,
        False,
    ]
    assert (Booking.get().checked_in_at, visitor.post(path, data={"code": code}).status_code) == (TEN, 200)


@pytest.mark.usefixtures("at_ten")
def test_code_counts_from_an_hour_before_and_guesses_are_limited(
    cast: Cast, visitor: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    path = check_in_here(cast)
    booking = booked(cast, TEN + HOUR + MINUTE, "Use of the room")
    assert visitor.post(path, data={"code": code_for(SECRET, booking)}).status_code == 422
    caplog.clear()
    assert visitor.post(path, data={"code": "AAA-AAA"}).status_code == 422
    assert caplog.messages == [f"{MARK} event=wrong-code who=- at=check_in.arrive address=127.0.0.1"]
    assert any(visitor.post(path, data={"code": f"AAA{one + 10}A"}).status_code == 429 for one in range(40))
    assert Booking.get().checked_in_at is None


@pytest.mark.usefixtures("at_ten")
def test_guesses_from_elsewhere_do_not_stop_the_desk(cast: Cast, visitor: FlaskClient) -> None:
    path, first, second = check_in_here(cast), booked(cast, TEN, "Use of the room"), booked(cast, TEN + HOUR)
    assert visitor.post(path, data={"code": code_for(SECRET, first)}).status_code == 200
    desk, elsewhere = (source_of(SECRET, address) for address in ("127.0.0.1", "203.0.113.9"))
    with suppress(TooOften):
        for _ in range(200):
            cast.store.write(lambda: count([elsewhere.bucket(CODE_PLACE, cast.ids["Centre"])], TEN))
    with pytest.raises(TooOften):
        check_codes(cast.store, elsewhere, cast.ids["Centre"], TEN)
    check_codes(cast.store, desk, cast.ids["Centre"], TEN)
    assert visitor.post(path, data={"code": code_for(SECRET, second)}).status_code == 200


@pytest.mark.usefixtures("at_ten")
def test_desk_notes_on_the_booking_that_its_client_has_arrived(cast: Cast, sign_in: SignIn) -> None:
    booking = booked(cast, TEN + HOUR)
    desk = sign_in(ReadyMade.FRONT_DESK)
    stay_signed_in(cast.store, TEN)
    assert "Has arrived" in desk.get(f"/bookings/{booking}").text
    desk.submit(f"/bookings/{booking}/status", {"status": "arrived"})
    shown = desk.get(f"/bookings/{booking}").text
    assert ("Has arrived" in shown, "Checked in" in shown, BEN.name in shown) == (False, True, False)
