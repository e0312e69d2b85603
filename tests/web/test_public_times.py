"""Choosing a service and a time."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from app.storage.store import Store
from app.storage.tables import Closure, Location, Service
from tests.cast import HOUR, MONDAY, NOW, Cast, Need, one_provider, pool_of
from tests.web.reading import Page
from tests.web.way import TEN, book, query


def test_services_lists_public_ones_only(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)

    def hide() -> None:
        cast.service("Board meeting", [Need([cast.rows["Ada"]])], ["Centre"], visibility="staff")
        cast.service("Old service", [Need([cast.rows["Ada"]])], ["Centre"], active=False)
        store.bump_catalog()

    store.write(hide)
    page = Page(visitor.get("/").text)
    assert [name in page.text for name in ("Consultation", "Board meeting", "Old service")] == [True, False, False]
    assert f"/book/times?{query(cast)}" in page.links


def test_service_that_is_not_listed_is_booked_by_its_address(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, visibility="link")
    first = visitor.get("/")
    assert ("Consultation" in first.text, cast.ids["Consultation"] in first.text) == (False, False)
    token = book(visitor, cast)
    assert f"/manage/{token}/move" in Page(visitor.get(f"/manage/{token}").text).links


def test_visit_offers_a_service_that_is_not_listed_to_whoever_has_its_address(
    visitor: FlaskClient, store: Store
) -> None:
    cast = one_provider(store)

    def add() -> None:
        cast.service("Quiet hour", [Need([cast.rows["Ada"]])], ["Centre"], visibility="link")
        store.bump_catalog()

    store.write(add)
    plain, chosen = (visitor.get(f"/book/visit{rest}") for rest in ("", f"?service={cast.ids['Quiet hour']}"))
    assert ["Quiet hour" in answer.text for answer in (plain, chosen)] == [False, True]


def test_services_of_empty_installation_says_so(visitor: FlaskClient) -> None:
    answer = visitor.get("/")
    assert (answer.status_code, "Nothing can be booked here yet" in answer.text) == (200, True)


def test_times_offers_free_starts_in_zone_of_place(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    answer = visitor.get(f"/book/times?{query(cast, day='2030-01-07')}")
    page = Page(answer.text)
    assert f"/book/details?{query(cast)}&start={TEN}" in page.links
    assert "Monday 7 January 2030" in page.text
    assert "Set-Cookie" not in answer.headers


def test_times_leaves_out_taken_start(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    book(visitor, cast)
    page = Page(visitor.get(f"/book/times?{query(cast, day='2030-01-07')}").text)
    assert not any(link.endswith(f"start={TEN}") for link in page.links)


def test_times_in_other_zone_shows_both_clocks(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    page = Page(visitor.get(f"/book/times?{query(cast, day='2030-01-07', zone='Asia/Tokyo')}").text)
    assert "17:00 08:00 there" in page.text
    assert any("zone=Asia%2FTokyo" in link and f"start={TEN}" in link for link in page.links)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("zone", "Mars/Olympus", "There is no time zone of this name; please choose one like Europe/Berlin."),
        ("day", "tomorrow", "Please give a date as year-month-day, such as 2027-03-28."),
        ("duration", "7", "This service does not take that long; please choose 30 minutes."),
        ("duration", "x", "Please choose a number from 1 to 10080."),
        ("seats", "9", "Please choose a number from 1 to 1."),
        ("provider", "nobody", "There is no such resource; please check the link or choose again."),
        ("start", "soon", "Please choose one of the times below."),
    ],
)
def test_times_with_wrong_value_says_one_sentence(
    visitor: FlaskClient, store: Store, name: str, typed: str, sentence: str
) -> None:
    cast = one_provider(store)
    answer = visitor.get(f"/book/times?{query(cast, **{name: typed})}")
    page = Page(answer.text)
    assert answer.status_code == 422
    assert sentence in [*page.errors.values(), *page.alerts]


def test_times_keeps_wrong_zone_in_field(visitor: FlaskClient, store: Store) -> None:
    page = Page(visitor.get(f"/book/times?{query(one_provider(store), zone='Mars/Olympus')}").text)
    assert (page.forms[0].fields["zone"], list(page.errors)) == ("Mars/Olympus", ["zone"])


@pytest.mark.parametrize("day", ["1999-01-01", "0001-01-01", "9999-12-31"])
def test_times_of_impossible_day_shows_possible_one(visitor: FlaskClient, store: Store, day: str) -> None:
    answer = visitor.get(f"/book/times?{query(one_provider(store), day=day)}")
    assert (answer.status_code, "Fri 4 Jan" in answer.text) == (200, True)


@pytest.mark.parametrize("wrong", ["service", "location"])
def test_times_of_unknown_thing_is_404(visitor: FlaskClient, store: Store, wrong: str) -> None:
    answer = visitor.get(f"/book/times?{query(one_provider(store), **{wrong: 'unknown'})}")
    assert answer.status_code == 404
    assert f"There is no such {wrong}; please check the link or choose again." in answer.text


def test_times_without_place_takes_first(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    answer = visitor.get(f"/book/times?service={cast.ids['Consultation']}")
    assert Page(answer.text).forms[0].fields["location"] == cast.ids["Centre"]


def test_times_of_service_without_place_is_404(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)

    def close() -> None:
        Location.update(active=False).execute()
        store.bump_catalog()

    store.write(close)
    assert visitor.get(f"/book/times?service={cast.ids['Consultation']}").status_code == 404


def test_times_where_service_is_not_offered_says_so(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)

    def add() -> None:
        cast.location("Branch")
        store.bump_catalog()

    store.write(add)
    answer = visitor.get(f"/book/times?{query(cast, location=cast.ids['Branch'])}")
    assert answer.status_code == 422
    assert "Consultation is not offered at Branch; please choose another location or service." in answer.text


def close_until(cast: Cast, last_day: str) -> None:
    """Close the centre from now on."""

    def work() -> None:
        Closure.create(first_day="2030-01-01", last_day=last_day, name="Works", **cast._stamps())
        cast.store.bump_catalog()

    cast.store.write(work)


def test_times_begin_at_the_first_free_day(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, booking_window_days=200)
    close_until(cast, "2030-03-31")
    page = Page(visitor.get(f"/book/times?{query(cast)}").text)
    assert ("Mon 1 Apr – Sun 7 Apr" in page.text, "Next free" in page.text) == (True, False)
    assert ("Nothing is free before Monday 1 April 2030." in page.text, "Earlier" in page.text) == (True, False)
    assert f"/book/waiting?{query(cast)}" in page.links


def test_times_of_empty_week_leads_to_next_free_day(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, booking_window_days=200)
    close_until(cast, "2030-03-31")
    page = Page(visitor.get(f"/book/times?{query(cast, day='2030-01-07')}").text)
    assert "Next free: Monday 1 April 2030" in page.text
    assert f"/book/times?{query(cast)}&day=2030-04-01" in page.links


def test_times_without_any_free_time_offers_waiting_list(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    close_until(cast, "2031-12-31")
    page = Page(visitor.get(f"/book/times?{query(cast)}").text)
    assert "No time is free as far ahead as this can be booked." in page.text
    assert any(link.startswith("/book/waiting?") for link in page.links)


def test_times_weeks_end_with_booking_window(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, booking_window_days=10)
    first = Page(visitor.get(f"/book/times?{query(cast)}").text)
    second = Page(visitor.get(f"/book/times?{query(cast, day='2030-01-11')}").text)
    assert [f"/book/times?{query(cast)}&day={day}" in first.links for day in ("2030-01-11", "2029-12-28")] == [
        True,
        False,
    ]
    assert [f"/book/times?{query(cast)}&day={day}" in second.links for day in ("2030-01-18", "2030-01-04")] == [
        False,
        True,
    ]


def test_times_with_choices_has_fields_for_them(visitor: FlaskClient, store: Store) -> None:
    cast = pool_of(store, 3, durations=[30, 60], capacity=4)
    wished = {"duration": 60, "provider": cast.ids["Provider 1"], "seats": 2}
    page = Page(visitor.get(f"/book/times?{query(cast, **wished)}").text)
    fields = page.forms[0].fields
    assert [fields["duration"], fields["provider"], fields["seats"]] == ["60", cast.ids["Provider 1"], "2"]
    assert any("duration=60" in link and "seats=2" in link and "start=" in link for link in page.links)


def test_slots_are_instants(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    answer = visitor.get(f"/slots.json?{query(cast, start=TEN, end=TEN + HOUR)}")
    assert (answer.mimetype, json.loads(answer.text)) == ("application/json", [TEN, TEN + 900, TEN + 1800, TEN + 2700])
    assert "Set-Cookie" not in answer.headers


def test_slots_of_provider_with_duration(visitor: FlaskClient, store: Store) -> None:
    cast = pool_of(store, 2, durations=[30, 60])
    close = MONDAY + 18 * HOUR
    wished = query(cast, start=close - HOUR, end=close, duration=60, provider=cast.ids["Provider 0"], seats=1)
    assert json.loads(visitor.get(f"/slots.json?{wished}").text) == [close - HOUR]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"service": "unknown"}, 404, "not_found"),
        ({"end": str(TEN + 90 * 86_400)}, 422, "invalid_input"),
        ({"end": str(TEN)}, 422, "invalid_input"),
        ({"start": "x"}, 400, 400),
        ({"duration": "-5"}, 400, 400),
        ({"start": "9" * 40}, 400, 400),
    ],
)
def test_slots_refuses_in_json(
    visitor: FlaskClient, store: Store, changed: dict[str, str], status: int, code: str | int
) -> None:
    cast = one_provider(store)
    answer = visitor.get(f"/slots.json?{query(cast, **{'start': TEN, 'end': TEN + HOUR, **changed})}")
    assert (answer.status_code, answer.get_json()["error"]) == (status, code)


def test_details_of_taken_time_leads_back_to_free_ones(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    book(visitor, cast)
    answer = visitor.get(f"/book/details?{query(cast, start=TEN, day='2030-01-07')}")
    assert answer.status_code == 422
    assert "This time is not free any more; please choose one of these." in Page(answer.text).alerts


def test_details_of_past_time_says_so(visitor: FlaskClient, store: Store) -> None:
    answer = visitor.get(f"/book/details?{query(one_provider(store), start=NOW - HOUR)}")
    assert answer.status_code == 422
    assert Page(answer.text).alerts == ["This time has already begun; please choose a later one."]


def test_details_without_time_asks_for_one(visitor: FlaskClient, store: Store) -> None:
    answer = visitor.get(f"/book/details?{query(one_provider(store))}")
    assert (answer.status_code, Page(answer.text).alerts) == (422, ["Please choose one of these times."])


def test_details_of_switched_off_service_is_404(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)

    def switch_off() -> None:
        Service.update(active=False).execute()
        store.bump_catalog()

    store.write(switch_off)
    assert visitor.get(f"/book/details?{query(cast, start=TEN)}").status_code == 404
