"""The queue of requests."""

from __future__ import annotations

import re

import pytest

from app.access.actors import client_of
from app.access.permissions import ReadyMade
from app.operations.change import move
from app.operations.context import Context
from app.operations.requests import MoveRequest
from app.storage.store import Store
from tests.cast import HOUR, NOW, Cast
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import TEN, booked, counted, starts, status_of, words

DAY_SECONDS = 24 * HOUR


@pytest.fixture
def manager(sign_in: SignIn, cast: Cast) -> Browser:
    return sign_in(ReadyMade.MANAGER)


def requested(cast: Cast, days: int = 0, **more: object) -> str:
    return booked(cast, TEN + days * DAY_SECONDS, "Approval", as_visitor=True, **more)


def test_queue_next_to_begin_first(manager: Browser, cast: Cast) -> None:
    later, sooner = requested(cast, 3, name="Olaf Client"), requested(cast, 1, comment="Please hurry")
    page = manager.get("/requests/").text
    assert page.index(f"request-{sooner}") < page.index(f"request-{later}")
    assert "Please hurry" in page
    assert "First step" not in page


def test_queue_empty_says_so(manager: Browser) -> None:
    assert "Nothing waits for approval." in manager.get("/requests/").text


def test_queue_shows_wished_changes(manager: Browser, cast: Cast) -> None:
    booking = booked(cast, service="Approval")
    move(Context(cast.store, client_of(booking), NOW), MoveRequest(booking, TEN + 2 * HOUR))
    page = words(manager.get("/requests/").text)
    assert "Now Monday 7 January 2030, 10:00–10:30 Wants Monday 7 January 2030, 12:00–12:30" in page


def test_approve_confirms(manager: Browser, cast: Cast, store: Store) -> None:
    booking = requested(cast)
    answer = manager.submit(f"/requests/{booking}/approve", follow_redirects=True)
    assert ("Approved. Monday 7 January 2030" in words(answer.text), status_of(store, booking)) == (True, "confirmed")


def test_approve_change_moves(manager: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast, service="Approval")
    move(Context(cast.store, client_of(booking), NOW), MoveRequest(booking, TEN + 2 * HOUR))
    answer = manager.submit(f"/requests/{booking}/approve", {"back": "booking"})
    assert (answer.location, starts(store)) == (f"/bookings/{booking}", [TEN + 2 * HOUR])


@pytest.mark.parametrize("decision", ["approve", "decline"])
def test_decision_on_a_wish_that_was_replaced_meanwhile_decides_nothing(
    manager: Browser, cast: Cast, store: Store, decision: str
) -> None:
    booking = booked(cast, service="Approval")
    client = Context(cast.store, client_of(booking), NOW)
    move(client, MoveRequest(booking, TEN + 2 * HOUR))
    seen = re.findall(r'name="version" value="(\d+)"', manager.get("/requests/").text)
    move(client, MoveRequest(booking, TEN + 3 * HOUR))
    answer = manager.submit(f"/requests/{booking}/{decision}", {"version": seen[0]})
    assert answer.status_code == 409
    assert ("Wants Monday 7 January 2030, 13:00" in words(answer.text), starts(store)) == (True, [TEN])


def test_decline_gives_the_time_back(manager: Browser, cast: Cast, store: Store) -> None:
    booking = requested(cast)
    answer = manager.submit(f"/requests/{booking}/decline", {"reason": "Away"})
    assert (answer.location, status_of(store, booking)) == ("/requests/", "declined")


def test_decline_too_long_reason_stays_beside_its_field(manager: Browser, cast: Cast, store: Store) -> None:
    booking = requested(cast)
    answer = manager.submit(f"/requests/{booking}/decline", {"reason": "y" * 501})
    assert (answer.status_code, status_of(store, booking)) == (422, "requested")
    assert (f'id="reason-{booking}-error"' in answer.text, "y" * 501 in answer.text) == (True, True)


@pytest.mark.parametrize("decision", ["approve", "decline"])
def test_decision_on_what_is_decided_is_told(manager: Browser, cast: Cast, store: Store, decision: str) -> None:
    booking = requested(cast)
    manager.submit(f"/requests/{booking}/approve")
    answer = manager.submit(f"/requests/{booking}/{decision}")
    assert (answer.status_code, 'role="alert"' in answer.text, status_of(store, booking)) == (409, True, "confirmed")
    assert manager.submit(f"/requests/unknown/{decision}").status_code == 404


def test_queue_is_closed_to_the_desk_and_strangers(sign_in: SignIn, cast: Cast, store: Store, visitor: Browser) -> None:
    booking = requested(cast)
    desk = sign_in(ReadyMade.FRONT_DESK)
    codes = [desk.get("/requests/").status_code, desk.submit(f"/requests/{booking}/approve").status_code]
    assert (codes, status_of(store, booking)) == ([403, 403], "requested")
    assert visitor.get("/requests/").location == "/sign-in?next=/requests/"
    assert visitor.post(f"/requests/{booking}/decline").status_code in (400, 401)


def test_queue_sends_as_many_queries_for_30_as_for_one(manager: Browser, cast: Cast, store: Store) -> None:
    numbers = []
    for days in (range(1), range(1, 30)):
        for day in days:
            requested(cast, day)
        with counted(store) as sent:
            page = manager.get("/requests/").text
        numbers.append((page.count('<li class="request"'), len(sent)))
    assert numbers == [(1, numbers[0][1]), (30, numbers[0][1])]
