"""The hours editor of locations and resources."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from app.access.permissions import ReadyMade
from app.booking.values import WallInterval
from app.operations.setup.hours import OverrideDraft, Owner, OwnerKind, WeeklyRange, get_hours
from app.operations.setup.services import RequirementDraft, ServiceDraft, save_service
from app.operations.slots import find_slots
from app.storage.store import Store
from app.web.setup.kinds import STALE
from tests.cast import HOUR, MONDAY
from tests.operations.setup_cast import add_location, add_person, context_of
from tests.web.conftest import Browser, SignIn
from tests.web.setup_pages import Form, counted_queries, error_beside, value_of

pytestmark = pytest.mark.gate

FEAST = date(2030, 5, 1)
ONE_LINE = 100
"""So many letters of a hint fit beside the navigation of a laptop."""


@pytest.fixture
def admin(sign_in: SignIn) -> Browser:
    """The browser of an administrator."""
    return sign_in(ReadyMade.ADMINISTRATOR)


@pytest.fixture
def place(store: Store) -> Owner:
    """A location in Berlin."""
    return Owner(OwnerKind.LOCATION, add_location(context_of(store)))


@pytest.fixture
def person(store: Store) -> Owner:
    """Somebody who works everywhere."""
    return Owner(OwnerKind.RESOURCE, add_person(context_of(store)))


def _path(owner: Owner) -> str:
    return f"/setup/{owner.kind.value}s/{owner.public_id}/hours"


def _weekly(*lines: tuple[str, str, str, str, str], version: str = "1", action: str = "save") -> Form:
    columns = zip(*lines, strict=True) if lines else ([],) * 5
    names = ("weekday", "from", "to", "until_day", "place")
    fields: Form = {name: list(texts) for name, texts in zip(names, columns, strict=True)}
    return {**fields, "form": "weekly", "version": version, "action": action}


def _special(day: str, *lines: tuple[str, str, str], **more: str) -> Form:
    columns = zip(*lines, strict=True) if lines else ([],) * 3
    names = ("day_from", "day_to", "day_until_day")
    fields: Form = {name: list(texts) for name, texts in zip(names, columns, strict=True)}
    return {"form": "date", "version": "1", "action": "save", "day": day, **fields, **more}


@pytest.mark.parametrize("language", ["en", "de"])
def test_hints_of_the_editor_need_one_line_each(admin: Browser, place: Owner, person: Owner, language: str) -> None:
    admin.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    for page in (admin.get(_path(place)).text, admin.get(_path(person)).text):
        shown = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
        hints = re.findall(r'class="form-text"[^>]*>(.*?)</', shown, flags=re.DOTALL)
        assert [hint for hint in hints if len(hint) > ONE_LINE] == []


def test_list_says_who_has_hours_of_their_own(admin: Browser, place: Owner, person: Owner) -> None:
    def told() -> list[str]:
        return re.findall(r'<span class="text-body-secondary">(.*?)</span></li>', admin.get("/setup/hours").text)

    before = told()
    for owner in (place, person):
        admin.submit(_path(owner), _weekly(("0", "8", "12", "", "")))
    assert (before, told()) == (["always open", "as the location"], ["own hours", "own hours"])


def test_weekly_hours_past_midnight_are_saved_and_shown(admin: Browser, store: Store, place: Owner) -> None:
    answer = admin.submit(_path(place), _weekly(("4", "22", "2:00", "1", ""), ("0", "830", "24:00", "", "")))
    assert (answer.status_code, answer.location) == (302, _path(place))
    weekly = get_hours(context_of(store), place).draft.weekly
    assert weekly == (WeeklyRange(0, 510, 1440), WeeklyRange(4, 1320, 1560))
    page = admin.get(_path(place)).text
    assert (value_of(page, "from"), value_of(page, "to")) == (["08:30", "22:00"], ["24:00", "02:00"])


def test_weekly_hours_up_to_the_end_of_the_next_day_stay_the_same(admin: Browser, store: Store, place: Owner) -> None:
    admin.submit(_path(place), _weekly(("0", "00:00", "24:00", "1", "")))
    page = admin.get(_path(place)).text
    admin.submit(_path(place), _weekly(("0", value_of(page, "from")[0], value_of(page, "to")[0], "1", ""), version="2"))
    assert get_hours(context_of(store), place).draft.weekly == (WeeklyRange(0, 0, 2880),)


@pytest.mark.parametrize(("day", "weekdays"), [("workdays", range(5)), ("every", range(7))])
def test_weekly_line_for_several_days_becomes_one_each(
    admin: Browser, store: Store, place: Owner, day: str, weekdays: range
) -> None:
    admin.submit(_path(place), _weekly((day, "8", "17", "", ""), ("0", "", "", "", "")))
    expected = tuple(WeeklyRange(weekday, 480, 1020) for weekday in weekdays)
    assert get_hours(context_of(store), place).draft.weekly == expected


def test_weekly_hours_of_a_person_name_a_location(admin: Browser, store: Store, place: Owner, person: Owner) -> None:
    admin.submit(_path(person), _weekly(("2", "9", "12", "", place.public_id), ("2", "13", "17", "", "")))
    expected = (WeeklyRange(2, 540, 720, place.public_id), WeeklyRange(2, 780, 1020))
    assert get_hours(context_of(store), person).draft.weekly == expected
    assert f'<option value="{place.public_id}" selected>Centre' in admin.get(_path(person)).text


BAD = [
    (("0", "8 o'clock", "17", "", ""), "weekly-1"),
    (("0", "8", "", "", ""), "weekly-1"),
    (("0", "8", "24:30", "", ""), "weekly-1"),
    (("9", "8", "17", "", ""), "weekly-1"),
    (("0", "17", "8", "", ""), "weekly"),
    (("6", "9", "10", "", ""), "weekly"),
]


@pytest.mark.parametrize(("line", "field"), BAD)
def test_weekly_line_that_cannot_be_says_so_and_stays(
    admin: Browser, store: Store, place: Owner, line: tuple[str, str, str, str, str], field: str
) -> None:
    answer = admin.submit(_path(place), _weekly(("6", "8", "12", "", ""), line))
    assert (answer.status_code, bool(error_beside(answer.text, field))) == (422, True)
    assert value_of(answer.text, "from") == ["8", line[1]]
    assert get_hours(context_of(store), place).draft.weekly == ()


def test_weekly_hours_edited_by_two_tell_the_second(admin: Browser, store: Store, place: Owner) -> None:
    admin.submit(_path(place), _weekly(("0", "8", "12", "", "")))
    answer = admin.submit(_path(place), _weekly(("0", "9", "13", "", "")))
    assert (answer.status_code, STALE in answer.text, value_of(answer.text, "from")) == (409, True, ["9"])
    assert get_hours(context_of(store), place).draft.weekly == (WeeklyRange(0, 480, 720),)


def test_weekly_line_added_and_dropped_saves_nothing(admin: Browser, store: Store, place: Owner) -> None:
    line = ("0", "8", "12", "", "")
    more = admin.submit(_path(place), _weekly(line, action="add-weekly"))
    less = admin.submit(_path(place), _weekly(line, ("1", "9", "13", "", ""), action="drop-weekly-0"))
    none = admin.submit(_path(place), _weekly(line, action="drop-weekly-0"))
    assert [value_of(page.text, "from") for page in (more, less, none)] == [["8", ""], ["9"], [""]]
    assert get_hours(context_of(store), place).version == 1


def test_line_dropped_by_no_number_is_refused(admin: Browser, place: Owner) -> None:
    assert admin.submit(_path(place), _weekly(action="drop-weekly-x")).status_code == 422


def test_special_day_is_saved_listed_changed_and_removed(admin: Browser, store: Store, place: Owner) -> None:
    admin.submit(f"{_path(place)}/date", _special("2030-05-01", ("8", "12", ""), ("22", "1", "1")))
    draft = get_hours(context_of(store), place).draft
    assert draft.overrides == (OverrideDraft(FEAST, ((480, 720), (1320, 1500))),)
    assert "08:00 to 12:00, 22:00 to 01:00 (next day)" in admin.get(_path(place)).text
    page = admin.get(f"{_path(place)}?day=2030-05-01").text
    assert (value_of(page, "day_from"), value_of(page, "day_to")) == (["08:00", "22:00"], ["12:00", "01:00"])
    admin.submit(f"{_path(place)}/date/remove", {"day": "2030-05-01", "day_place": "", "action": "save"})
    assert get_hours(context_of(store), place).draft.overrides == ()


def test_special_day_closed_wins_over_its_lines(admin: Browser, store: Store, person: Owner, place: Owner) -> None:
    fields = _special("2030-05-01", ("8", "12", ""), closed="1", day_place=place.public_id)
    admin.submit(f"{_path(person)}/date", fields)
    assert get_hours(context_of(store), person).draft.overrides == (OverrideDraft(FEAST, (), place.public_id),)
    page = admin.get(f"{_path(person)}?day=2030-05-01&place={place.public_id}").text
    assert ("closed all day" in page, 'name="closed" value="1" checked' in page) == (True, True)


def test_special_day_in_the_past_is_not_listed(admin: Browser, place: Owner) -> None:
    admin.submit(f"{_path(place)}/date", _special("2029-12-24", closed="1"))
    assert "24 December 2029" not in admin.get(_path(place)).text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (_special("tomorrow", ("8", "12", "")), "day"),
        (_special("2030-05-01", ("", "", "")), "special"),
        (_special("2030-05-01", ("8", "12", ""), ("11", "13", "")), "special"),
        (_special("2030-05-01", ("", "12", "")), "special-0"),
    ],
)
def test_special_day_that_cannot_be_says_so(
    admin: Browser, store: Store, place: Owner, fields: Form, field: str
) -> None:
    answer = admin.submit(f"{_path(place)}/date", fields)
    assert (answer.status_code, bool(error_beside(answer.text, field))) == (422, True)
    assert value_of(answer.text, "day_from") == fields["day_from"]
    assert get_hours(context_of(store), place).draft.overrides == ()


def test_hours_at_a_location_that_was_removed_keep_what_was_typed(admin: Browser, person: Owner) -> None:
    answer = admin.submit(_path(person), _weekly(("2", "9", "12", "", "gone")))
    assert (answer.status_code, value_of(answer.text, "from")) == (422, ["9"])


def test_hours_asked_for_by_a_wrong_date_are_refused(admin: Browser, place: Owner) -> None:
    assert admin.get(f"{_path(place)}?day=tomorrow").status_code == 422


@pytest.mark.parametrize("slug", ["locations", "resources"])
def test_hours_of_nobody_are_not_found(admin: Browser, slug: str) -> None:
    assert admin.get(f"/setup/{slug}/nobody/hours").status_code == 404
    assert admin.submit(f"/setup/{slug}/nobody/hours", _weekly()).status_code == 404


@pytest.mark.parametrize("tail", ["", "/date", "/date/remove"])
def test_hours_without_the_right_are_refused(
    sign_in: SignIn, visitor: FlaskClient, store: Store, place: Owner, tail: str
) -> None:
    viewer, fields = sign_in(ReadyMade.VIEWER), _special("2030-05-01", closed="1")
    assert viewer.get(_path(place)).status_code == 403
    assert viewer.submit(_path(place) + tail, fields).status_code == 403
    assert viewer.submit(_path(place) + tail, {**fields, "action": "add-weekly"}).status_code == 403
    assert visitor.get(_path(place)).location.startswith("/sign-in")
    assert visitor.post(_path(place) + tail, data=fields).status_code in (400, 401)
    assert get_hours(context_of(store), place).version == 1


def test_hours_changed_are_effective_in_the_next_search(
    admin: Browser, store: Store, place: Owner, person: Owner
) -> None:
    context, needs = context_of(store), (RequirementDraft(resource=person.public_id),)
    service = save_service(context, ServiceDraft("Talk", (60,), needs, (place.public_id,), slot_interval_minutes=60))
    admin.submit(_path(place), _weekly(("0", "8", "10", "", "")))

    def starts() -> list[int]:
        found = find_slots(context_of(store), service, place.public_id, MONDAY, MONDAY + 24 * HOUR)
        return [(start - MONDAY) // HOUR for start in found]

    assert starts() == [7, 8]
    admin.submit(_path(person), _weekly(("0", "9", "12", "", "")))
    assert starts() == [8]
    admin.submit(f"{_path(place)}/date", _special("2030-01-07", closed="1", version="2"))
    assert starts() == []


def test_hours_page_asks_as_often_for_many_lines_as_for_one(admin: Browser, place: Owner) -> None:
    numbers = []
    for version, day in (("1", "0"), ("2", "every")):
        admin.submit(_path(place), _weekly((day, "8", "12", "", ""), version=version))
        admin.get(_path(place))
        with counted_queries() as statements:
            admin.get(_path(place))
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 7


def test_location_hours_reach_the_catalog(admin: Browser, store: Store, place: Owner) -> None:
    admin.submit(_path(place), _weekly(("5", "22", "2", "1", "")))
    (location,) = store.catalog().locations.values()
    assert [(one.weekday, one.hours) for one in location.weekly] == [(5, WallInterval(1320, 1560))]
