"""A scanner: everybody tries to reach every booking, by pages, lists, searches and guessed ids; nothing leaks.

What each may see is written down here by hand, not asked of the code under test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask

from app.operations.context import Context
from app.operations.feeds import save_feed
from app.operations.rights import actor_of
from app.operations.setup.grants import GrantDraft, Holder, replace_grants
from app.storage.account_tables import CalendarFeed
from app.storage.rights_tables import Role
from app.storage.store import Store
from app.storage.tables import Booking, Client, OutboxMessage, User
from tests.cast import HOUR, Cast, Need
from tests.operations.helpers import system
from tests.web.conftest import Browser, SignIn
from tests.web.scan import FULL, addresses
from tests.web.staff_cast import TEN, booked_at, words

DAY = "2030-01-07"
PLACES = ("Centre", "Branch")
MADE = (("Centre", "Ada"), ("Centre", "Ben"), ("Branch", "Ada"), ("Branch", "Ben"), ("Centre", "Cleo"))
"""Ada and Ben work at both places, Cleo at the Centre alone."""

ODD = 7
"""Bookings begin at minutes that nothing else does, so that a page that shows one tells of it."""

BUSY = ("busy",)
FACTS = ("busy", "title", "name", "mail", "comment", "answer")
DESK = FACTS[:5]


@dataclass(frozen=True, slots=True)
class Made:
    """A booking in the world: where, by whom, and its public id."""

    place: str
    person: str
    start: int
    public_id: str = ""

    @property
    def key(self) -> str:
        """Its place and person."""
        return self.place + self.person

    @property
    def clock(self) -> str:
        """When it begins, on the clock."""
        return f"{self.start // HOUR % 24:02d}:{self.start // 60 % 60:02d}"

    def facts(self) -> dict[str, str]:
        """Texts that occur in this booking alone."""
        key = self.key.lower()
        return {"name": f"name{key}", "mail": f"mail{key}@example.org", "comment": f"said{key}", "answer": f"told{key}"}

    def seen_in(self, pages: Iterable[str]) -> tuple[str, ...]:
        """Which facts about it some pages tell. Its title is one beside its time: services have names elsewhere too."""
        known = list(pages)
        every = "\n".join(known)
        title = re.compile(rf"{self.clock}(–[0-9:]{{5}})?\W{{0,3}}talk at {self.place.lower()}")
        found = {"busy": self.clock in every, "title": any(title.search(words(page)) for page in known)}
        found |= {fact: text in every for fact, text in self.facts().items()}
        return tuple(fact for fact in FACTS if found[fact])


def make(store: Store) -> tuple[Cast, list[Made]]:
    """Make two places with a room each, two people who work at both and one who does not, and bookings of each."""
    cast = Cast(store)

    def fill() -> None:
        people = cast.resources(["Ada", "Ben"])
        for place in PLACES:
            cast.location(place)
        cleo = cast.resource("Cleo", "person", "Centre")
        for place in PLACES:
            room = cast.resource(f"{place} room", "room", place)
            cast.service(f"Talk at {place}", [Need([*people, cleo]), Need([room])], [place], questions=QUESTIONS)
        cast.user("Root", "administrator")
        store.bump_catalog()

    store.write(fill)
    made = [Made(*who, TEN + number * HOUR + (ODD + number) * 60) for number, who in enumerate(MADE)]
    return cast, [_book(cast, one) for one in made]


QUESTIONS = '[{"public_id": "why", "label": "Why", "kind": "text", "required": false, "choices": []}]'


def _book(cast: Cast, one: Made) -> Made:
    facts = one.facts()
    public_id = booked_at(
        cast, one.start, f"Talk at {one.place}", one.place, (facts["name"], facts["mail"]),
        provider=cast.ids[one.person], comment=facts["comment"], answers={"why": facts["answer"]},
    )  # fmt: skip
    return replace(one, public_id=public_id)


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody's grants, and what of each booking they may see; ``may_act``: cancel it."""

    grants: tuple[tuple[str, str, str], ...]
    sees: dict[str, tuple[str, ...]]
    may_act: tuple[str, ...] = ()
    person: str = ""


EVERYBODY = tuple(place + person for place, person in MADE)
AT_BRANCH, AT_CENTRE = ("BranchAda", "BranchBen"), ("CentreAda", "CentreBen", "CentreCleo")


def seeing(busy: Iterable[str], more: Iterable[str] = (), facts: tuple[str, ...] = DESK) -> dict[str, tuple[str, ...]]:
    """That these are busy, and of some of them more."""
    return dict.fromkeys(busy, BUSY) | dict.fromkeys(more, facts)


