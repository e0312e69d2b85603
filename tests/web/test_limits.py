"""What visitors may do only so often: 429 with how long to wait, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.permissions import ReadyMade
from app.booking.refusals import TooOften
from app.config import Config
from app.factory import create_app
from app.operations.accounts.buckets import Source, source_of
from app.operations.accounts.throttle import (
    BOOK_ADDRESS,
    BOOK_CLIENT,
    CHANGE_ADDRESS,
    CHANGE_BOOKING,
    CHANGE_CLIENT,
    WAIT_ADDRESS,
    WRONG_LINK,
    count_booking,
    count_change,
    count_waiting,
    count_wrong_link,
)
from app.operations.change import move
from app.operations.requests import MoveRequest
from app.storage.repeat_tables import Throttle
from app.storage.store import Store
from app.storage.tables import Booking, OutboxMessage, WaitingEntry
from app.web.access import public
from app.web.context import EXTENSION, Site
from tests.cast import HOUR, NOW, one_provider
from tests.operations.helpers import system
from tests.web.conftest import SECRET, SignIn
from tests.web.reading import Page
from tests.web.staff_cast import form, practice
from tests.web.way import ADA, OF_OUR_PAGE, TEN, book, count_bookings, open_details, query, send

WAIT = "This was tried too often in a short time; please wait 10 seconds, then try again."
OTHER = {"environ_base": {"REMOTE_ADDR": "192.0.2.8"}}


def use_up(
    store: Store, times: int, count: Callable[[Source, str, int], object], email: str = "", times_looser: int = 1
) -> None:
    """Let the address of the tests' browsers have done something so often."""
    source = source_of(SECRET, "127.0.0.1", times_looser)
    for _ in range(times):
        store.write(lambda: count(source, email, NOW))


