"""Time off that hits bookings: it is said at once, and each is given to somebody else, moved or left."""

from __future__ import annotations

import pytest

from app.access.permissions import Permission, ReadyMade
from app.operations.setup.time_off import TimeOffDraft, save_time_off
from app.storage.store import Store
from app.storage.tables import Allocation, TimeOff
from tests.cast import HOUR, Cast
from tests.operations.helpers import system
from tests.web.conftest import Browser, SignIn, SignInWith
from tests.web.setup_pages import saving
from tests.web.staff_cast import DAY, TEN, booked, counted, words

FORM = {"first": DAY, "from": "", "last": "", "to": "", "reason": "Ill"}


@pytest.fixture
def manager(sign_in: SignIn, cast: Cast) -> Browser:
    """The browser of a manager of the cast's practice."""
    return sign_in(ReadyMade.MANAGER)


def away(cast: Cast, who: str = "Ada", start: int = TEN - HOUR, end: int = TEN + 6 * HOUR) -> str:
    """Time off of somebody; returns the path of the bookings that it hits."""
    return f"/setup/time-off/{save_time_off(system(cast), TimeOffDraft(cast.ids[who], start, end))}/bookings"


def with_ada(cast: Cast, start: int = TEN, **details: object) -> str:
    """Book with Ada; return the booking's public id."""
    details["provider"] = cast.ids["Ada"]
    return booked(cast, start, "Consultation", **details)


def givers() -> list[int]:
    """Row ids of who has each booking now."""
    return [row.resource_id for row in Allocation.select().where(Allocation.active).order_by(Allocation.booking)]


def test_time_off_saved_says_how_many_bookings_it_hits_and_leads_to_them(manager: Browser, cast: Cast) -> None:
    with_ada(cast), with_ada(cast, TEN + 2 * HOUR, name="Otto Client")
    answer = manager.submit("/setup/time-off/new", saving(FORM, resource=cast.ids["Ada"]))
    off = str(TimeOff.get().public_id)
    assert answer.location == f"/setup/time-off/{off}/bookings"
    page = words(manager.get(answer.location).text)
    assert "2 bookings fall into it." in page
    assert ("Nora Client" in page, "Otto Client" in page, "Give all 2 bookings" in page) == (True, True, True)
    assert "2 bookings fall into it" in words(manager.get("/setup/time-off").text)


def test_time_off_saved_that_hits_nothing_leads_to_the_list(manager: Browser, cast: Cast) -> None:
    with_ada(cast)
    answer = manager.submit("/setup/time-off/new", saving(FORM, resource=cast.ids["Ben"]))
    assert answer.location == "/setup/time-off"
    assert "fall into it" not in words(manager.get("/setup/time-off").text)
    page = words(manager.get(f"/setup/time-off/{TimeOff.get().public_id}/bookings").text)
    assert "No bookings fall into this time off." in page


def test_booking_is_given_to_another_by_its_line(manager: Browser, cast: Cast) -> None:
    mine, path = with_ada(cast), away(cast)
    form = {"do": "give", "booking": mine, "to": cast.ids["Ben"], "version": "1", "key": "form"}
    answer = manager.submit(path, form)
    assert (answer.status_code, answer.location, givers()) == (302, path, [cast.rows["Ben"]])
    page = words(manager.get(path).text)
    assert ("Given to Ben." in page, "No bookings fall into this time off." in page) == (True, True)


def test_booking_that_cannot_be_given_says_why_on_its_line_and_is_left(manager: Browser, cast: Cast) -> None:
    mine, other, path = with_ada(cast), with_ada(cast, TEN + HOUR), away(cast)
    booked(cast, provider=cast.ids["Ben"], name="Otto Client")
    form = {"do": "give", "booking": mine, "to": cast.ids["Ben"], "version": "1"}
    answer = manager.submit(path, form)
    line = words(answer.text.partition(f'id="booking-{mine}"')[2].partition("</li>")[0])
    assert (answer.status_code, "Ben is taken from 10:00 to 10:45" in line, "Nobody and nothing else" in line) == (
        409,
        True,
        True,
    )
    assert givers()[:2] == [cast.rows["Ada"]] * 2
    assert f'id="booking-{other}"' in answer.text


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"to": ""}, 422, "Please choose who or what is to have this booking."),
        ({"to": "nobody"}, 422, "resource"),
        ({"booking": "nothing"}, 422, "booking"),
        ({"version": "7"}, 409, "Somebody else"),
        ({"version": "x"}, 422, "whole number"),
    ],
)
def test_form_that_cannot_be_says_so(
    manager: Browser, cast: Cast, change: dict[str, str], status: int, said: str
) -> None:
    mine, path = with_ada(cast), away(cast)
    form = {"do": "give", "booking": mine, "to": cast.ids["Ben"], "version": "1", **change}
    answer = manager.submit(path, form)
    assert (answer.status_code, said in words(answer.text), givers()) == (status, True, [cast.rows["Ada"]])


def test_all_that_can_be_given_are_given_by_one_press(manager: Browser, cast: Cast) -> None:
    with_ada(cast), with_ada(cast, TEN + 2 * HOUR)
    booked(cast, provider=cast.ids["Ben"], name="Otto Client")
    path = away(cast)
    answer = manager.submit(path, {"do": "all"})
    assert (answer.status_code, answer.location) == (302, path)
    assert "1 booking is given to others." in words(manager.get(path).text)
    assert sorted(givers()) == sorted([cast.rows["Ada"], cast.rows["Ben"], cast.rows["Ben"]])
    manager.submit(path, {"do": "all"})
    assert "Nobody else is free for any of these bookings." in words(manager.get(path).text)


def test_booking_moved_from_its_line_leads_back(manager: Browser, cast: Cast) -> None:
    mine, path = with_ada(cast), away(cast)
    link = f"/bookings/{mine}/move?back={path}"
    assert link in manager.get(path).text
    assert manager.get(link).text.count(f'name="back" value="{path}"') == 2
    form = {"date": "2030-01-08", "time": "10:00", "provider": "", "back": path}
    assert manager.submit(f"/bookings/{mine}/move", form).location == path


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"])
def test_move_never_leads_to_another_site(manager: Browser, cast: Cast, back: str) -> None:
    mine = with_ada(cast)
    assert 'name="back"' not in manager.get(f"/bookings/{mine}/move", query_string={"back": back}).text
    form = {"date": "2030-01-08", "time": "10:00", "provider": "", "back": back}
    assert manager.submit(f"/bookings/{mine}/move", form).location == f"/bookings/{mine}"


def test_who_sees_only_busy_times_is_told_no_more(sign_in_with: SignInWith, cast: Cast) -> None:
    with_ada(cast)
    path, helper = away(cast), sign_in_with(Permission.MANAGE_HOURS, Permission.SEE_BUSY)
    page = words(helper.get(path).text)
    assert ("Busy" in page, "Nora Client" in page, "Consultation" in page, "Give" in page) == (
        True,
        False,
        False,
        False,
    )


def test_page_asks_as_often_for_many_bookings_as_for_one(manager: Browser, cast: Cast, store: Store) -> None:
    path = away(cast, end=TEN + 30 * 24 * HOUR)
    numbers: list[int] = []
    for days in (range(1), range(1, 8)):
        for day in days:
            with_ada(cast, TEN + day * 24 * HOUR, override=True, override_reason="Test")
        manager.get(path)
        with counted(store) as sent:
            assert manager.get(path).text.count('class="request"') == len(numbers) * 7 + 1
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]
