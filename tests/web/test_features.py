"""Switching features off and on, and writing dates, times and weeks as a site wishes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.permissions import ReadyMade
from app.look.features import Feature
from app.operations.look import check_draft, get_look, save_look
from app.operations.presence import release_unclaimed
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.web.features import ROUTES, feature_of
from tests.cast import Cast, one_provider
from tests.operations.helpers import system
from tests.web.conftest import SignIn
from tests.web.reading import Page
from tests.web.staff_cast import TEN, booked, form, starts
from tests.web.way import open_details, query

ALL = {"on": [one.value for one in Feature], "working_days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
START = "public.services"


def set_up(cast: Cast, texts: Mapping[str, str]) -> None:
    """Let the site be so."""
    context = system(cast)
    save_look(context, check_draft(texts, b""), get_look(context).version)


def paths(app: Flask, feature: Feature) -> list[tuple[str, str]]:
    """Method and an address of every route of a feature."""
    return [
        (method, re.sub(r"<[^>]+>", "1", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if feature_of(rule.endpoint) is feature and rule.endpoint != START
    ]


def test_every_name_of_a_route_is_one(app: Flask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    known |= {f"{one.partition('.')[0]}.*" for one in known}
    assert [name for names in ROUTES.values() for name in names if name not in known] == []


@pytest.mark.parametrize("feature", list(Feature))
def test_routes_of_what_is_off_are_gone_and_all_others_are_there(
    app: Flask, store: Store, visitor: FlaskClient, sign_in: SignIn, cast: Cast, feature: Feature
) -> None:
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    set_up(cast, {"switched_off": feature.value})
    for method, path in paths(app, feature):
        answer = admin.get(path) if method == "GET" else admin.submit(path)
        assert (path, answer.status_code, "There is no such page" in answer.text) == (path, 404, True)
    pages = {
        Feature.PUBLIC_BOOKING: "/book/times?" + query(cast, "Consultation"),
        Feature.WAITING: "/waiting/",
        Feature.EMBEDDING: "/embed.js",
        Feature.FIND: "/find/",
        Feature.FEEDS: "/account/calendar-feed",
        Feature.CHECK_IN: f"/check-in/{cast.ids['Centre']}",
        Feature.DOORS: f"/setup/resources/{cast.ids['Laser']}/door",
    }
    found = {one: admin.get(path).status_code for one, path in pages.items() if one is not Feature.CHECK_IN}
    assert {one for one, status in found.items() if status == 404} == {feature} & set(found)
    assert visitor.get("/").location == ("/sign-in" if feature is Feature.PUBLIC_BOOKING else None)


def test_nothing_leads_to_what_is_off(visitor: FlaskClient, store: Store, sign_in: SignIn, cast: Cast) -> None:
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    set_up(cast, {"switched_off": "waiting find series feeds doors"})
    gone = ("/waiting/", "/find/", "/account/calendar-feed", "/book/waiting")
    seen = [admin.get("/today/"), admin.get("/account/"), visitor.get("/book/times?" + query(cast))]
    links = [link for answer in seen for link in Page(answer.text).links]
    assert [link for link in links if link.startswith(gone)] == []
    assert "Repeat this booking" not in admin.get(f"/bookings/new?location={cast.ids['Centre']}").text


def test_page_saves_what_is_off_and_keeps_the_rest_of_the_look(sign_in: SignIn, store: Store, cast: Cast) -> None:
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    set_up(cast, {"name": "The House"})
    on = [one.value for one in Feature if one is not Feature.FIND]
    fields = {**ALL, "on": on, "version": "1", "time_format": "12", "week_start": "sun"}
    assert admin.submit("/setup/features", fields).status_code == 303
    look = get_look(system(cast)).look
    assert (look.name, look.switched_off, look.time_format, look.week_start) == ("The House", "find", "12", "sun")
    page = admin.get("/setup/features").text
    assert ('value="find" checked' in page, 'value="series" checked' in page) == (False, True)
    assert [row.action for row in AuditEntry.select().order_by(AuditEntry.id)][-1] == "changed"
    assert admin.submit("/setup/features", fields).status_code == 409
    kept = Page(admin.get("/setup/look").text).form("version").fields
    assert admin.submit("/setup/look", {**kept, "name": "Another", "action": "apply"}).status_code == 302
    look = get_look(system(cast)).look
    assert (look.name, look.switched_off, look.time_format) == ("Another", "find", "12")
    assert admin.submit("/setup/look", {"version": "3", "action": "reset"}).status_code == 302
    assert get_look(system(cast)).look.switched_off == "find"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("working_days", [], "Please choose at least one day."),
        ("date_format", "roman", "Please choose one of these: dots, slashes, iso."),
    ],
)
def test_wrong_choice_is_told_at_its_field(
    sign_in: SignIn, store: Store, cast: Cast, field: str, typed: object, sentence: str
) -> None:
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    answer = admin.submit("/setup/features", {**ALL, "version": "0", "time_format": "12", field: typed})
    assert (answer.status_code, sentence in answer.text, 'value="12" selected' in answer.text) == (422, True, True)


def test_pages_write_dates_and_times_as_the_site_says(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    set_up(cast, {"date_format": "dots", "time_format": "12", "week_start": "sun"})
    open_details(visitor, cast)
    text = Page(visitor.get(f"/book/details?{query(cast, start=TEN)}").text).text
    assert "Monday 07.01.2030, 10:00 am–10:30 am" in text
    head = Page(visitor.get(f"/book/times?{query(cast, day='2030-01-07')}").text).text
    assert re.search(r"Sun\s+Mon\s+Tue", head) is not None


def test_weekly_hours_begin_with_the_first_day_of_the_week_and_tell_times_as_the_site_does(
    sign_in: SignIn, cast: Cast
) -> None:
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    set_up(cast, {"time_format": "12", "week_start": "sun"})
    page = admin.get(f"/setup/locations/{cast.ids['Centre']}/hours").text
    assert 'data-weekdays="6 0 1 2 3 4 5" data-am="am" data-pm="pm"' in page
    assert re.findall(r"<span>(\d+ [ap]m)</span>", page)[:5] == ["12 am", "3 am", "6 am", "9 am", "12 pm"]
    days = re.findall(
        r'<option value="\d"[^>]*>\s*(\w+)', page.partition('name="weekday"')[2].partition("</select>")[0]
    )
    assert days == ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]


def test_week_shows_working_days_and_those_with_bookings(sign_in: SignIn, store: Store, cast: Cast) -> None:
    desk = sign_in(ReadyMade.FRONT_DESK)
    set_up(cast, {"working_days": "tue wed", "week_start": "sun"})
    booked(cast, TEN, "Consultation")
    page = Page(desk.get(f"/calendar/week?location={cast.ids['Centre']}&date=2030-01-09").text)
    days = re.findall(
        r"date=(2030-01-(?:0[6-9]|1[0-2]))", " ".join(one for one in page.links if "/calendar/day?" in one)
    )
    assert sorted(set(days)) == ["2030-01-07", "2030-01-08", "2030-01-09"]
    assert "Week of Sunday 6 January 2030" in page.text


def test_series_is_not_booked_where_they_are_off(sign_in: SignIn, store: Store, cast: Cast) -> None:
    desk = sign_in(ReadyMade.FRONT_DESK)
    set_up(cast, {"switched_off": "series doors"})
    fields = form(cast, repeat="weekly", count="2")
    assert (desk.submit("/bookings/new", fields).status_code, starts(store)) == (404, [])
    assert desk.submit("/bookings/new", form(cast)).status_code == 302
    assert release_unclaimed(system(cast)) == 0
