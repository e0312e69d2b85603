"""A small world to scan: bookings that tell of themselves by texts that occur nowhere else, and who may see which.

What each may see is written down here by hand, not asked of the code under test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from app.access.permissions import Permission
from app.operations.calendars.feeds import end_feed, renew_feed, save_feed
from app.operations.context import Context
from app.operations.grants import GrantDraft, Holder, replace_grants
from app.operations.rights import actor_of
from app.storage.store import Store
from app.storage.tables import TimeOff, User
from tests.cast import HOUR, Cast, Need
from tests.operations.helpers import system
from tests.web.conftest import Browser, SignIn
from tests.web.scan import feed_address, title_at
from tests.web.staff_cast import TEN, booked_at, words

DAY = "2030-01-07"
PLACES = ("Centre", "Branch")
MADE = (("Centre", "Ada"), ("Centre", "Ben"), ("Branch", "Ada"), ("Branch", "Ben"), ("Centre", "Cleo"))
"""Ada and Ben work at both places, Cleo at the Centre alone."""

ODD = 7
"""Bookings begin at minutes that nothing else does, so that a page that shows one tells of it."""

AWAY = {"Ada": (TEN - 2 * HOUR - 19 * 60, TEN - 17 * 60), "Cleo": (TEN - 8 * HOUR - 43 * 60, TEN - 8 * HOUR - 17 * 60)}
"""When they are away, at minutes that nothing else begins or ends at; a request for Ada lies within."""

BUSY = ("busy",)
FACTS = ("busy", "title", "name", "mail", "comment", "answer")
DESK, IN_FEED = FACTS[:5], FACTS[:3]


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
        return _clock(self.start)

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


def absences_in(pages: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return of whom some pages tell when they are away, and of whom why."""
    every = "\n".join(pages)
    away = tuple(one for one, times in AWAY.items() if any(_clock(moment) in every for moment in times))
    return away, tuple(one for one in AWAY if f"reason{one.lower()}" in every)


