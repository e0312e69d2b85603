"""The list and edit pages of every kind of set-up record: what is right, what is refused, and strangers."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.access.permissions import Permission, ReadyMade
from app.operations.setup.locations import get_location, save_location
from app.operations.setup.resources import list_resources, save_resource
from app.storage.all_tables import ALL_TABLES
from app.storage.store import Store
from app.web.setup.kinds import STALE
from tests.operations.setup_cast import add_many, add_person, context_of
from tests.web.conftest import Browser, SignIn, SignInWith
from tests.web.setup_pages import REMOVABLE, SLUGS, counted_queries, error_beside, find_id, make_forms, saving, value_of

pytestmark = pytest.mark.gate

every_kind = pytest.mark.parametrize("slug", SLUGS)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what does not depend on the database, such as rights and the sentences of a form."""
ELSE = {"locations": "Port", "resources": "Room 10", "pools": "Nurses", "services": "Talk", "closures": "Fair"}
BAD = [
    ("locations", {"tzid": "Mars/Base"}, "tzid"),
    ("locations", {"name": "Har\u202ebour"}, "name"),
    ("locations", {"name": "Har\x00bour"}, "name"),
    ("resources", {"location": ""}, "location"),
    ("resources", {"kind": "robot"}, "kind"),
    ("pools", {"members": []}, "members"),
    ("services", {"durations_minutes": "half an hour"}, "durations_minutes"),
    ("services", {"minimum_notice_minutes": "-1"}, "minimum_notice_minutes"),
    ("services", {"minimum_notice_minutes": "400"}, "minimum_notice_minutes"),
    ("services", {"capacity": ""}, "capacity"),
    ("services", {"locations": []}, "locations"),
    ("services", {"takes_what": [""]}, "requirements"),
    ("services", {"takes_what": ["the moon"]}, "takes-0"),
    ("services", {"takes_count": ["many"]}, "takes-0"),
    ("services", {"takes_count": ["3"]}, "requirements"),
    ("services", {"visibility": "nobody"}, "visibility"),
    ("closures", {"first": "tomorrow"}, "first"),
    ("closures", {"last": "2030-04-30"}, "last"),
    ("time-off", {"resource": ""}, "resource"),
    ("time-off", {"from": "26:00"}, "from"),
    ("time-off", {"from": "10:00", "to": "09:00"}, "last"),
    ("users", {"email": "vera"}, "email"),
    ("users", {"password": "short"}, "password"),
    ("users", {"grant_role": "king"}, "grants-0"),
    ("users", {"grant_for": "location:none"}, "grants-0"),
    ("groups", {"name": ""}, "name"),
    ("groups", {"grant_role": "king"}, "grants-0"),
    ("roles", {"name": ""}, "name"),
    ("roles", {"may-move": "perhaps"}, "may-move"),
    ("roles", {"idle_minutes": "soon"}, "idle_minutes"),
    ("roles", {"session_hours": "0"}, "session_hours"),
    ("users", {"grant_role": "provider"}, "resource"),
    ("approvals", {"about": ""}, "about"),
    ("approvals", {"about": "location:none"}, "about"),
    ("approvals", {"step1_who": "named"}, "step1_approvers"),
    ("approvals", {"step1_who": "named", "step1_approvers": ["robot:1"]}, "step1_approvers"),
    ("approvals", {"step1_minutes": "0"}, "step1_minutes"),
    ("approvals", {"step1_minutes": "-5"}, "step1_minutes"),
    ("approvals", {"step1_minutes": "soon"}, "step1_minutes"),
    ("approvals", {"step1_on_timeout": "shrug"}, "step1_on_timeout"),
    ("approvals", {"step1_next_who": "named"}, "step1_next"),
    ("approvals", {"step1_approvers": ["robot:1"]}, "step1_who"),
    ("approvals", {"step1_next": ["robot:1"]}, "step1_next_who"),
]


@pytest.fixture
def admin(sign_in: SignIn) -> Browser:
    """The browser of an administrator."""
    return sign_in(ReadyMade.ADMINISTRATOR)


@every_kind
def test_record_saved_is_listed_and_shown_again(admin: Browser, store: Store, slug: str) -> None:
    form = make_forms(store)[slug]
    answer = admin.submit(f"/setup/{slug}/new", saving(form))
    assert (answer.status_code, answer.location) == (302, f"/setup/{slug}")
    page = admin.get(f"/setup/{slug}").text
    shown = admin.get(f"/setup/{slug}/{find_id(page, slug, str(form.get('name', 'Cem')))}")
    assert (shown.status_code, value_of(shown.text, "name")) == (200, [form["name"]] if "name" in form else [])


