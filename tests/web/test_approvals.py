"""The queue, the pages of requests and of bookings where rules say who approves; and the pages of deputies."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.access.permissions import ReadyMade
from app.operations.book import book
from app.operations.requests import ClientDetails
from app.storage.approval_tables import Deputy
from app.storage.store import Store
from app.storage.tables import BusyTime, Closure, Service, TimeOff, User
from tests.cast import HOUR, NOW, Cast
from tests.operations.approval_cast import Steps, acting, clinic, rule
from tests.operations.helpers import TEN, visitor, wish
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import counted, status_of, words


@pytest.fixture
def cast(store: Store) -> Cast:
    return clinic(store)


@pytest.fixture
def manager(sign_in: SignIn, cast: Cast) -> Browser:
    """The browser of somebody called "Some manager", whom rules can name."""
    browser = sign_in(ReadyMade.MANAGER)
    cast.rows["Me"] = User.get(User.name == "Some manager").id
    return browser


def requested(cast: Cast, start: int = TEN) -> str:
    return book(visitor(cast), wish(cast, start)).public_id


def test_queue_says_whose_step_it_is_and_why_not_mine(manager: Browser, cast: Cast) -> None:
    rule(cast, "Consultation", Steps(("Mona",)), Steps(("Me",)))
    booking = requested(cast)
    page = manager.get("/requests/").text
    assert "First step for Consultation Waits for Mona, until Friday 4 January 2030, 01:00" in words(page)
    assert "Second step for Consultation Comes next, for Some manager" in words(page)
    assert "This is not for you to decide" in words(page)
    assert (f"/requests/{booking}/approve" in page, f"/requests/{booking}/decline" in page) == (False, False)


def test_own_request_is_offered_to_others_alone(manager: Browser, sign_in: SignIn, store: Store, cast: Cast) -> None:
    store.write(Service.update(needs_approval=True, changed_at=NOW).execute)
    store.write(store.bump_catalog)
    mine = book(acting(cast, "Me"), wish(cast, client=ClientDetails(is_actor=True))).public_id
    other, sentence = sign_in("administrator"), "You asked for this yourself, so somebody else has to decide it."
    for path in ("/requests/", f"/bookings/{mine}"):
        pages = [browser.get(path).text for browser in (manager, other)]
        assert [f"/requests/{mine}/approve" in page for page in pages] == [False, True]
        assert [f"/requests/{mine}/decline" in page for page in pages] == [False, True]
        assert [sentence in page for page in pages] == [True, False]
    assert manager.submit(f"/requests/{mine}/approve").status_code == 403
    other.submit(f"/requests/{mine}/approve")
    assert status_of(store, mine) == "confirmed"
    assert sentence not in manager.get(f"/bookings/{mine}").text


def test_queue_shows_only_what_is_mine_or_only_what_is_others(manager: Browser, cast: Cast) -> None:
    rule(cast, "Consultation", Steps(("Me",)))
    rule(cast, "Room 1", Steps(("Mona",)))
    mine = requested(cast)
    others = book(visitor(cast), wish(cast, TEN + HOUR, "Operation")).public_id
    seen = {
        show: [one for one in (mine, others) if f'id="request-{one}"' in manager.get(f"/requests/?show={show}").text]
        for show in ("", "mine", "others", "odd")
    }
    assert seen == {"": [mine, others], "mine": [mine], "others": [others], "odd": [mine, others]}
    assert "All (2) For you to decide (1) For others (1)" in words(manager.get("/requests/").text)


def test_first_step_approved_leaves_the_second_to_others(manager: Browser, cast: Cast, store: Store) -> None:
    rule(cast, "Consultation", Steps(("Me",)), Steps(("Mona",)))
    booking = requested(cast)
    answer = manager.submit(f"/requests/{booking}/approve", {"back": "booking"}, follow_redirects=True)
    assert "Approved. Monday 7 January 2030, 10:00–10:30. Others still have to approve it." in words(answer.text)
    assert "First step for Consultation Approved by Some manager, Friday 4 January 2030, 00:00" in words(answer.text)
    assert status_of(store, booking) == "requested"


def test_second_press_of_the_same_form_is_told(manager: Browser, cast: Cast) -> None:
    rule(cast, "Consultation", Steps(("Me",)), Steps(("Mona",)))
    booking = requested(cast)
    (version,) = set(re.findall(r'name="version" value="(\d+)"', manager.get("/requests/").text))
    codes = [manager.submit(f"/requests/{booking}/approve", {"version": version}).status_code for _ in "12"]
    assert codes == [302, 409]


def test_step_of_others_is_refused_to_a_guessed_address(manager: Browser, cast: Cast, store: Store) -> None:
    rule(cast, "Consultation", Steps(("Mona",)))
    booking = requested(cast)
    codes = [manager.submit(f"/requests/{booking}/{one}").status_code for one in ("approve", "decline")]
    assert (codes, status_of(store, booking)) == ([403, 403], "requested")


def test_page_of_one_request_shows_it_and_decides_nothing_by_itself(manager: Browser, cast: Cast, store: Store) -> None:
    rule(cast, "Consultation", Steps(("Me",)))
    booking, other = requested(cast), requested(cast, TEN + HOUR)
    page = manager.get(f"/requests/{booking}")
    assert (page.status_code, f"/requests/{booking}/approve" in page.text, other in page.text) == (200, True, False)
    assert status_of(store, booking) == "requested"
    manager.submit(f"/requests/{booking}/approve")
    assert (manager.get(f"/requests/{booking}").location, status_of(store, booking)) == (
        f"/bookings/{booking}",
        "confirmed",
    )


def test_link_of_a_mail_leads_back_to_the_request_after_signing_in(
    visitor: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    booking = requested(cast)
    assert visitor.get(f"/requests/{booking}").location == f"/sign-in?next=/requests/{booking}"
    assert sign_in(ReadyMade.FRONT_DESK).get(f"/requests/{booking}").status_code == 403


def test_conflicts_are_told_without_reasons_and_titles(manager: Browser, cast: Cast, store: Store) -> None:
    rule(cast, "Consultation", Steps(("Me",)))
    requested(cast)
    ada, stamps = cast.rows["Ada"], {"created_at": NOW, "changed_at": NOW}

    def come_up() -> None:
        TimeOff.create(public_id="t1", resource=ada, start_at=TEN, end_at=TEN + 600, reason="Dentist", **stamps)
        BusyTime.create(resource=ada, start_at=TEN - 600, end_at=TEN + 600, source="x", title="Private")
        day = {"first_day": "2030-01-07", "last_day": "2030-01-07"}
        Closure.create(public_id="c1", location=cast.rows["Centre"], name="Feast", **day, **stamps)
        store.bump_catalog()

    store.write(come_up)
    page = words(manager.get("/requests/").text)
    for told in (
        "Centre is closed that day (Feast).",
        "Ada is away from 10:00 to 10:10.",
        "Ada is busy by an entry of an imported calendar from 10:00 to 10:10.",
    ):
        assert told in page
    assert ("Dentist" in page, "Private" in page) == (False, False)


def test_booking_keeps_who_decided_in_whose_place(manager: Browser, cast: Cast, store: Store) -> None:
    rule(cast, "Consultation", Steps(("Mona",)))
    times = {"start_at": NOW - 60, "end_at": NOW + 60, "created_at": NOW, "changed_at": NOW}
    store.write(lambda: Deputy.create(public_id="d1", user=cast.rows["Mona"], deputy=cast.rows["Me"], **times))
    booking = requested(cast)
    manager.submit(f"/requests/{booking}/approve")
    page = words(manager.get(f"/bookings/{booking}").text)
    assert "First step for Consultation Approved by Some manager, in the place of Mona, Friday 4" in page


def test_queue_with_steps_sends_as_many_queries_for_20_as_for_one(manager: Browser, cast: Cast, store: Store) -> None:
    rule(cast, "Consultation", Steps(("Me",)), Steps(("Mona",)))
    numbers = []
    for days in (range(1), range(1, 20)):
        for day in days:
            requested(cast, TEN + day * 24 * HOUR)
        manager.get("/requests/")
        with counted(store) as sent:
            page = manager.get("/requests/").text
        numbers.append((page.count('<li class="request"'), len(sent)))
    assert numbers == [(1, numbers[0][1]), (20, numbers[0][1])]


def name_deputy(browser: Browser, cast: Cast, **changes: str) -> tuple[int, str]:
    fields = {"deputy": cast.ids["Olga"], "first": "2030-01-10", "last": "2030-01-12", **changes}
    answer = browser.submit("/account/deputies", fields)
    return answer.status_code, answer.text


def test_deputy_is_named_listed_and_removed(manager: Browser, cast: Cast) -> None:
    assert name_deputy(manager, cast)[0] == 303
    page = manager.get("/account/deputies").text
    assert "Olga Thursday 10 January 2030 to Saturday 12 January 2030" in words(page)
    (path,) = re.findall(r'action="(/account/deputies/[^"]+/end)"', page)
    manager.submit(path)
    assert "No deputy is named." in manager.get("/account/deputies").text
    assert manager.submit(path).status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deputy": ""}, "Please choose somebody from the list."),
        ({"first": "soon"}, "Please give a date as year-month-day"),
        ({"last": "2030-01-09"}, "The last day is over already or before the first"),
    ],
)
def test_deputy_that_cannot_be_keeps_what_was_typed(
    manager: Browser, cast: Cast, changes: dict[str, str], said: str
) -> None:
    code, page = name_deputy(manager, cast, **changes)
    assert (code, said in page, 'name="first" value="' in page) == (422, True, True)


def test_deputies_of_others_are_named_by_administrators_alone(sign_in: SignIn, manager: Browser, cast: Cast) -> None:
    assert name_deputy(manager, cast, user=cast.ids["Mona"])[0] == 403
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    assert name_deputy(admin, cast, user=cast.ids["Mona"])[0] == 303
    assert "Olga for Mona" in words(admin.get("/account/deputies").text)
