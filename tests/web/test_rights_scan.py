"""A scanner: everybody tries to reach every booking, by pages, lists, searches and guessed ids; nothing leaks.

What each may see is written down in scan_world.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.storage.account_tables import CalendarFeed
from app.storage.store import Store
from app.storage.tables import Booking
from tests.cast import Cast
from tests.web.conftest import SignIn
from tests.web.scan import FULL, addresses, feed_address, ids_of, look
from tests.web.scan_world import (
    AT_BRANCH,
    AWAY,
    CASES,
    DAY,
    FACTS,
    OWNERS,
    PLACES,
    Case,
    Made,
    absences_in,
    closed_feeds,
    come_in,
    make,
)


def everything(app: Flask, cast: Cast, made: Iterable[Made]) -> Iterator[str]:
    """Yield the addresses of all that could show a booking: every route, about each place and each booking."""
    yield from addresses(app, _ids(cast), [*_of_places(cast)])
    for one in made:
        yield from _of_booking(cast, one)
    for text in ("name", "mail", "said", "told", "talk", "") if FULL else ("name", "talk"):
        yield from (f"/bookings/?first={DAY}&last={DAY}&text={text}", f"/audit/?text={text}", f"/clients/?text={text}")


def _ids(cast: Cast) -> dict[str, list[str]]:
    setup = {
        "locations": [cast.ids[place] for place in PLACES],
        "resources": [cast.ids[one] for one in ("Cleo", "Branch room")],
        "services": [cast.ids[f"Talk at {place}"] for place in PLACES],
        "time-off": [f"away{name}" for name in AWAY],
    }
    return ids_of([str(row.public_id) for row in Booking.select()], setup)


def _of_places(cast: Cast) -> Iterator[dict[str, str]]:
    """Yield what pages can be asked for: all that any of them reads, about a place on the day of the bookings."""
    for place in PLACES:
        yield {
            "location": cast.ids[place],
            "service": cast.ids[f"Talk at {place}"],
            "together": cast.ids[f"{place} room"],
            **dict.fromkeys(("date", "first", "last", "from", "to"), DAY),
            "days": "1",
            "find": "1",
            "client_search": "name",
        }


def _of_booking(cast: Cast, one: Made) -> Iterator[str]:
    """Yield what is asked at the time of a booking, and of the booking itself where it goes."""
    asked = f"location={cast.ids[one.place]}&service={cast.ids[f'Talk at {one.place}']}&provider={cast.ids[one.person]}"
    yield f"/calendar/why?{asked}&date={DAY}&time={one.clock}"
    yield f"/calendar/why?{asked}&start={one.start}"
    yield f"/bookings/times?{asked}&date={DAY}"
    yield f"/bookings/{one.public_id}/places.json?date={DAY}"
    for other in ("Ada", "Ben", "Cleo"):
        yield f"/bookings/{one.public_id}/why.json?resource={cast.ids[other]}&start={one.start}"


@pytest.mark.parametrize("name", CASES)
def test_nobody_sees_more_than_they_may(app: Flask, sign_in: SignIn, store: Store, name: str) -> None:
    cast, made = make(store)
    case = CASES[name]
    browser = come_in(sign_in, cast, case)
    pages = look(browser, everything(app, cast, made))
    assert {one.key: facts for one in made if (facts := one.seen_in(pages))} == case.sees
    assert absences_in(pages) == (case.away, case.reasons)


@pytest.mark.parametrize("name", OWNERS)
def test_feed_tells_what_its_owner_may_see(visitor: FlaskClient, sign_in: SignIn, store: Store, name: str) -> None:
    cast, made = make(store)
    come_in(sign_in, cast, OWNERS[name])
    (content,) = look(visitor, [feed_address(CalendarFeed.get().public_id)])
    assert content.count("begin:vcalendar") == 1
    assert {one.key: facts for one in made if (facts := one.seen_in([content]))} == OWNERS[name].feed


@pytest.mark.parametrize("name", ["provider", "manager"])
def test_feed_that_was_closed_opens_nothing(sign_in: SignIn, store: Store, name: str) -> None:
    cast, _ = make(store)
    browser = come_in(sign_in, cast, CASES[name])
    assert [browser.get(one).status_code for one in closed_feeds(cast, CASES[name])] == [404] * 3


@pytest.mark.parametrize("name", CASES)
def test_nobody_changes_more_than_they_may(sign_in: SignIn, store: Store, name: str) -> None:
    cast, made = make(store)
    case = CASES[name]
    browser = come_in(sign_in, cast, case)
    allowed = [one.key for one in made if browser.submit(f"/bookings/{one.public_id}/cancel").status_code == 302]
    assert tuple(allowed) == case.may_act


@pytest.mark.parametrize("part", [("location", "Branch"), ("service", "Talk at Branch"), ("resource", "Branch room")])
def test_nobody_overrides_rules_outside_their_part(sign_in: SignIn, store: Store, part: tuple[str, str]) -> None:
    cast, made = make(store)
    browser = come_in(sign_in, cast, Case((("front_desk", "everything", ""), ("manager", *part)), {}))
    early = {"date": DAY, "duration": "30", "override": "1", "override_reason": "Asked"}
    done = []
    for number, one in enumerate(made):
        there = {"location": cast.ids[one.place], "service": cast.ids[f"Talk at {one.place}"]}
        new = {**early, **there, "time": f"{number:02d}:00", "do": "book", "name": "Nora Client"}
        answers = (
            browser.submit("/bookings/new", {**new, "email": "nora@example.org", "key": one.key}),
            browser.submit(f"/bookings/{one.public_id}/move", {**early, "time": f"{number:02d}:30", "version": "1"}),
        )
        done += [one.key for answer in answers if answer.status_code == 302]
        offers = 'name="override"' in browser.submit("/bookings/new", {**new, "do": "times"}).text
        assert offers == (one.key in AT_BRANCH)
    assert done == [key for key in AT_BRANCH for _ in ("new", "move")]


def test_scanner_would_notice_a_leak(app: Flask, sign_in: SignIn, store: Store) -> None:
    cast, made = make(store)
    browser = sign_in("administrator")
    pages = look(browser, everything(app, cast, made))
    assert {one.key: one.seen_in(pages) for one in made} == {one.key: FACTS for one in made}
    assert absences_in(pages) == (tuple(AWAY), tuple(AWAY))


def test_route_about_something_new_has_to_be_filled_in(app: Flask) -> None:
    with pytest.raises(AssertionError, match="names something new"):
        list(addresses(app, {}, []))
