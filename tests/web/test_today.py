"""The page that a day begins with: who sees which part of it, and what stands there."""

from __future__ import annotations

import pytest

from app import clock
from app.access.permissions import ReadyMade
from app.booking.values import Instant
from app.storage.store import Store
from app.storage.tables import Booking
from tests.cast import HOUR, MONDAY, Cast
from tests.operations.setup_cast import add_location, context_of
from tests.web.conftest import Browser, SignIn, stay_signed_in
from tests.web.reading import Page
from tests.web.staff_cast import TEN, booked, counted, words

MINUTE = 60


@pytest.fixture
def at_half_past_ten(monkeypatch: pytest.MonkeyPatch) -> Instant:
    """Let it be Monday, half past ten."""
    now = TEN + 30 * MINUTE
    monkeypatch.setattr("app.clock.now", lambda: now)
    return now


def today(browser: Browser, store: Store) -> str:
    stay_signed_in(store, clock.now())
    answer = browser.get("/today/")
    assert answer.status_code == 200
    return words(answer.text)


def test_signing_in_leads_to_today(desk: Browser) -> None:
    assert desk.get("/home/").location == "/today/"


@pytest.mark.usefixtures("at_half_past_ten")
def test_desk_sees_who_comes_who_began_and_what_is_free(sign_in: SignIn, cast: Cast, store: Store) -> None:
    booked(cast, TEN, name="Begun Client", provider=cast.ids["Ada"])
    booked(cast, TEN + HOUR, name="Soon Client", provider=cast.ids["Ada"])
    booked(cast, TEN + 5 * HOUR, name="Afternoon Client", provider=cast.ids["Ada"])
    booked(cast, TEN - HOUR, name="Early Client", provider=cast.ids["Ada"])
    store.write(lambda: Booking.update(status="completed").where(Booking.start_at == TEN - HOUR).execute())
    page = today(sign_in(ReadyMade.FRONT_DESK), store)
    assert "Booked today 4 Completed or no-show 1" in page
    assert "In the next two hours 11:00–11:30 Soon Client Consultation · Ada Begun" in page
    assert "Begun, and not marked as completed or no-show 10:00–10:30 Begun Client Consultation · Ada Next" in page
    assert "Next free times today 10:45 Approval 10:45 Class 10:45 Consultation 10:45 Intake" in page
    assert ("Afternoon Client" in page, "Early Client" in page) == (False, False)


@pytest.mark.usefixtures("at_half_past_ten")
def test_provider_sees_the_next_client_and_the_gaps(sign_in: SignIn, cast: Cast, store: Store) -> None:
    booked(cast, TEN - HOUR, name="Done Client", provider=cast.ids["Ada"])
    booked(cast, TEN + 15 * MINUTE, name="Present Client", provider=cast.ids["Ada"])
    booked(cast, TEN + HOUR, name="Next Client", provider=cast.ids["Ada"])
    booked(cast, TEN + 3 * HOUR, name="Later Client", provider=cast.ids["Ada"])
    booked(cast, TEN + HOUR, name="Foreign Client", provider=cast.ids["Ben"])
    browser = sign_in(ReadyMade.PROVIDER, cast.rows["Ada"])
    page = today(browser, store)
    assert "Now 10:15–10:45 Present Client Consultation · Ada Next 11:00–11:30 Next Client Consultation · Ada" in page
    assert "Later 13:00–13:30 Later Client Consultation · Ada Gaps 11:45–13:00 13:45–18:00" in page
    assert "1 booking of today is over." in page
    assert ("Foreign Client" in page, "Booked today" in page, "eight weeks" in page) == (False, False, False)


def test_provider_with_an_empty_day_is_told_so(sign_in: SignIn, cast: Cast, store: Store) -> None:
    browser = sign_in(ReadyMade.PROVIDER, cast.rows["Ada"])
    assert "Nothing else is booked with you today." in today(browser, store)


