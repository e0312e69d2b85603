"""The waiting list's page."""

from __future__ import annotations

from app.access.actors import VISITOR
from app.access.permissions import ReadyMade
from app.operations.change import cancel
from app.operations.context import Context
from app.operations.requests import ClientDetails, WaitingRequest
from app.operations.waiting import join_waiting_list
from app.storage.store import Store
from tests.cast import HOUR, MONDAY, NOW, Cast
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import booked, counted, words


def waits(cast: Cast, name: str = "Willa Client", days: int = 1) -> str:
    client = ClientDetails(name, f"{name.split()[0].lower()}@example.org")
    until = MONDAY + days * 24 * HOUR
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], client, MONDAY, until)
    return join_waiting_list(Context(cast.store, VISITOR, NOW), request).public_id


def test_list_longest_waiting_first(desk: Browser, cast: Cast) -> None:
    waits(cast, days=2)
    waits(cast, "Yara Client")
    page = words(desk.get("/waiting/").text)
    first = "Willa Client Consultation Centre Mon 7 Jan and Tue 8 Jan Fri 4 Jan Waiting"
    assert page.index(first) < page.index("Yara Client Consultation Centre Mon 7 Jan Fri 4 Jan Waiting")


def test_list_empty_says_so(desk: Browser) -> None:
    assert "Nobody waits." in desk.get("/waiting/").text


def test_list_links_to_the_held_time(desk: Browser, cast: Cast) -> None:
    booking = booked(cast)
    waits(cast)
    cancel(Context(cast.store, VISITOR, NOW).as_system(), booking)
    page = desk.get("/waiting/").text
    assert ("A time is held" in page, "btn-outline-danger" in page) == (True, False)


def test_remove_takes_off_the_list_after_it_was_asked(desk: Browser, cast: Cast) -> None:
    entry = waits(cast)
    asks = desk.get("/waiting/").text.split("<details>")[1].split("</details>")[0]
    assert asks.index("<summary") < asks.index(f'action="/waiting/{entry}/remove"') < asks.index("Take off the list")
    answer = desk.submit(f"/waiting/{entry}/remove", follow_redirects=True)
    assert ("Taken off the waiting list." in answer.text, "Nobody waits." in answer.text) == (True, True)
    assert desk.submit(f"/waiting/{entry}/remove").status_code == 404


def test_list_is_closed_to_auditors_and_strangers(sign_in: SignIn, cast: Cast, visitor: Browser) -> None:
    entry = waits(cast)
    auditor = sign_in(ReadyMade.AUDITOR)
    assert [auditor.get("/waiting/").status_code, auditor.submit(f"/waiting/{entry}/remove").status_code] == [403, 403]
    assert visitor.get("/waiting/").location == "/sign-in?next=/waiting/"
    assert visitor.post(f"/waiting/{entry}/remove").status_code in (400, 401)


def test_list_sends_as_many_queries_for_30_as_for_one(desk: Browser, cast: Cast, store: Store) -> None:
    numbers = []
    for people in (range(1), range(1, 30)):
        for number in people:
            waits(cast, f"N{number} Client")
        with counted(store) as sent:
            page = desk.get("/waiting/").text
        numbers.append((page.count('data-label="Client"'), len(sent)))
    assert numbers == [(1, numbers[0][1]), (30, numbers[0][1])]