@pytest.mark.parametrize("slug", ELSE)
def test_record_edited_has_the_new_name(admin: Browser, store: Store, slug: str) -> None:
    form = make_forms(store)[slug]
    admin.submit(f"/setup/{slug}/new", saving(form))
    path = f"/setup/{slug}/{find_id(admin.get(f'/setup/{slug}').text, slug, str(form['name']))}"
    answer = admin.submit(path, saving(form, name=ELSE[slug], version="1"))
    assert (answer.status_code, value_of(admin.get(path).text, "name")) == (302, [ELSE[slug]])


@pytest.mark.parametrize("slug", ELSE)
def test_record_edited_by_two_tells_the_second_and_keeps_what_was_typed(
    admin: Browser, store: Store, slug: str
) -> None:
    form = make_forms(store)[slug]
    admin.submit(f"/setup/{slug}/new", saving(form))
    path = f"/setup/{slug}/{find_id(admin.get(f'/setup/{slug}').text, slug, str(form['name']))}"
    admin.submit(path, saving(form, name=ELSE[slug], version="1"))
    answer = admin.submit(path, saving(form, name="Mine", version="1"))
    assert (answer.status_code, STALE in answer.text, value_of(answer.text, "name")) == (409, True, ["Mine"])
    assert value_of(admin.get(path).text, "name") == [ELSE[slug]]


@on_sqlite
@pytest.mark.parametrize(("slug", "change", "field"), BAD)
def test_form_with_bad_input_says_so_beside_the_field(
    admin: Browser, store: Store, slug: str, change: dict[str, str | list[str]], field: str
) -> None:
    form = make_forms(store)[slug]
    before = _list(admin, slug)
    answer = admin.submit(f"/setup/{slug}/new", saving(form, **change))
    assert (answer.status_code, bool(error_beside(answer.text, field))) == (422, True)
    assert _list(admin, slug) == before


def _list(browser: Browser, slug: str) -> str:
    """What a list page shows, without the token of its head, which the hour changes."""
    return browser.get(f"/setup/{slug}").text.partition("<main")[2]


def test_form_refused_keeps_what_was_typed(admin: Browser, store: Store) -> None:
    form = make_forms(store)["locations"]
    answer = admin.submit("/setup/locations/new", saving(form, tzid="Mars/Base"))
    typed = {name: value_of(answer.text, name) for name in ("name", "tzid")}
    assert typed == {"name": ["Harbour"], "tzid": ["Mars/Base"]}
    assert error_beside(answer.text, "tzid").startswith("This time zone is not known")


def test_form_refused_never_shows_a_password_again(admin: Browser, store: Store) -> None:
    answer = admin.submit("/setup/users/new", saving(make_forms(store)["users"], grant_role="king"))
    assert value_of(answer.text, "password") == [""]


def test_form_that_names_something_removed_meanwhile_keeps_what_was_typed(admin: Browser, store: Store) -> None:
    form = make_forms(store)["services"]
    answer = admin.submit("/setup/services/new", saving(form, takes_what=["pool:gone"]))
    assert (answer.status_code, value_of(answer.text, "name")) == (422, ["Check-up"])
    assert "The pool that you chose was removed meanwhile" in answer.text


@on_sqlite
@every_kind
def test_record_unknown_is_not_found(admin: Browser, store: Store, slug: str) -> None:
    form = make_forms(store)[slug]
    assert admin.get(f"/setup/{slug}/nothing").status_code == 404
    assert admin.submit(f"/setup/{slug}/nothing", saving(form)).status_code == 404


@on_sqlite
@every_kind
def test_pages_of_strangers_lead_to_the_sign_in(visitor: FlaskClient, slug: str) -> None:
    for path in (f"/setup/{slug}", f"/setup/{slug}/new", f"/setup/{slug}/some"):
        assert visitor.get(path).location.startswith("/sign-in")


def counted(store: Store) -> list[int]:
    """The number of rows in every table."""
    return store.read(lambda: [int(one.select().count()) for one in ALL_TABLES])


@on_sqlite
@every_kind
def test_forms_of_strangers_are_refused(visitor: FlaskClient, store: Store, slug: str) -> None:
    form = make_forms(store)[slug]
    before = counted(store)
    assert (visitor.post(f"/setup/{slug}/new", data=saving(form)).status_code, counted(store)) == (401, before)


