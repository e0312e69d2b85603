"""The month of days by which visitors find one with free times."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from app.storage.store import Store
from app.storage.tables import Closure
from app.web.public.month import free_days, make_month, month_bounds
from tests.cast import NOW, Cast, one_provider
from tests.web.reading import Page
from tests.web.way import query

BERLIN = "Europe/Berlin"


def days_linked(visitor: FlaskClient, cast: Cast, **more: str) -> list[str]:
    """The days of the month that lead to their times."""
    links = Page(visitor.get(f"/book/times?{query(cast, **more)}").text).links
    return [link.partition("&day=")[2].partition("#")[0] for link in links if link.endswith("#times")]


def close(store: Store, first: str, last: str) -> None:
    def write() -> None:
        Closure.create(public_id="c", first_day=first, last_day=last, name="Inventory", created_at=0, changed_at=0)
        store.bump_catalog()

    store.write(write)


def test_month_leads_to_days_with_free_times_only(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    close(store, "2030-01-10", "2030-01-30")
    assert days_linked(visitor, cast) == [f"2030-01-{day:02}" for day in (4, 5, 6, 7, 8, 9, 31)]


def test_month_ends_where_booking_ends(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, booking_window_days=3)
    assert days_linked(visitor, cast) == ["2030-01-04", "2030-01-05", "2030-01-06"]
    page = visitor.get(f"/book/times?{query(cast)}").text
    assert ("Previous month" in page, "Next month" in page) == (False, False)


def test_month_is_that_of_the_first_day_shown(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    page = visitor.get(f"/book/times?{query(cast, day='2030-02-27')}").text
    assert ("February 2030" in page, "January 2030" in page.partition("<table>")[0]) == (True, False)
    links = Page(page).links
    assert [link.partition("&day=")[2] for link in links if link.endswith(("2030-01-04", "2030-03-01"))] == [
        "2030-01-04",
        "2030-03-01",
    ]


def test_month_is_that_of_the_first_free_day(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    close(store, "2030-02-27", "2030-02-28")
    page = visitor.get(f"/book/times?{query(cast, day='2030-02-27')}").text
    assert ("March 2030" in page, "February 2030" in page.partition("<table>")[0]) == (True, False)


def test_month_keeps_what_was_chosen(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    links = Page(visitor.get(f"/book/times?{query(cast, zone='Asia/Tokyo', lang='de')}").text).links
    assert all("zone=Asia%2FTokyo" in link and "lang=de" in link for link in links if link.endswith("#times"))


def test_weeks_that_are_over_are_left_out() -> None:
    month = make_month(
        date(2030, 3, 15), (date(2030, 3, 15), date(2030, 3, 21)), (), date(2030, 3, 12), date(2031, 1, 1)
    )
    assert [week[0].day.day if week[0] else None for week in month.weeks] == [11, 18, 25]


def test_weeks_begin_on_monday_and_hold_every_day_once() -> None:
    for number in range(1, 13):
        month = make_month(
            date(2028, number, 1), (date(2028, 1, 1), date(2028, 1, 7)), (), date(2028, 1, 1), date(2028, 12, 31)
        )
        cells = [one for week in month.weeks for one in week]
        days = [one.day for one in cells if one is not None]
        assert (len(cells) % 7, days[0].day, len(set(days))) == (0, 1, len(days))
        assert all(one is None or one.day.weekday() == place % 7 for place, one in enumerate(cells))


@pytest.mark.parametrize(
    ("today", "last", "earlier", "later"),
    [
        (date(2030, 3, 9), date(2030, 3, 31), None, None),
        (date(2030, 2, 20), date(2030, 4, 1), date(2030, 2, 20), date(2030, 4, 1)),
        (date(2029, 12, 24), date(2031, 1, 1), date(2030, 2, 1), date(2030, 4, 1)),
    ],
)
def test_month_leads_as_far_as_may_be_booked(today: date, last: date, earlier: date | None, later: date | None) -> None:
    month = make_month(date(2030, 3, 10), (date(2030, 3, 10), date(2030, 3, 16)), {date(2030, 3, 12)}, today, last)
    assert (month.name, month.earlier, month.later) == ("March 2030", earlier, later)


def test_free_days_are_those_of_the_readers_clock() -> None:
    evening = NOW + 23 * 3600  # 2030-01-04 23:00 in London is the next day in Berlin
    assert free_days([NOW, evening], "Europe/London") == {date(2030, 1, 4)}
    assert free_days([NOW, evening], BERLIN) == {date(2030, 1, 4), date(2030, 1, 5)}


def test_month_of_a_clock_change_is_an_hour_shorter() -> None:
    first, after = month_bounds(date(2030, 3, 31), BERLIN)
    assert after - first == 31 * 86_400 - 3600
