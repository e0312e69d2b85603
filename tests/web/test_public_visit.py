"""Several services in one visit, on the public way."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from app.storage.store import Store
from app.storage.tables import Booking, Service
from app.web.public.token import VisitChoice, sign_visit
from tests.cast import HOUR, NOW, Cast, Need
from tests.web.conftest import SECRET
from tests.web.reading import Form, Page
from tests.web.way import ADA, TEN, send

pytestmark = pytest.mark.gate

WEEK = "2030-01-07"


@pytest.fixture
def cast(store: Store) -> Cast:
    """A place with a talk of 30 minutes, a test of 20 minutes by somebody else, and a group class."""
    made = Cast(store)

    def fill() -> None:
        made.location("Centre")
        made.location("Branch")
        made.service("Talk", [Need([made.resource("Ada")])], ["Centre"])
        made.service("Test", [Need([made.resource("Ben")])], ["Centre"], durations=[20])
        made.service("Class", [Need([made.resource("Cleo")])], ["Centre"], capacity=5)
        store.bump_catalog()

    store.write(fill)
    return made


def query(cast: Cast, *services: str, location: str = "Centre", **more: object) -> str:
    """The address's query part for these services."""
    chosen = [("service", cast.ids.get(name, name)) for name in services]
    return urlencode([("location", cast.ids.get(location, location)), *chosen, *more.items()])


def open_visit(visitor: FlaskClient, cast: Cast, start: int = TEN) -> Form:
    """Open the form of a visit of talk and test."""
    answer = visitor.get(f"/book/visit/details?{query(cast, 'Talk', 'Test', start=start)}")
    assert answer.status_code == 200
    return Page(answer.text).form("token")


def booked() -> list[tuple[str, int, int]]:
    """Service, start and end of all bookings, in order."""
    rows = Booking.select(Booking, Service).join(Service).order_by(Booking.start_at)
    return [(row.service.name, row.start_at, row.end_at) for row in rows]


def test_visit_shows_single_services_to_choose_from(visitor: FlaskClient, cast: Cast) -> None:
    page = Page(visitor.get("/book/visit?location=" + cast.ids["Centre"]).text)
    assert [name in page.text for name in ("Talk (30 min)", "Test (20 min)", "Class")] == [True, True, False]


def test_visit_without_place_takes_first_that_offers_something(visitor: FlaskClient, cast: Cast) -> None:
    page = Page(visitor.get("/book/visit").text)
    assert page.forms[0].fields["location"] == cast.ids["Centre"]


def test_visit_in_empty_installation_is_404(visitor: FlaskClient, store: Store) -> None:
    assert visitor.get("/book/visit").status_code == 404


def test_visit_of_two_services_offers_times(visitor: FlaskClient, cast: Cast) -> None:
    answer = visitor.get(f"/book/visit?{query(cast, 'Talk', 'Test', day=WEEK)}")
    page = Page(answer.text)
    assert (answer.status_code, "Talk, then Test: 50 min" in page.text) == (200, True)
    assert f"/book/visit/details?{query(cast, 'Talk', 'Test')}&start={TEN}" in page.links


def test_visit_in_other_zone_shows_both_clocks(visitor: FlaskClient, cast: Cast) -> None:
    answer = visitor.get(f"/book/visit?{query(cast, 'Talk', 'Test', day=WEEK, zone='Asia/Tokyo')}")
    assert "19:00 10:00 there" in Page(answer.text).text


@pytest.mark.parametrize(
    ("services", "more", "sentence"),
    [
        (("Talk",), {}, "Please choose at least two services, in the order in which you want them."),
        (("Talk", "Class"), {}, "Class cannot be a part of a visit at Centre; please choose another service."),
        (
            ("Talk", "Test"),
            {"location": "Branch"},
            "Talk cannot be a part of a visit at Branch; please choose another service.",
        ),
        (
            ("Talk", "Test"),
            {"zone": "Mars"},
            "There is no time zone of this name; please choose one like Europe/Berlin.",
        ),
        (("Talk", "Test"), {"day": "soon"}, "Please give a date as year-month-day, such as 2027-03-28."),
    ],
)
def test_visit_with_wrong_choice_says_so(
    visitor: FlaskClient, cast: Cast, services: tuple[str, ...], more: dict[str, str], sentence: str
) -> None:
    answer = visitor.get(f"/book/visit?{query(cast, *services, **more)}")
    page = Page(answer.text)
    assert answer.status_code == 422
    assert sentence in [*page.errors.values(), *page.alerts]


@pytest.mark.parametrize("wrong", [{"location": "unknown"}, {"service": "unknown"}])
def test_visit_of_unknown_thing_is_404(visitor: FlaskClient, cast: Cast, wrong: dict[str, str]) -> None:
    assert visitor.get(f"/book/visit?{urlencode({'location': cast.ids['Centre'], **wrong})}").status_code == 404


