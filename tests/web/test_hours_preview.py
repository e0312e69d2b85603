"""What clients could book with weekly hours as they are typed: the real search, nothing saved."""

from __future__ import annotations

import re

import pytest

from app.access.permissions import ReadyMade
from app.operations.setup.hours import Owner, OwnerKind, get_hours
from app.operations.slots import find_slots
from app.storage.store import Store
from tests.cast import HOUR, MONDAY, Cast
from tests.operations.helpers import system
from tests.web.conftest import Browser, SignIn
from tests.web.setup_pages import Form, error_beside, value_of
from tests.web.staff_cast import TEN, booked, words
from tests.web.test_setup_hours_pages import _weekly as lines

PART = {"HX-Request": "true"}


@pytest.fixture
def manager(sign_in: SignIn, cast: Cast) -> Browser:
    """The browser of a manager of the cast's practice."""
    return sign_in(ReadyMade.MANAGER)


def hours_of(cast: Cast, name: str = "Ada") -> str:
    """The path of somebody's or a place's hours."""
    return f"/setup/{'locations' if name == 'Centre' else 'resources'}/{cast.ids[name]}/hours"


def typed(cast: Cast, *more: tuple[str, str, str, str, str], service: str = "Consultation") -> Form:
    """A form with Monday morning and other lines, whose preview is asked for."""
    form = lines(("0", "9", "11", "", ""), *more, action="preview")
    return {**form, "preview": f"{cast.ids[service]}:{cast.ids['Centre']}"}


def days(page: str) -> dict[str, str]:
    """The starts that a panel shows, by date."""
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))


def test_preview_shows_the_starts_of_typed_hours_and_saves_nothing(manager: Browser, cast: Cast, store: Store) -> None:
    booked(cast, TEN, provider=cast.ids["Ada"])
    part = manager.submit(hours_of(cast), typed(cast), headers=PART)
    assert (part.status_code, "<h1" in part.text) == (200, False)
    assert days(part.text) == {
        "Monday 7 January 2030": "09:00, 09:15",
        **{f"{day} January 2030": "nothing" for day in ("Tuesday 8", "Wednesday 9", "Thursday 10", "Friday 11")},
        **{f"{day} January 2030": "nothing" for day in ("Saturday 12", "Sunday 13")},
    }
    assert "2 times can be booked next week." in words(part.text)
    assert get_hours(system(cast), Owner(OwnerKind.RESOURCE, cast.ids["Ada"])).version == 1


@pytest.mark.parametrize("name", ["Ada", "Centre"])
def test_preview_is_what_the_search_finds_once_the_hours_are_saved(manager: Browser, cast: Cast, name: str) -> None:
    form = typed(cast, ("workdays", "13", "18:30", "", ""), ("5", "22", "2", "1", ""))
    part = manager.submit(hours_of(cast, name), form, headers=PART)
    manager.submit(hours_of(cast, name), {**form, "action": "save"})
    provider = cast.ids[name] if name == "Ada" else None
    week = MONDAY, MONDAY + 7 * 24 * HOUR
    found = find_slots(system(cast), cast.ids["Consultation"], cast.ids["Centre"], *week, provider=provider)
    shown = sum(len(starts.split(", ")) for starts in days(part.text).values() if starts != "nothing")
    assert (shown, f"{len(found)} times can be booked" in words(part.text)) == (len(found), True)
    assert found


def test_preview_without_script_is_in_the_page_with_all_that_was_typed(manager: Browser, cast: Cast) -> None:
    page = manager.submit(hours_of(cast), typed(cast, ("1", "", "", "", ""), service="Intake"))
    assert (page.status_code, value_of(page.text, "from")) == (200, ["9", ""])
    assert days(page.text)["Monday 7 January 2030"].startswith("09:00, 09:15")
    assert re.search(rf'value="{cast.ids["Intake"]}:[^"]*" selected', page.text)


@pytest.mark.parametrize(
    ("line", "said", "field"),
    [
        (("1", "noon", "17", "", ""), "Line 2: Please give a time as hour:minute, such as 08:30.", "weekly-1"),
        (("9", "8", "17", "", ""), "Line 2: Please choose a weekday from the list.", "weekly-1"),
        (("0", "10", "12", "", ""), "Two ranges on Monday overlap; please join them or correct their times.", "weekly"),
    ],
)
def test_preview_of_lines_that_cannot_be_names_them_as_the_form_does(
    manager: Browser, cast: Cast, line: tuple[str, str, str, str, str], said: str, field: str
) -> None:
    part = manager.submit(hours_of(cast), typed(cast, line), headers=PART)
    assert (part.status_code, said in words(part.text), days(part.text)) == (200, True, {})
    page = manager.submit(hours_of(cast), typed(cast, line))
    assert (page.status_code, bool(error_beside(page.text, field))) == (422, True)
    assert value_of(page.text, "from") == ["9", line[1]]


def test_preview_of_a_place_that_is_gone_says_so(manager: Browser, cast: Cast) -> None:
    part = manager.submit(hours_of(cast), typed(cast, ("1", "9", "12", "", "gone")), headers=PART)
    assert "The location that you chose was removed meanwhile" in words(part.text)


def test_preview_of_a_service_that_is_not_theirs_is_of_the_first_of_theirs(manager: Browser, cast: Cast) -> None:
    part = manager.submit(hours_of(cast), {**typed(cast), "preview": "nothing"}, headers=PART)
    assert days(part.text)["Monday 7 January 2030"].startswith("09:00")


def test_page_offers_the_services_that_depend_on_the_hours(manager: Browser, cast: Cast) -> None:
    names = ("Approval", "Class", "Consultation", "Intake")
    offered = {one: [f"{name} at Centre" in manager.get(hours_of(cast, one)).text for name in names] for one in OWNERS}
    assert offered == {"Ada": [True, False, True, True], "Room 1": [False, True, False, False], "Laser": [False] * 4}
    assert "No service that can be booked depends on these hours." in words(manager.get(hours_of(cast, "Laser")).text)
    assert manager.submit(hours_of(cast, "Laser"), typed(cast), headers=PART).status_code == 200


OWNERS = ("Ada", "Room 1", "Laser")


def test_preview_is_closed_to_who_may_not_manage_hours(desk: Browser, manager: Browser, cast: Cast) -> None:
    assert desk.submit(hours_of(cast), typed(cast), headers=PART).status_code == 403
    assert manager.submit("/setup/resources/nobody/hours", typed(cast), headers=PART).status_code == 404
