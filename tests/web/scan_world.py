"""A small world to scan: bookings that tell of themselves by texts that occur nowhere else, and who may see which.

What each may see is written down here by hand, not asked of the code under test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.operations.calendars.feeds import save_feed
from app.operations.context import Context
from app.operations.grants import GrantDraft, Holder, replace_grants
from app.operations.rights import actor_of
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import HOUR, Cast, Need
from tests.operations.helpers import system
from tests.web.conftest import Browser, SignIn
from tests.web.scan import title_at
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
        title = title_at(self.clock, f"Talk at {self.place}")
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