CASES = {
    "nobody": Case((), {}),
    "viewer": Case((("viewer", "everything", ""),), seeing(EVERYBODY)),
    "viewer of one place": Case((("viewer", "location", "Branch"),), seeing(AT_BRANCH)),
    "auditor": Case((("auditor", "everything", ""),), seeing(EVERYBODY)),  # the log has times, and no names
    "front desk of one place": Case((("front_desk", "location", "Branch"),), seeing((), AT_BRANCH), AT_BRANCH),
    "provider": Case(
        (("provider", "everything", ""),),
        seeing(EVERYBODY, ("CentreAda", "BranchAda"), FACTS),
        ("CentreAda", "BranchAda"),
        "Ada",
    ),
    "provider at one place": Case(
        (("provider", "location", "Branch"),), seeing(AT_BRANCH, ("BranchAda",), FACTS), ("BranchAda",), "Ada"
    ),
    "manager of one room": Case((("manager", "resource", "Branch room"),), seeing((), AT_BRANCH), AT_BRANCH),
    "front desk of one service": Case(
        (("viewer", "everything", ""), ("front_desk", "service", "Talk at Branch")),
        seeing(EVERYBODY, AT_BRANCH),
        AT_BRANCH,
    ),
    "manager": Case((("manager", "everything", ""),), seeing((), EVERYBODY), EVERYBODY),
}


def come_in(sign_in: SignIn, cast: Cast, case: Case) -> Browser:
    """Return the browser of somebody who has the case's grants and no others."""
    browser = sign_in("viewer", cast.rows[case.person] if case.person else None)
    drafts = [GrantDraft(role, scope, cast.ids.get(name, "")) for role, scope, name in case.grants]

    def give() -> None:
        row = User.get(User.name == "Some viewer")
        replace_grants(system(cast), Holder(user_id=row.id), drafts)

    cast.store.write(give)
    actor = cast.store.read(lambda: actor_of(User.get(User.name == "Some viewer")))
    save_feed(Context(cast.store, actor, cast.now), with_clients=True)
    return browser


def everything(app: Flask, cast: Cast, made: Iterable[Made]) -> Iterator[str]:
    """Yield the addresses of all that could show a booking: every route, about each place and each booking."""
    yield from addresses(app, _ids(cast), [*_of_places(cast)])
    for one in made:
        yield from _of_booking(cast, one)
    for text in ("name", "mail", "said", "told", "talk", "") if FULL else ("name", "talk"):
        yield from (f"/bookings/?first={DAY}&last={DAY}&text={text}", f"/audit/?text={text}", f"/clients/?text={text}")


def _ids(cast: Cast) -> dict[str, list[str]]:
    """Return what addresses can be about; of what there is none, and of secret links, a guess."""
    guess = [str(Booking.get().public_id)]
    setup = {
        "locations": [cast.ids[place] for place in PLACES],
        "resources": [cast.ids[one] for one in ("Cleo", "Branch room")],
        "services": [cast.ids[f"Talk at {place}"] for place in PLACES],
        "users": [str(row.public_id) for row in User.select()],
        "roles": [str(Role.get().public_id)],
    }
    return {
        "/bookings/": [str(row.public_id) for row in Booking.select()],
        "/requests/": [str(row.public_id) for row in Booking.select()],
        "/clients/": [str(row.public_id) for row in Client.select()],
        "/outbox/": [str(row.public_id) for row in OutboxMessage.select()],
        "/feed/": [str(row.public_id) for row in CalendarFeed.select()],
        "/setup/": guess,
        "<public_id>": guess,
        "<token>": guess,
        "<filename>": guess,
        "<guide>": ["rules"],
        "<reference>": ["confirmed.en"],
        "<preset>": ["clinic"],
        **{f"/setup/{kind}/": known for kind, known in setup.items()},
    }


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


ECHO = re.compile(r'name="time" value="[0-9:]*"|<h2 id="answer">[^<]*</h2>')
"""What was asked about a time is shown again above its answer."""


def look(browser: Browser, paths: Iterable[str]) -> list[str]:
    """Return all that these addresses show, in small letters."""
    return [ECHO.sub("", browser.get(path).get_data(as_text=True).lower()) for path in paths]


@pytest.mark.parametrize("name", CASES)
def test_nobody_sees_more_than_they_may(app: Flask, sign_in: SignIn, store: Store, name: str) -> None:
    cast, made = make(store)
    case = CASES[name]
    browser = come_in(sign_in, cast, case)
    pages = look(browser, everything(app, cast, made))
    assert {one.key: facts for one in made if (facts := one.seen_in(pages))} == case.sees


@pytest.mark.parametrize("name", CASES)
def test_nobody_changes_more_than_they_may(sign_in: SignIn, store: Store, name: str) -> None:
    cast, made = make(store)
    case = CASES[name]
    browser = come_in(sign_in, cast, case)
    allowed = [one.key for one in made if browser.submit(f"/bookings/{one.public_id}/cancel").status_code == 302]
    assert tuple(allowed) == case.may_act


def test_scanner_would_notice_a_leak(app: Flask, sign_in: SignIn, store: Store) -> None:
    cast, made = make(store)
    browser = sign_in("administrator")
    pages = look(browser, everything(app, cast, made))
    assert {one.key: one.seen_in(pages) for one in made} == {one.key: FACTS for one in made}


def test_route_about_something_new_has_to_be_filled_in(app: Flask) -> None:
    with pytest.raises(AssertionError, match="names something new"):
        list(addresses(app, {}, []))