def test_visit_week_without_free_time_leads_on(visitor: FlaskClient, cast: Cast, store: Store) -> None:
    def later() -> None:
        Service.update(minimum_notice_minutes=30 * 1440).execute()
        store.bump_catalog()

    store.write(later)
    address = f"/book/visit?{query(cast, 'Talk', 'Test')}"
    assert "Sun 3 Feb – Sat 9 Feb" in Page(visitor.get(address).text).text
    assert "Next free: Sunday 3 February 2030" in Page(visitor.get(f"{address}&day=2030-01-07").text).text


def test_visit_books_all_parts(visitor: FlaskClient, cast: Cast) -> None:
    answer = send(visitor, open_visit(visitor, cast), **ADA)
    assert answer.status_code == 303
    assert booked() == [("Talk", TEN, TEN + 1800), ("Test", TEN + 1800, TEN + 3000)]
    page = Page(visitor.get(answer.location).text)
    assert len([link for link in page.links if link.startswith("/manage/")]) == 2


def test_visit_form_sent_twice_books_once(visitor: FlaskClient, cast: Cast) -> None:
    form = open_visit(visitor, cast)
    first, second = (send(visitor, form, **ADA) for _ in range(2))
    assert (second.location, len(booked())) == (first.location, 2)


def test_visit_with_wrong_name_says_so_and_keeps_all(visitor: FlaskClient, cast: Cast) -> None:
    answer = send(visitor, open_visit(visitor, cast), **{**ADA, "name": ""}, comment="kept")
    page = Page(answer.text)
    assert (answer.status_code, page.errors, booked()) == (422, {"name": "Please fill in this field."}, [])
    assert page.form("token").fields["comment"] == "kept"


def test_visit_just_taken_books_nothing_and_offers_times(visitor: FlaskClient, cast: Cast) -> None:
    first, second = open_visit(visitor, cast), open_visit(visitor, cast)
    send(visitor, first, name="Ben", email="ben@example.org")
    answer = send(visitor, second, **ADA)
    page = Page(answer.text)
    assert (answer.status_code, len(booked())) == (409, 2)
    again = page.form("token")
    tokens = [value for name, value in again.buttons if name == "token"]
    pressed = {**again.fields, "token": [again.fields["token"], tokens[0]]}
    assert visitor.post(again.action, data=pressed).status_code == 303
    assert len(booked()) == 4


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (TEN + 60, "This time is not free any more"),
        (NOW - HOUR, "This time has already begun"),
        (0, "This time is not"),
    ],
)
def test_visit_details_of_impossible_time_leads_back(
    visitor: FlaskClient, cast: Cast, start: int, sentence: str
) -> None:
    answer = visitor.get(f"/book/visit/details?{query(cast, 'Talk', 'Test', start=start)}")
    assert (answer.status_code, Page(answer.text).alerts[0].startswith(sentence)) == (422, True)


def test_visit_details_of_one_service_asks_for_two(visitor: FlaskClient, cast: Cast) -> None:
    answer = visitor.get(f"/book/visit/details?{query(cast, 'Talk', start=TEN)}")
    assert (answer.status_code, "Please choose at least two services" in answer.text) == (422, True)


def test_visit_with_changed_token_changes_nothing(visitor: FlaskClient, cast: Cast) -> None:
    answer = send(visitor, open_visit(visitor, cast), **ADA, token="x")
    page = Page(answer.text)
    assert (answer.status_code, booked()) == (400, [])
    assert send(visitor, page.form("token")).status_code == 303


def test_visit_with_old_token_asks_to_send_again(
    visitor: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = open_visit(visitor, cast)
    monkeypatch.setattr("app.web.public.token.MAX_AGE_SECONDS", -1)
    answer = send(visitor, form, **ADA)
    assert (answer.status_code, booked()) == (400, [])
    assert Page(answer.text).alerts[0].startswith("This form was open for too long")


def test_visit_with_changed_token_and_no_address_is_refused(visitor: FlaskClient, cast: Cast) -> None:
    answer = visitor.post("/book/visit", data={"token": "x"})
    assert (answer.status_code, "Please choose at least two services" in answer.text) == (422, True)


def test_visit_token_of_past_time_is_refused(visitor: FlaskClient, cast: Cast) -> None:
    choice = VisitChoice((cast.ids["Talk"], cast.ids["Test"]), cast.ids["Centre"], NOW - HOUR)
    answer = send(visitor, open_visit(visitor, cast), **ADA, token=sign_visit(SECRET, choice))
    assert (answer.status_code, booked()) == (422, [])


def test_visit_token_is_no_token_of_a_single_booking(visitor: FlaskClient, cast: Cast) -> None:
    form = open_visit(visitor, cast)
    answer = visitor.post("/book", data={**form.fields, **ADA})
    assert (answer.status_code, booked()) == (404, [])


@pytest.mark.parametrize("tokens", ["", "?token=x", "?" + "&token=x" * 9])
def test_visit_done_with_changed_links_is_404(visitor: FlaskClient, cast: Cast, tokens: str) -> None:
    assert visitor.get(f"/book/visit/done{tokens}").status_code == 404
