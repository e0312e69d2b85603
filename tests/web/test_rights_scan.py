"""A scanner: everybody tries to reach every booking, by pages, lists, searches and guessed ids; nothing leaks.

What each may see is written down here by hand, not asked of the code under test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from app.operations.setup.grants import GrantDraft, Holder, replace_grants
from app.storage.store import Store
from app.storage.tables import Client, OutboxMessage, User
from tests.cast import HOUR, Cast, Need
from tests.operations.helpers import system
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import TEN, booked_at

DAY = "2030-01-07"
PLACES = ("Centre", "Branch")
FACTS = ("name", "mail", "comment", "answer")


@dataclass(frozen=True, slots=True)
class Made:
    """A booking in the world: where, by whom, and its public id."""

    place: str
    person: str
    public_id: str

    def facts(self) -> dict[str, str]:
        """Texts that occur in this booking alone."""
        key = f"{self.place}{self.person}".lower()
        return {"name": f"name{key}", "mail": f"mail{key}@example.org", "comment": f"said{key}", "answer": f"told{key}"}


def make(store: Store) -> tuple[Cast, list[Made]]:
    """Make two places with a room each, two people who work at both, and one booking of each at each."""
    cast = Cast(store)

    def fill() -> None:
        people = cast.resources(["Ada", "Ben"])
        for place in PLACES:
            cast.location(place)
            room = cast.resource(f"{place} room", "room", place)
            cast.service(f"Talk at {place}", [Need(people), Need([room])], [place], questions=QUESTIONS)
        cast.user("Root", "administrator")
        store.bump_catalog()

    store.write(fill)
    made = [Made(place, person, "") for place in PLACES for person in ("Ada", "Ben")]
    return cast, [_book(cast, one, TEN + number * HOUR) for number, one in enumerate(made)]


QUESTIONS = '[{"public_id": "why", "label": "Why", "kind": "text", "required": false, "choices": []}]'


def _book(cast: Cast, one: Made, start: int) -> Made:
    facts = one.facts()
    public_id = booked_at(
        cast, start, f"Talk at {one.place}", one.place, (facts["name"], facts["mail"]),
        provider=cast.ids[one.person], comment=facts["comment"], answers={"why": facts["answer"]},
    )  # fmt: skip
    return Made(one.place, one.person, public_id)


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody's grants, and what of each booking they may see; ``may_act``: cancel it."""

    grants: tuple[tuple[str, str, str], ...]
    sees: dict[str, tuple[str, ...]]
    may_act: tuple[str, ...] = ()
    person: str = ""


CASES = {
    "nobody": Case((), {}),
    "viewer": Case((("viewer", "everything", ""),), {}),
    "auditor": Case((("auditor", "everything", ""),), {}),
    "front desk of one place": Case(
        (("front_desk", "location", "Centre"),),
        {"CentreAda": FACTS[:3], "CentreBen": FACTS[:3]},
        ("CentreAda", "CentreBen"),
    ),
    "provider": Case(
        (("provider", "everything", ""),),
        {"CentreAda": FACTS, "BranchAda": FACTS},
        ("CentreAda", "BranchAda"),
        "Ada",
    ),
    "provider at one place": Case((("provider", "location", "Branch"),), {"BranchAda": FACTS}, ("BranchAda",), "Ada"),
    "manager of one room": Case(
        (("manager", "resource", "Branch room"),),
        {"BranchAda": FACTS[:3], "BranchBen": FACTS[:3]},
        ("BranchAda", "BranchBen"),
    ),
    "front desk of one service": Case(
        (("viewer", "everything", ""), ("front_desk", "service", "Talk at Branch")),
        {"BranchAda": FACTS[:3], "BranchBen": FACTS[:3]},
        ("BranchAda", "BranchBen"),
    ),
    "manager": Case(
        (("manager", "everything", ""),),
        {f"{place}{person}": FACTS[:3] for place in PLACES for person in ("Ada", "Ben")},
        tuple(f"{place}{person}" for place in PLACES for person in ("Ada", "Ben")),
    ),
}


def come_in(sign_in: SignIn, cast: Cast, case: Case) -> Browser:
    """Return the browser of somebody who has the case's grants and no others."""
    browser = sign_in("viewer", cast.rows[case.person] if case.person else None)
    drafts = [GrantDraft(role, scope, cast.ids.get(name, "")) for role, scope, name in case.grants]

    def give() -> None:
        row = User.get(User.name == "Some viewer")
        replace_grants(system(cast), Holder(user_id=row.id), drafts)

    cast.store.write(give)
    return browser


def everything(cast: Cast, made: Iterable[Made]) -> Iterator[str]:
    """Yield the addresses of all that could show a booking."""
    yield from ("/home/", "/requests/", "/account/deputies", "/waiting/", "/outbox/", "/setup/", "/bookings/new")
    yield "/audit/"
    for place in PLACES:
        spans = ("day", "week", "timeline", "month", "list")
        yield from (f"/calendar/{span}?date={DAY}&location={cast.ids[place]}" for span in spans)
        yield f"/today/?location={cast.ids[place]}"
        yield f"/bookings/?first={DAY}&last={DAY}&location={cast.ids[place]}"
        service = cast.ids[f"Talk at {place}"]
        yield f"/bookings/new?location={cast.ids[place]}&service={service}&client_search=name"
    for text in ("name", "mail", "said", "told", "talk", ""):
        yield from (f"/bookings/?first={DAY}&last={DAY}&text={text}", f"/audit/?text={text}")
        yield f"/clients/?text={text}"
    for row in Client.select():
        yield from (f"/clients/{row.public_id}{end}" for end in ("", "/erase"))
    for one in made:
        yield from (f"/bookings/{one.public_id}{end}" for end in ("", "/move"))
        yield f"/requests/{one.public_id}"
    for row in OutboxMessage.select():
        yield from (f"/outbox/{row.public_id}{end}" for end in ("", "/booking.ics"))


@pytest.mark.parametrize("name", CASES)
def test_nobody_sees_more_than_they_may(sign_in: SignIn, store: Store, name: str) -> None:
    cast, made = make(store)
    case = CASES[name]
    browser = come_in(sign_in, cast, case)
    seen = "\n".join(browser.get(path).get_data(as_text=True) for path in everything(cast, made)).lower()
    found = {one.place + one.person: tuple(fact for fact, text in one.facts().items() if text in seen) for one in made}
    assert {key: facts for key, facts in found.items() if facts} == case.sees


@pytest.mark.parametrize("name", CASES)
def test_nobody_changes_more_than_they_may(sign_in: SignIn, store: Store, name: str) -> None:
    cast, made = make(store)
    case = CASES[name]
    browser = come_in(sign_in, cast, case)
    allowed = [
        one.place + one.person for one in made if browser.submit(f"/bookings/{one.public_id}/cancel").status_code == 302
    ]
    assert tuple(allowed) == case.may_act


def test_scanner_would_notice_a_leak(sign_in: SignIn, store: Store) -> None:
    cast, made = make(store)
    browser = sign_in("administrator")
    seen = "\n".join(browser.get(path).get_data(as_text=True) for path in everything(cast, made)).lower()
    assert [fact for one in made for fact, text in one.facts().items() if text not in seen] == []