def test_manager_sees_figures(sign_in: SignIn, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, status in enumerate(("completed", "completed", "completed", "no_show", "cancelled")):
        one = booked(cast, TEN + number * HOUR, name=f"N{number} Client", provider=cast.ids["Ada"])
        end(store, one, status)
    monkeypatch.setattr("app.clock.now", lambda: MONDAY + 8 * 24 * HOUR)
    page = today(sign_in(ReadyMade.MANAGER), store)
    assert "No-shows 25% Cancelled 20% Typically booked ahead" in page
    assert "Mon 7 Jan 4 100% 1 1 Mon 14 Jan so far 0 0% 0 0" in page
    assert "Ada" in page.partition("Use of people")[2]


def end(store: Store, booking: str, status: str) -> None:
    """Let a booking have ended so."""
    store.write(Booking.update(status=status).where(Booking.public_id == booking).execute)


def test_use_is_the_share_of_the_hours(
    sign_in: SignIn, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        booked(cast, TEN + number * HOUR, name=f"N{number} Client", provider=cast.ids["Ada"], duration_minutes=30)
    monkeypatch.setattr("app.clock.now", lambda: MONDAY + 28 * 24 * HOUR)
    page = today(sign_in(ReadyMade.MANAGER), store).partition("Hours taken / open")[2]
    assert "Ada 2% 5 / 280" in page  # seven times 45 minutes with buffers, of 28 days of ten hours
    assert "Ben 0% 0 / 280" in page


@pytest.mark.parametrize(
    ("role", "parts"),
    [
        (ReadyMade.FRONT_DESK, (True, False, False)),
        (ReadyMade.MANAGER, (True, True, True)),
        (ReadyMade.ADMINISTRATOR, (True, True, True)),
    ],
)
def test_each_role_sees_its_parts(
    sign_in: SignIn, cast: Cast, store: Store, role: ReadyMade, parts: tuple[bool, bool, bool]
) -> None:
    page = today(sign_in(role), store)
    assert ("Booked today" in page, "Given up" in page, "The last eight weeks" in page) == parts


@pytest.mark.parametrize("role", [ReadyMade.VIEWER, ReadyMade.AUDITOR])
def test_those_who_see_no_titles_have_no_such_page(sign_in: SignIn, cast: Cast, role: ReadyMade) -> None:
    browser = sign_in(role)
    assert browser.get("/today/").status_code == 403
    assert "/today/" not in Page(browser.get("/home/", follow_redirects=True).text).links


def test_administrator_sees_where_to_begin_and_then_what_is_left(sign_in: SignIn, store: Store) -> None:
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    assert "Set up your site in five steps From an empty site to the first booking" in today(browser, store)
    for path in ("/calendar/day", "/setup/locations", "/setup/services", "/setup/"):
        assert "/setup/start" in Page(browser.get(path).text).links
    add_location(context_of(store))
    page = today(browser, store)
    assert "Left to set up Give the location its weekly hours Add who and what can be booked" in page
    assert "Go on with the five steps" in page


def test_manager_of_an_empty_installation_is_not_led_by_the_steps(sign_in: SignIn, store: Store) -> None:
    browser = sign_in(ReadyMade.MANAGER)
    assert "Left to set up Add a location Give the location its weekly hours" in today(browser, store)
    assert "/setup/start" not in Page(browser.get("/calendar/day").text).links + Page(browser.get("/today/").text).links


def test_administrator_of_a_complete_installation_has_nothing_left(sign_in: SignIn, cast: Cast, store: Store) -> None:
    assert "Left to set up" not in today(sign_in(ReadyMade.ADMINISTRATOR), store)


def test_place_that_is_gone_is_not_found(desk: Browser) -> None:
    assert desk.get("/today/?location=nowhere").status_code == 404


@pytest.mark.usefixtures("at_half_past_ten")
def test_page_sends_as_many_queries_for_10_bookings_as_for_two(sign_in: SignIn, cast: Cast, store: Store) -> None:
    manager, numbers = sign_in(ReadyMade.MANAGER), []
    for count in (range(2), range(2, 10)):
        for number in count:
            booked(cast, TEN + number * 45 * MINUTE, name=f"N{number} Client")
        with counted(store) as sent:
            today(manager, store)
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]