@every_kind
@on_sqlite
@pytest.mark.parametrize("role", [ReadyMade.FRONT_DESK, ReadyMade.PROVIDER, ReadyMade.VIEWER, ReadyMade.AUDITOR])
def test_pages_of_staff_without_the_right_are_refused(
    sign_in: SignIn, store: Store, slug: str, role: ReadyMade
) -> None:
    form, browser = make_forms(store)[slug], sign_in(role)
    paths = (f"/setup/{slug}", f"/setup/{slug}/new", f"/setup/{slug}/some")
    assert [browser.get(path).status_code for path in paths] == [403, 403, 403]
    sent = [browser.submit(path, fields).status_code for path in paths[1:] for fields in (form, saving(form))]
    assert sent == [403, 403, 403, 403]


def test_users_are_closed_to_managers_and_not_offered_to_them(sign_in: SignIn) -> None:
    manager = sign_in(ReadyMade.MANAGER)
    assert [manager.get(path).status_code for path in ("/setup/users", "/setup/users/new")] == [403, 403]
    assert "/setup/users" not in manager.get("/setup/").text


@pytest.mark.parametrize("slug", REMOVABLE)
def test_record_removed_is_gone(admin: Browser, store: Store, slug: str) -> None:
    form = make_forms(store)[slug]
    admin.submit(f"/setup/{slug}/new", saving(form))
    wanted = find_id(admin.get(f"/setup/{slug}").text, slug, str(form.get("name", "")))
    answer = admin.submit(f"/setup/{slug}/{wanted}/remove")
    assert (answer.status_code, admin.get(f"/setup/{slug}/{wanted}").status_code) == (302, 404)
    assert admin.submit(f"/setup/{slug}/{wanted}/remove").status_code == 404


def test_pool_that_a_service_takes_from_stays(admin: Browser, store: Store) -> None:
    forms = make_forms(store)
    admin.submit("/setup/services/new", saving(forms["services"]))
    pool = str(forms["services"]["takes_what"][0]).removeprefix("pool:")
    answer = admin.submit(f"/setup/pools/{pool}/remove", follow_redirects=True)
    assert "Check-up takes from this pool; please change that service first." in answer.text
    page = admin.get(f"/setup/pools/{pool}").text
    assert ("Used by: Check-up" in page, "Remove for good" in page) == (True, False)


@pytest.mark.parametrize("slug", REMOVABLE)
def test_removal_without_the_right_is_refused(sign_in: SignIn, visitor: FlaskClient, slug: str) -> None:
    assert sign_in(ReadyMade.VIEWER).submit(f"/setup/{slug}/some/remove").status_code == 403
    assert visitor.post(f"/setup/{slug}/some/remove").status_code in (400, 401)


def test_resources_are_narrowed_to_one_kind(admin: Browser, store: Store) -> None:
    admin.submit("/setup/resources/new", saving(make_forms(store)["resources"]))
    page = admin.get("/setup/resources?kind=room").text
    assert (">Room 9<" in page, ">Ada<" in page) == (True, False)
    assert ">Ada<" in admin.get("/setup/resources?kind=robot").text
    assert '<option value="room" selected>' in admin.get("/setup/resources/new?kind=room").text


def test_resource_has_a_zone_of_its_own(admin: Browser, store: Store) -> None:
    admin.submit("/setup/resources/new", saving(make_forms(store)["resources"]))
    zones = {one.name: one.tzid for one in store.catalog().resources.values()}
    assert (zones["Room 9"], zones["Ada"]) == ("Asia/Tokyo", "Europe/Berlin")


def test_location_switched_off_stays_and_says_so(admin: Browser, store: Store) -> None:
    form = {name: text for name, text in make_forms(store)["locations"].items() if name != "active"}
    admin.submit("/setup/locations/new", saving(form))
    assert "switched off" in admin.get("/setup/locations").text
    assert "Harbour (off)" in admin.get("/setup/services/new").text


@on_sqlite
def test_form_sent_while_the_database_is_locked_loses_nothing(admin: Browser, store: Store, database_url: str) -> None:
    form = make_forms(store)["locations"]
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = admin.submit("/setup/locations/new", saving(form))
    other.close()
    kept = {name: value_of(answer.text, name) for name in ("name", "action")}
    assert (answer.status_code, kept) == (503, {"name": ["Harbour"], "action": ["save"]})
    assert ">Harbour<" not in admin.get("/setup/locations").text


@pytest.mark.parametrize("path", [f"/setup/{slug}" for slug in SLUGS] + ["/setup/"])
def test_list_page_asks_as_often_for_thirty_rows_as_for_one(admin: Browser, store: Store, path: str) -> None:
    context = context_of(store)
    add_many(context, 1)
    numbers = []
    for more in (0, 29):
        add_many(context, more, first=1)
        admin.get(path)  # reads the changed set-up once
        with counted_queries() as statements:
            assert admin.get(path).status_code == 200
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 14


