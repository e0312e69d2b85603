"""Recurring bookings, from the form to the outcome of each occurrence."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from app.booking.refusals import InvalidInput
from app.booking.wall_clock import local_date
from app.storage.public_ids import new_public_id
from app.storage.store import Store
from app.storage.tables import Booking, TimeOff
from app.web.bookings.rule import read_exdates, read_rule
from app.web.setup.reading import Typed
from tests.cast import HOUR, Cast
from tests.web.conftest import Browser
from tests.web.staff_cast import TEN, booked, counted, form, starts, words

WEEK = 7 * 24 * HOUR


@pytest.fixture
def conflict(cast: Cast) -> None:
    """The second Monday at ten is taken with everybody."""
    for name in ("Olaf Client", "Pia Client"):
        booked(cast, TEN + WEEK, name=name)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"repeat": "daily", "count": "5"}, "FREQ=DAILY;INTERVAL=1;COUNT=5"),
        ({"repeat": "weekly", "until": "2030-02-28"}, "FREQ=WEEKLY;BYDAY=MO;INTERVAL=1;UNTIL=20300228"),
        ({"repeat": "weekly", "interval": "2", "count": "4"}, "FREQ=WEEKLY;BYDAY=MO;INTERVAL=2;COUNT=4"),
        ({"repeat": "monthly_day", "count": "3"}, "FREQ=MONTHLY;BYMONTHDAY=7;INTERVAL=1;COUNT=3"),
        ({"repeat": "monthly_weekday", "count": "3"}, "FREQ=MONTHLY;BYDAY=1MO;INTERVAL=1;COUNT=3"),
    ],
)
def test_rule_says_what_was_chosen(fields: dict[str, str], rule: str) -> None:
    assert read_rule(Typed(MultiDict(fields)), TEN, "UTC") == rule


def test_rule_takes_chosen_weekdays_only() -> None:
    typed = Typed(
        MultiDict([("repeat", "weekly"), ("weekday", "MO"), ("weekday", "XX"), ("weekday", "TH"), ("count", "2")])
    )
    assert read_rule(typed, TEN, "UTC") == "FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=1;COUNT=2"


def test_rule_of_a_fifth_weekday_means_the_last() -> None:
    fifth = TEN + 22 * 24 * HOUR
    assert local_date(fifth, "UTC") == date(2030, 1, 29)
    typed = Typed(MultiDict({"repeat": "monthly_weekday", "count": "2"}))
    assert read_rule(typed, fifth, "UTC") == "FREQ=MONTHLY;BYDAY=-1TU;INTERVAL=1;COUNT=2"


@pytest.mark.parametrize(
    ("fields", "field"), [({"repeat": "daily"}, "count"), ({"repeat": "yearly", "count": "2"}, "rule")]
)
def test_rule_that_is_incomplete_is_refused(fields: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_rule(Typed(MultiDict(fields)), TEN, "UTC")
    assert refused.value.field == field


def test_exdates_are_separated_by_anything() -> None:
    typed = Typed(MultiDict({"exdates": " 2030-01-14, 2030-01-21;2030-01-28 "}))
    assert read_exdates(typed) == ("2030-01-14", "2030-01-21", "2030-01-28")


def test_series_without_conflict_is_booked(desk: Browser, cast: Cast, store: Store) -> None:
    answer = desk.submit("/bookings/new", form(cast, repeat="weekly", count="3", exdates="2030-01-14"))
    series = store.read(lambda: Booking.select().first().series.public_id)
    assert (answer.status_code, answer.location) == (303, f"/bookings/together?series={series}")
    page = words(desk.get(answer.location).text)
    assert ("2 booked." in page, "2 bookings, by date." in page) == (True, True)
    assert starts(store) == [TEN, TEN + 2 * WEEK]


def test_series_with_conflict_books_nothing_and_asks(desk: Browser, cast: Cast, store: Store, conflict: None) -> None:
    answer = desk.submit("/bookings/new", form(cast, repeat="weekly", count="3", comment="Every week"))
    page = words(answer.text)
    assert (answer.status_code, starts(store)) == (409, [TEN + WEEK] * 2)
    assert "Nothing is booked yet: 1 of 3 cannot be had as wished." in page
    assert "2 Monday 14 January 2030, 10:00 Not free This time is not free because" in page
    assert 'name="comment" value="Every week"' in answer.text


def test_series_with_conflict_promises_no_more_than_can_be_had(desk: Browser, cast: Cast, conflict: None) -> None:
    fields = form(cast, repeat="weekly", count="3")
    offered = words(desk.submit("/bookings/new", fields).text)
    for name in ("Ada", "Ben"):
        TimeOff.create(
            public_id=new_public_id(),
            created_at=0,
            changed_at=0,
            resource=cast.rows[name],
            start_at=TEN + WEEK + 12 * HOUR,
            end_at=TEN + 5 * WEEK,
        )
    cast.store.write(cast.store.bump_catalog)
    left = words(desk.submit("/bookings/new", fields).text)
    assert "Book all, those in conflict at the other time" in offered
    assert "Book 2 of 3, those in conflict at the other time" in left


@pytest.mark.parametrize(("choice", "second"), [("book_rest", []), ("move_conflicts", [TEN + WEEK - 2700])])
def test_series_with_conflict_does_as_chosen(
    desk: Browser, cast: Cast, store: Store, conflict: None, choice: str, second: list[int]
) -> None:
    fields = form(cast, repeat="weekly", count="3", on_conflict=choice)
    answer = desk.submit("/bookings/new", fields)
    mine = store.read(lambda: [row.start_at for row in Booking.select().where(Booking.series.is_null(False))])
    assert (answer.status_code, sorted(mine)) == (200, [TEN, *second, TEN + 2 * WEEK])
    assert f"{2 + len(second)} of 3 booked." in words(answer.text)


def test_series_sent_twice_is_booked_once(desk: Browser, cast: Cast, store: Store) -> None:
    fields = form(cast, repeat="daily", count="2")
    answers = [desk.submit("/bookings/new", fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (answers[0].location, len(starts(store))) == (answers[1].location, 2)


def test_series_of_a_service_with_approval_says_so(desk: Browser, cast: Cast) -> None:
    answer = desk.submit("/bookings/new", form(cast, repeat="weekly", count="2", service="Approval"))
    assert "2 requested: somebody has to approve them." in words(desk.get(answer.location).text)


@pytest.mark.parametrize(("choice", "second"), [("book_rest", "Not booked"), ("move_conflicts", "Booked at another")])
def test_series_report_loaded_anew_books_nothing_more_and_stays(
    desk: Browser, cast: Cast, store: Store, conflict: None, choice: str, second: str
) -> None:
    fields = form(cast, repeat="weekly", count="3", on_conflict=choice)
    first, again = (desk.submit("/bookings/new", fields) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert len(starts(store)) == {"book_rest": 4, "move_conflicts": 5}[choice]
    assert all(f"2 Monday 14 January 2030, 10:00 {second}" in words(page.text) for page in (first, again))


def test_series_wrong_rule_is_refused_beside_its_field(desk: Browser, cast: Cast, store: Store) -> None:
    answers = [
        desk.submit("/bookings/new", form(cast, repeat="daily", **more))
        for more in ({}, {"count": "0"}, {"count": "2", "exdates": "someday"})
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert 'id="field-exdates-error"' in answers[2].text
    assert starts(store) == []


def test_series_page_lists_its_bookings(desk: Browser, cast: Cast, store: Store) -> None:
    desk.submit("/bookings/new", form(cast, repeat="weekly", count="3"))
    row = store.read(lambda: Booking.select().first())
    page = desk.get(f"/bookings/{row.public_id}").text
    link = page.split('href="/bookings/together?')[1].split('"')[0]
    with counted(store) as few:
        listed = words(desk.get(f"/bookings/together?{link}").text)
    assert ("3 bookings, by date." in listed, "Monday 21 January 2030" in listed) == (True, True)
    assert len(few) < 10


def test_series_page_of_unknown_series_is_not_found(desk: Browser) -> None:
    codes = [desk.get(f"/bookings/together?{one}").status_code for one in ("series=unknown", "visit=unknown", "")]
    assert codes == [404, 404, 404]


def test_cancel_following_of_a_series(desk: Browser, cast: Cast, store: Store) -> None:
    desk.submit("/bookings/new", form(cast, repeat="weekly", count="3"))
    second = store.read(lambda: Booking.get(Booking.start_at == TEN + WEEK))
    answer = desk.submit(f"/bookings/{second.public_id}/cancel", {"reach": "following"}, follow_redirects=True)
    assert "2 bookings of the series are cancelled." in words(answer.text)
    assert starts(store) == [TEN]
