"""The part of a calendar that open pages fetch by themselves, and what they listen with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from app.access.permissions import Permission, ReadyMade
from app.config import Config
from app.operations.calendars.live_pass import MAX_AGE_SECONDS, PassError, read_pass, sign_pass
from app.storage.account_tables import UserSession
from app.storage.store import Store
from app.web.background import PART_HEADER
from app.web.calendar_part import NEXT_HEADER
from app.web.context import EXTENSION, Site
from tests.cast import NOW, Cast
from tests.web.conftest import SECRET, Browser, SignIn
from tests.web.staff_cast import DAY, booked

DAY_URL, WEEK_URL = f"/calendar/day?date={DAY}", f"/calendar/week?date={DAY}"


def part(browser: Browser, url: str = DAY_URL, mark: str = "new") -> str:
    return browser.get(url, headers={PART_HEADER: mark}).text.strip()


def between(page: str, first: str, last: str) -> str:
    return page.partition(first)[2].partition(last)[0].strip()


@pytest.mark.parametrize("url", [DAY_URL, WEEK_URL])
def test_part_is_what_stands_in_the_page(desk: Browser, cast: Cast, url: str) -> None:
    booked(cast)
    _, begun, rest = desk.get(url).text.partition('<div id="calendar-part">')
    alone = part(desk, url)
    assert (begun != "", rest.strip().startswith(alone), "<html" in alone, "Nora Client" in alone) == (
        True,
        True,
        False,
        True,
    )


def test_part_comes_with_a_pass_for_the_location_shown(desk: Browser, cast: Cast) -> None:
    answer = desk.get(DAY_URL, headers={PART_HEADER: "new"})
    given = read_pass(SECRET, answer.headers[NEXT_HEADER])
    assert (given.location, NEXT_HEADER in desk.get(DAY_URL).headers) == (cast.ids["Centre"], False)


def test_page_says_where_to_listen_and_which_days_it_shows(app: Flask, desk: Browser) -> None:
    quiet = desk.get(DAY_URL)
    site: Site = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(site, config=replace(site.config, live_url="http://127.0.0.1:8010/live"))
    told = desk.get(WEEK_URL)
    policy = told.headers["Content-Security-Policy"]
    assert ('data-live=""' in quiet.text, "connect-src 'self';" in quiet.headers["Content-Security-Policy"]) == (
        True,
        True,
    )
    assert ('data-live="http://127.0.0.1:8010/live"' in told.text, policy.count("http")) == (True, 1)
    assert "connect-src 'self' http://127.0.0.1:8010;" in policy
    assert between(told.text, 'data-days="', '"').split()[0] == DAY


def test_part_made_for_a_change_is_given_to_whoever_sees_the_same(sign_in: SignIn, cast: Cast) -> None:
    see = [Permission.SEE_BUSY, Permission.SEE_TITLES, Permission.SEE_CONTACTS]
    first, second = (sign_in(cast.store.write(lambda: cast.role("Helper", *see))) for _ in range(2))
    other = sign_in(ReadyMade.VIEWER)
    before = part(first, mark="m1")
    booked(cast)
    same, theirs, later = part(second, mark="m1"), part(other, mark="m1"), part(first, mark="m2")
    assert (same == before, "Nora Client" in later, "Nora Client" in theirs, theirs != before) == (
        True,
        True,
        False,
        True,
    )


def test_part_of_providers_who_see_only_their_own_is_given_to_nobody_else(sign_in: SignIn, cast: Cast) -> None:
    own = [Permission.SEE_TITLES, Permission.SEE_CONTACTS]
    role = [cast.store.write(lambda: cast.role("Helper", Permission.SEE_BUSY, own=own)) for _ in range(2)]
    ada, ben = sign_in(role[0], cast.rows["Ada"]), sign_in(role[1], cast.rows["Ben"])
    booked(cast, provider=cast.ids["Ada"])
    assert ["Nora Client" in part(one, mark="m3") for one in (ada, ben)] == [True, False]


def test_page_that_asks_by_itself_keeps_no_session_alive(
    desk: Browser, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seen_at() -> list[int]:
        return [row.seen_at for row in store.read(lambda: list(UserSession.select()))]

    monkeypatch.setattr("app.clock.now", lambda: NOW + 600)
    part(desk)
    by_itself = seen_at()
    desk.get(DAY_URL)
    assert (by_itself, seen_at()) == ([NOW], [NOW + 600])


def test_part_is_for_nobody_who_is_signed_out(app: Flask, cast: Cast) -> None:
    answer = app.test_client().get(DAY_URL, headers={PART_HEADER: "new"})
    assert (answer.status_code, NEXT_HEADER in answer.headers) == (302, False)


def test_pass_is_good_for_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    token = sign_pass(SECRET, "place", 7)
    made_at = read_pass(SECRET, token).made_at
    found = []
    for seconds in (MAX_AGE_SECONDS, MAX_AGE_SECONDS + 1):
        monkeypatch.setattr("time.time", lambda later=seconds: made_at + later)
        try:
            found.append(read_pass(SECRET, token).person)
        except PassError as error:
            found.append(error.is_old)
    assert found == [7, True]


def test_part_of_an_installation_without_places_is_the_page(app: Flask, sign_in: SignIn, config: Config) -> None:
    browser = sign_in(ReadyMade.FRONT_DESK)
    assert (config.live_url, "No location is set up yet" in part(browser)) == ("", True)