def test_index_says_what_is_missing_first(admin: Browser, store: Store) -> None:
    assert "Add the first location to begin." in admin.get("/setup/").text
    make_forms(store)
    page = admin.get("/setup/").text
    assert "Without weekly hours, so always open: Centre." in page
    assert ("3 people, 0 rooms, 0 devices" in page, "Nothing can be booked yet" in page) == (True, True)


def test_index_names_services_that_can_be_booked_nowhere(admin: Browser, store: Store) -> None:
    form, context = make_forms(store)["services"], context_of(store)
    admin.submit("/setup/services/new", saving(form))
    assert "booked nowhere" not in admin.get("/setup/").text
    ada = next(one for one in list_resources(context) if one.draft.name == "Ada")
    save_resource(context, replace(ada.draft, active=False), ada.public_id)
    sentence = "Can be booked nowhere, because what they take is missing or off: Check-up."
    assert sentence in admin.get("/setup/").text
    save_resource(context, ada.draft, ada.public_id)
    place = str(form["locations"][0])
    save_location(context, replace(get_location(context, place).draft, active=False), place)
    assert sentence in admin.get("/setup/").text


def test_index_of_strangers_leads_to_the_sign_in(visitor: FlaskClient, sign_in: SignIn) -> None:
    assert visitor.get("/setup/").location.startswith("/sign-in")
    assert sign_in(ReadyMade.PROVIDER).get("/setup/").status_code == 403


def test_time_off_is_read_on_the_clock_of_the_person(admin: Browser, store: Store) -> None:
    person = add_person(context_of(store), "Dora")
    fields: dict[str, str | list[str]] = {"resource": person, "first": "2030-07-01", "from": "9", "to": "10:30"}
    admin.submit("/setup/time-off/new", saving(fields))
    page = admin.get("/setup/time-off").text
    (off,) = next(one.time_off for one in store.catalog().resources.values() if one.public_id == person)
    assert (off.start, off.end) == (1_909_119_600, 1_909_125_000)  # 07:00 and 08:30 UTC
    assert "Monday 1 July 2030, 09:00–10:30" in page
    shown = admin.get(f"/setup/time-off/{find_id(page, 'time-off')}").text
    assert (value_of(shown, "from"), value_of(shown, "to")) == (["09:00"], ["10:30"])


def test_time_off_is_edited_without_its_reason_by_who_manages_hours_alone(
    admin: Browser, sign_in_with: SignInWith, store: Store
) -> None:
    person = add_person(context_of(store), "Dora")
    fields: dict[str, str | list[str]] = {"resource": person, "first": "2030-07-01", "reason": "Surgery"}
    admin.submit("/setup/time-off/new", saving(fields))
    path = f"/setup/time-off/{find_id(admin.get('/setup/time-off').text, 'time-off')}"
    helper = sign_in_with(Permission.MANAGE_HOURS)
    form = helper.get(path).text
    pages = [helper.get("/setup/time-off").text, form, helper.get(f"{path}/bookings").text]
    assert (["Surgery" in page for page in pages], value_of(form, "reason")) == ([False] * 3, [""])
    helper.submit(path, saving({**fields, "last": "2030-07-02", "reason": "", "version": "1"}))
    shown = admin.get(path).text
    assert (value_of(shown, "last"), value_of(shown, "reason")) == (["2030-07-02"], ["Surgery"])


def test_time_off_is_narrowed_to_one_person(admin: Browser, store: Store) -> None:
    form = make_forms(store)["time-off"]
    admin.submit("/setup/time-off/new", saving(form))
    other = add_person(context_of(store), "Dora")
    listed = [">Cem</a>" in admin.get(f"/setup/time-off?resource={one}").text for one in (form["resource"], other)]
    assert listed == [True, False]
    assert f'<option value="{other}" selected>' in admin.get(f"/setup/time-off/new?resource={other}").text


@pytest.mark.parametrize(
    ("last", "words"),
    [("", "Friday 3 May 2030"), ("2030-05-05", "Friday 3 May 2030 to Sunday 5 May 2030")],
)
def test_time_off_of_whole_days_shows_no_times(admin: Browser, store: Store, last: str, words: str) -> None:
    form = make_forms(store)["time-off"]
    admin.submit("/setup/time-off/new", saving(form, first="2030-05-03", last=last))
    page = admin.get("/setup/time-off").text
    shown = admin.get(f"/setup/time-off/{find_id(page, 'time-off')}").text
    assert (words in page, value_of(shown, "from"), value_of(shown, "to")) == (True, [""], [""])