def _clock(moment: int) -> str:
    return f"{moment // HOUR % 24:02d}:{moment // 60 % 60:02d}"


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
        rooms = [Need([people[0]]), Need([cast.rows["Branch room"]])]
        cast.service("Visit", rooms, ["Branch"], needs_approval=True)
        cast.user("Root", "administrator")
        for name, permissions in ROLES.items():
            cast.ids[name] = cast.role(name, *permissions)
        store.bump_catalog()

    store.write(fill)
    made = [Made(*who, TEN + number * HOUR + (ODD + number) * 60) for number, who in enumerate(MADE)]
    found = [_book(cast, one) for one in made]
    asking = ("Visit Client", "visit.client@example.org")
    booked_at(cast, TEN - 3 * HOUR // 2, "Visit", "Branch", asking, as_visitor=True)
    store.write(lambda: _go_away(cast))
    return cast, found


def _go_away(cast: Cast) -> None:
    for name, (start, end) in AWAY.items():
        stamps = {"public_id": f"away{name}", "created_at": cast.now, "changed_at": cast.now}
        TimeOff.create(resource=cast.rows[name], start_at=start, end_at=end, reason=f"reason{name.lower()}", **stamps)
    cast.store.bump_catalog()


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
    """Somebody's grants, and what of each booking they may see; ``may_act``: cancel it; ``person``: who they are.

    ``feed``: what their private calendar feed tells of each. ``away``, ``reasons``: of whom they may see when
    and why they are away.
    """

    grants: tuple[tuple[str, str, str], ...]
    sees: dict[str, tuple[str, ...]]
    may_act: tuple[str, ...] = ()
    person: str = ""
    away: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    feed: dict[str, tuple[str, ...]] = field(default_factory=dict)


ROLES = {
    "Approver": (Permission.APPROVE, Permission.DECLINE, Permission.SEE_TITLES, Permission.SEE_BUSY),
    "Keeper of hours": (Permission.MANAGE_HOURS,),
}
"""Roles of the world's own, for cases beside those that come with an installation."""

EVERYBODY = tuple(place + person for place, person in MADE)
AT_BRANCH, AT_CENTRE = ("BranchAda", "BranchBen"), ("CentreAda", "CentreBen", "CentreCleo")


def seeing(busy: Iterable[str], more: Iterable[str] = (), facts: tuple[str, ...] = DESK) -> dict[str, tuple[str, ...]]:
    """That these are busy, and of some of them more."""
    return dict.fromkeys(busy, BUSY) | dict.fromkeys(more, facts)


ALL_AWAY, ADA = tuple(AWAY), ("Ada",)
CASES = {
    "nobody": Case((), {}),
    "viewer": Case((("viewer", "everything", ""),), seeing(EVERYBODY), away=ALL_AWAY),
    "viewer of one place": Case((("viewer", "location", "Branch"),), seeing(AT_BRANCH), away=ADA),
    "auditor": Case((("auditor", "everything", ""),), seeing(EVERYBODY)),  # the log has times, and no names
    "front desk of one place": Case(
        (("front_desk", "location", "Branch"),), seeing((), AT_BRANCH), AT_BRANCH, away=ADA, reasons=ADA
    ),
    "provider": Case(
        (("provider", "everything", ""),),
        seeing(EVERYBODY, ("CentreAda", "BranchAda"), FACTS),
        ("CentreAda", "BranchAda"),
        "Ada",
        away=ALL_AWAY,
        reasons=ADA,
        feed=seeing((), ("CentreAda", "BranchAda"), IN_FEED),
    ),
    "provider at one place": Case(
        (("provider", "location", "Branch"),),
        seeing(AT_BRANCH, ("BranchAda",), FACTS),
        ("BranchAda",),
        "Ada",
        away=ADA,
        reasons=ADA,
        feed=seeing((), ("BranchAda",), IN_FEED),
    ),
    "manager of one room": Case((("manager", "resource", "Branch room"),), seeing((), AT_BRANCH), AT_BRANCH),
    "approver of one room": Case((("Approver", "resource", "Branch room"),), seeing((), AT_BRANCH, ("busy", "title"))),
    "keeper of hours": Case((("Keeper of hours", "everything", ""),), {}, away=ALL_AWAY),
    "front desk of one service": Case(
        (("viewer", "everything", ""), ("front_desk", "service", "Talk at Branch")),
        seeing(EVERYBODY, AT_BRANCH),
        AT_BRANCH,
        away=ALL_AWAY,
    ),
    "manager": Case(
        (("manager", "everything", ""),), seeing((), EVERYBODY), EVERYBODY, away=ALL_AWAY, reasons=ALL_AWAY
    ),
}


OWNERS = CASES | {
    "viewer who gives bookings": Case(
        (("viewer", "everything", ""),), seeing(EVERYBODY), (), "Ada", feed=seeing(("CentreAda", "BranchAda"))
    ),
    "nobody who gives bookings": Case((), {}, (), "Ada"),
    "front desk of one place who gives bookings": Case(
        (("front_desk", "location", "Branch"),),
        seeing((), AT_BRANCH),
        AT_BRANCH,
        "Ada",
        feed=seeing((), ("BranchAda",), IN_FEED),
    ),
}
"""Whose feeds are read: also of people who give bookings that they may not see as other providers do."""


def closed_feeds(cast: Cast, case: Case) -> list[str]:
    """Return addresses that were those of feeds: renewed, ended, and of an account that was switched off."""
    closing = {"Renewed": renew_feed, "Ended": end_feed, "Left": _switch_off}
    return [feed_address(_closed_feed(cast, case, name, close)) for name, close in closing.items()]


def _closed_feed(cast: Cast, case: Case, name: str, close: Callable[[Context], object]) -> str:
    row_id = cast.store.write(lambda: cast.user(name, "provider", case.person or "Ada"))
    context = Context(cast.store, cast.store.read(lambda: actor_of(User.get_by_id(row_id))), cast.now)
    made = save_feed(context, with_clients=True)
    close(context)
    return made.public_id


def _switch_off(context: Context) -> None:
    context.store.write(User.update(active=False).where(User.id == context.actor.user_id).execute)


def come_in(sign_in: SignIn, cast: Cast, case: Case) -> Browser:
    """Return the browser of somebody who has the case's grants and no others."""
    browser = sign_in("viewer", cast.rows[case.person] if case.person else None)
    drafts = [GrantDraft(cast.ids.get(role, role), scope, cast.ids.get(name, "")) for role, scope, name in case.grants]

    def give() -> None:
        row = User.get(User.name == "Some viewer")
        replace_grants(system(cast), Holder(user_id=row.id), drafts)

    cast.store.write(give)
    actor = cast.store.read(lambda: actor_of(User.get(User.name == "Some viewer")))
    save_feed(Context(cast.store, actor, cast.now), with_clients=True)
    return browser