def test_book_from_one_address_too_often_keeps_all_that_was_typed(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    filled = open_details(visitor, cast)
    use_up(store, BOOK_ADDRESS.free, count_booking)
    answer = send(visitor, filled, **ADA, comment="kept")
    page = Page(answer.text)
    assert (answer.status_code, answer.headers["Retry-After"], count_bookings()) == (429, "10", 0)
    assert (page.alerts, page.form("token").fields["comment"]) == ([WAIT], "kept")
    assert [row.next_at - NOW for row in Throttle.select()] == [10]


def test_book_again_after_the_wait_succeeds(
    visitor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = one_provider(store)
    filled = open_details(visitor, cast)
    use_up(store, BOOK_ADDRESS.free, count_booking)
    again = Page(send(visitor, filled, **ADA).text).form("token")
    monkeypatch.setattr("app.clock.now", lambda: NOW + 10)
    assert (send(visitor, again).status_code, count_bookings()) == (303, 1)


def test_book_from_another_address_is_not_limited(visitor: FlaskClient, store: Store) -> None:
    filled = open_details(visitor, one_provider(store))
    use_up(store, BOOK_ADDRESS.free, count_booking)
    assert visitor.post(filled.action, data={**filled.fields, **ADA}, **OTHER).status_code == 303


def test_book_for_one_client_too_often_is_refused_from_every_address(visitor: FlaskClient, store: Store) -> None:
    filled = open_details(visitor, one_provider(store))
    use_up(store, BOOK_CLIENT.free, count_booking, "ada@example.org")
    fields = {**filled.fields, **ADA, "email": " ADA@example.org"}
    assert visitor.post(filled.action, data=fields, **OTHER).status_code == 429
    assert visitor.post(filled.action, data={**fields, "email": "ben@example.org"}, **OTHER).status_code == 303


def test_book_that_is_refused_otherwise_is_not_counted(visitor: FlaskClient, store: Store) -> None:
    filled = open_details(visitor, one_provider(store))
    assert [send(visitor, filled, **ADA, phone="call me").status_code for _ in range(3)] == [422] * 3
    assert Throttle.select().count() == 0


def test_book_sent_twice_is_counted_once(visitor: FlaskClient, store: Store) -> None:
    filled = open_details(visitor, one_provider(store))
    assert [send(visitor, filled, **ADA).status_code for _ in range(2)] == [303, 303]
    assert sorted(row.empty_at - NOW for row in Throttle.select()) == [BOOK_ADDRESS.every, BOOK_CLIENT.every]


def test_book_by_staff_is_not_counted(sign_in: SignIn, store: Store) -> None:
    answer = sign_in(ReadyMade.FRONT_DESK).submit("/bookings/new", form(practice(store)))
    assert (answer.status_code, count_bookings(), Throttle.select().count()) == (302, 1, 0)


def test_book_is_loosened_by_an_option(app: Flask, visitor: FlaskClient, config: Config, store: Store) -> None:
    filled = open_details(visitor, one_provider(store))
    app.extensions[EXTENSION] = Site(replace(config, limit_times=2), store)
    use_up(store, 2 * BOOK_ADDRESS.free - 2, count_booking, times_looser=2)
    assert send(visitor, filled, **ADA).status_code == 303
    assert [row.next_at for row in Throttle.select()] == [0, 0]


def move_to_and_fro(visitor: FlaskClient, token: str, times: int, **more: object) -> list[int]:
    """Move a booking between two times by its link, without what its form says; return what is answered."""
    starts = [TEN + HOUR, TEN] * times
    return [
        visitor.post(f"/manage/{token}/move", data={"start": start}, headers=OF_OUR_PAGE, **more).status_code
        for start in starts[:times]
    ]


def test_moving_one_booking_too_often_sends_no_more_mails_and_keeps_the_booking(
    visitor: FlaskClient, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    cast = one_provider(store)
    token, free = book(visitor, cast), CHANGE_BOOKING.free
    assert move_to_and_fro(visitor, token, free + 3) == [303] * free + [429] * 3
    answer = visitor.post(f"/manage/{token}/move", data={"start": TEN + HOUR}, headers=OF_OUR_PAGE, **OTHER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(CHANGE_BOOKING.step))
    assert Page(answer.text).alerts == [WAIT.replace("10 seconds", "1 minute")]
    assert OutboxMessage.select().where(OutboxMessage.kind == "moved").count() == free
    assert {line.split("event=")[1].split(" address")[0] for line in caplog.messages if "event=" in line} == {
        "too-often who=- at=manage.move"
    }
    moved = move(system(cast), MoveRequest(Booking.get().public_id, TEN + 2 * HOUR))
    assert (moved.start, visitor.post(f"/manage/{token}/cancel").status_code) == (TEN + 2 * HOUR, 303)


def test_moving_many_bookings_counts_by_address(visitor: FlaskClient, store: Store) -> None:
    token, others = book(visitor, one_provider(store)), map(str, count())
    use_up(store, CHANGE_ADDRESS.free, lambda source, _, now: count_change(source, next(others), "", now))
    assert move_to_and_fro(visitor, token, 1) == [429]
    assert move_to_and_fro(visitor, token, 1, **OTHER) == [303]


def test_moving_many_bookings_of_one_email_address_counts_from_every_address(
    visitor: FlaskClient, store: Store
) -> None:
    token, others = book(visitor, one_provider(store)), map(str, count())
    use_up(
        store,
        CHANGE_CLIENT.free,
        lambda source, email, now: count_change(source, next(others), email, now),
        "ADA@example.org",
    )
    assert move_to_and_fro(visitor, token, 1, **OTHER) == [429]


def test_wait_from_one_address_too_often_keeps_all_that_was_typed(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    filled = Page(visitor.get(f"/book/waiting?{query(cast)}").text).form("first")
    use_up(store, WAIT_ADDRESS.free, count_waiting)
    answer = send(visitor, filled, **ADA)
    page = Page(answer.text)
    assert (answer.status_code, answer.headers["Retry-After"], page.errors) == (429, "10", {"name": WAIT})
    assert (page.form("first").fields["email"], WaitingEntry.select().count()) == ("ada@example.org", 0)


def guess(visitor: FlaskClient, path: str, times: int, **more: object) -> list[int]:
    return [visitor.get(path, **more).status_code for _ in range(times)]


@pytest.mark.parametrize(
    "path", ["/manage/x.y", "/book/done/x.y", "/book/waiting/x.y", "/password/x", "/book/visit/done?token=x.y&token=z"]
)
def test_links_that_are_guessed_close_the_address(visitor: FlaskClient, store: Store, path: str) -> None:
    token = book(visitor, one_provider(store))
    assert guess(visitor, path, WRONG_LINK.free + 2) == [404] * WRONG_LINK.free + [429] * 2
    answer = visitor.get(f"/manage/{token}")
    assert (answer.status_code, answer.headers["Retry-After"], "Consultation" in answer.text) == (429, "5", False)
    assert visitor.get(f"/manage/{token}", **OTHER).status_code == 200


def test_links_that_are_right_are_not_counted(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    before = Throttle.select().count()
    assert guess(visitor, f"/manage/{token}", 20) == [200] * 20
    assert Throttle.select().count() == before


def test_link_form_of_a_closed_address_is_kept_to_be_sent_again(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    guess(visitor, "/manage/x.y", WRONG_LINK.free)
    answer = visitor.post(f"/manage/{token}/cancel", data={"reason": "ill"}, headers=OF_OUR_PAGE)
    assert (answer.status_code, Page(answer.text).form("cancel").fields) == (429, {"reason": "ill"})


def test_links_that_are_guessed_at_the_same_moment_are_refused(store: Store) -> None:
    source = source_of(SECRET, "192.0.2.7")
    for _ in range(WRONG_LINK.free):
        count_wrong_link(store, source, NOW)
    with pytest.raises(TooOften):
        count_wrong_link(store, source, NOW)


def test_choosing_a_password_by_guessed_links_closes_the_address(app: Flask, store: Store) -> None:
    fields = {"password": "a long password", "password_again": "a long password"}
    app.config["WTF_CSRF_ENABLED"] = False
    answers = [app.test_client().post("/password/x", data=fields).status_code for _ in range(WRONG_LINK.free + 1)]
    assert answers == [404] * WRONG_LINK.free + [429]


def test_address_behind_a_proxy_is_the_visitors(config: Config, store: Store) -> None:
    made = create_app(replace(config, proxies=1))
    visitor = made.test_client()
    near, far = ({"X-Forwarded-For": f"203.0.113.99, 2001:db8:0:{one}::1"} for one in (1, 2))
    assert guess(visitor, "/manage/x.y", WRONG_LINK.free + 1, headers=near)[-1] == 429
    assert guess(visitor, "/manage/x.y", 1, headers={"X-Forwarded-For": "2001:db8:0:1:ffff::2"}) == [429]
    assert guess(visitor, "/manage/x.y", 1, headers=far) == [404]
    made.extensions[EXTENSION].store.close()


def test_address_that_is_claimed_without_a_proxy_does_not_count(visitor: FlaskClient, store: Store) -> None:
    claimed = [{"X-Forwarded-For": f"192.0.2.{one}"} for one in range(WRONG_LINK.free + 1)]
    assert [visitor.get("/manage/x.y", headers=one).status_code for one in claimed][-1] == 429


def test_machines_are_told_in_json(app: Flask, visitor: FlaskClient) -> None:
    @public
    def view() -> str:
        raise TooOften(7)

    app.view_functions["public.slots"] = view
    answer = visitor.get("/slots.json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json == {"error": "too_often", "message": WAIT.replace("10", "7")}
