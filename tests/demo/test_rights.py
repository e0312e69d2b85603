"""The scanner on the demo: every account, and one without rights, tries every address about what lies there.

The addresses are those of the application's own routes (``tests/web/scan.py``), so that a new one is tried, too. Who
may see what is written down here by hand, and read from the rows with SQL, not asked of the code under test. That
somebody is busy at a time is looked for in the small world alone, where no two things begin at the same minute.
What is whole and what is a sample:

- Opening things: in the full tier every booking, client, message, person, room, service and so on of the demo is tried
  by its page. All roles try the bookings of ten weeks and all else; each of the other bookings, of years, is tried by
  one role, in turn. The gate tier tries a sample.
- Calendar feeds: everybody's, with all that is in them, in every tier.
- All other addresses, and changing things: always a sample of the bookings of ten weeks. Every one of them at every
  address, on every one's day, would take hours and tell little that is new.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
from flask import Flask

from app.access.actors import SYSTEM
from app.booking.wall_clock import local
from app.config import Config
from app.demo.group import ACCOUNTS
from app.operations.calendars.feeds import save_feed
from app.operations.context import Context
from app.operations.grants import Holder, replace_grants
from app.operations.rights import actor_of
from app.storage.base import Record
from app.storage.label_tables import Label
from app.storage.rights_tables import Role, UserGroup
from app.storage.store import Store
from app.storage.tables import Booking, Client, Location, OutboxMessage, Pool, Resource, Service, User, WaitingEntry
from tests.demo.conftest import NOW
from tests.keys import MASTER
from tests.web.conftest import RAW_TOKEN, SECRET, Browser, app_on, token_of
from tests.web.scan import FULL, addresses, feed_address, ids_of, look, title_at
from tests.web.staff_cast import words

SAMPLE, TRIED, ASKED = (200, 40, 12) if FULL else (24, 4, 1)
"""So many bookings are looked for and tried to change, so many are tried at all addresses, on the days of so many."""

OPENED = None if FULL else 6
"""So many of each kind of thing are opened; None: all."""

SEED = 20_261
WEEK = 7 * 86_400
AROUND = range(-6, 4)
"""The weeks around the present day that bookings are taken from."""

ROLES = ("manager", "provider", "front_desk", "viewer", "auditor")
NOBODY = "nobody"
"""Somebody who signs in and has no right at all."""
SHUT = ("provider", "viewer", "auditor", NOBODY)
"""Who may not open any booking that is not theirs."""
READS_ALL, READS_ANSWERS = ("manager", "front_desk"), ("provider",)


@dataclass(frozen=True, slots=True)
class Lying:
    """A booking that lies there: of whom, what the client told, and whether it is given by the demo's provider."""

    public_id: str
    client: str
    mail: str
    answers: tuple[str, ...]
    is_providers: bool
    service: str
    query: Mapping[str, str]
    """What pages can be asked for where it is: its place, service and day, and its client."""
    clock: str

    @property
    def title(self) -> str:
        """What is booked, beside its time."""
        return f"{self.clock} {self.service}"

    def seen_in(self, pages: str, said: Iterable[str]) -> set[str]:
        """Which facts about it pages tell, in small letters; ``said``: the words of each."""
        title = title_at(self.clock, self.service)
        found = {one for one in (self.mail, *self.answers) if one and one.lower() in pages}
        return found | ({self.title} if any(title.search(one) for one in said) else set())


@pytest.fixture
def site(demo: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application on the loaded demo, at the demo's present time."""
    monkeypatch.setattr("app.clock.now", lambda: NOW)
    path = demo.rows("PRAGMA database_list")[0][2]
    with app_on(demo, Config(f"sqlite:///{path}", SECRET, "http://localhost", MASTER)) as made:
        yield made


def come_in(site: Flask, demo: Store, role: str) -> Browser:
    """Return the browser of the demo's account of a role, or of the viewer's once all rights are taken from it."""
    name = next(account.name for account in ACCOUNTS if account.role == role.replace(NOBODY, "viewer"))
    if role == NOBODY:
        holder = Holder(user_id=User.get(User.name == name).id)
        demo.write(lambda: replace_grants(Context(demo, SYSTEM, NOW), holder, []))
    browser = Browser(site)
    with browser.session_transaction() as kept:
        kept["_user_id"] = token_of(demo, User.get(User.name == name).public_id)
        kept["_fresh"], kept["csrf_token"] = True, RAW_TOKEN
    return browser


def bookings(demo: Store) -> list[Lying]:
    """Return a sample of the bookings of the weeks around the present."""
    return sample(all_bookings(demo))


def sample(found: Sequence[Lying]) -> list[Lying]:
    """Return all of these in the full tier, else some: first those that the demo's provider gives."""
    own = [one for one in found if one.is_providers]
    others = [one for one in found if not one.is_providers]
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    return [one for part in (own, others) for one in dice.sample(part, min(SAMPLE // 2, len(part)))]


def all_bookings(demo: Store, *, ever: bool = False) -> list[Lying]:
    """Return the bookings of the weeks around the present; ``ever``: and all others that the demo's provider gives."""
    provider = next(account.person for account in ACCOUNTS if account.role == "provider")
    given = {
        number
        for (number,) in demo.rows(
            "SELECT b.id FROM booking b JOIN allocation a ON a.booking_id = b.id OR a.session_id = b.session_id "
            "JOIN resource r ON r.id = a.resource_id WHERE r.name = %s",
            (provider,),
        )
    }
    rows = Booking.select(Booking, Client, Location, Service).join(Client).switch(Booking).join(Location)
    rows = rows.switch(Booking).join(Service).order_by(Booking.id)
    around = Booking.start_at.between(NOW + AROUND.start * WEEK, NOW + AROUND.stop * WEEK)
    return [_lying(row, row.id in given) for row in rows.where(around | Booking.id.in_(given if ever else [0]))]


def _lying(row: Booking, is_providers: bool) -> Lying:
    begin = local(row.start_at, row.location.tzid)
    day = begin.date().isoformat()
    query = {
        "location": row.location.public_id,
        "service": row.service.public_id,
        **dict.fromkeys(("date", "first", "last", "from", "to"), day),
        "days": "1",
        "find": "1",
        "client_search": row.client.name.split()[-1],
    }
    return Lying(
        public_id=row.public_id,
        client=row.client.public_id,
        mail=row.client.email,
        answers=_texts(row.answers),
        is_providers=is_providers,
        service=row.service.name,
        query=query,
        clock=f"{begin:%H:%M}",
    )


def may_see(role: str, one: Lying) -> bool:
    """Whether a role sees of a booking whose it is."""
    return role in READS_ALL or (role == "provider" and one.is_providers)


def everything_of_others(demo: Store, role: str) -> list[str]:
    """Return the pages of all things that a role may not open; of bookings out of the ten weeks those of its turn."""
    known = [] if role in READS_ALL else all_bookings(demo, ever=True)
    theirs = {name for one in known if may_see(role, one) for name in (one.public_id, one.client)}
    around = {one.public_id for one in known}
    rows = [] if role in READS_ALL else Booking.select(Booking.id, Booking.public_id).order_by(Booking.id).tuples()
    turn = SHUT.index(role) if role in SHUT else None
    found = {"bookings": [one for number, one in rows if one in around or number % len(SHUT) == turn]}
    found |= {name: _public_ids(table) for name, table in closed_to(role).items()}
    dice = random.Random(SEED)
    return [
        f"/{name}/{one}"
        for name, ids in found.items()
        for one in (ids if OPENED is None else dice.sample(ids, min(OPENED, len(ids))))
        if one not in theirs
    ]


def closed_to(role: str) -> dict[str, type[Record]]:
    """Return the tables of which a role opens nothing but what is about bookings of their own, by their address."""
    closed: dict[str, type[Record]] = {"setup/users": User, "setup/roles": Role, "setup/groups": UserGroup}
    if role != "manager":
        kinds = {"locations": Location, "resources": Resource, "services": Service, "pools": Pool, "labels": Label}
        closed |= {f"setup/{name}": table for name, table in kinds.items()}
        closed |= {"outbox": OutboxMessage}
    return closed | ({} if role in READS_ALL else {"clients": Client})


def _public_ids(table: type[Record]) -> list[str]:
    return [str(one) for (one,) in table.select(table.public_id).order_by(table.id).tuples()]


def _texts(answers: str) -> tuple[str, ...]:
    """The answers that nothing else on a page says by chance."""
    return tuple(one for one in json.loads(answers or "{}").values() if isinstance(one, str) and len(one) > 12)


def everything(site: Flask, tried: Sequence[Lying]) -> Iterator[str]:
    """Yield the addresses of all that could tell of these: every route, about each of them, and on days of theirs."""
    most = TRIED if FULL else 1
    kinds = {"locations": Location, "resources": Resource, "services": Service}
    setup = {kind: [str(row.public_id) for row in table.select().limit(most)] for kind, table in kinds.items()}
    asked = tried[-ASKED:]
    yield from addresses(site, ids_of([one.public_id for one in tried], setup, most), [one.query for one in asked])
    for text in {one.query["client_search"] for one in asked}:
        yield from (f"/bookings/?first=2026-01-01&last=2026-05-01&text={text}", f"/clients/?text={text}")


def test_demo_has_something_to_scan(demo: Store) -> None:
    lying = bookings(demo)
    assert {one.is_providers for one in lying} == {True, False}
    assert any(one.answers for one in lying)
    assert len({one.mail for one in lying}) > 15


@pytest.mark.parametrize("role", [*ROLES, NOBODY])
def test_nobody_is_told_more_of_the_demo_than_they_may(site: Flask, demo: Store, role: str) -> None:
    browser = come_in(site, demo, role)
    every = all_bookings(demo, ever=True)
    lying = sample(every)
    tried = [*lying[: TRIED // 2], *lying[-TRIED // 2 :]]
    pages = look(browser, everything(site, tried))
    told = "\n".join(pages), [words(page) for page in pages]
    seen = {fact for one in lying for fact in one.seen_in(*told)}
    theirs = {fact for one in every if may_see(role, one) for fact in (one.mail, one.title)}
    theirs |= {text for one in lying if may_see(role, one) and role in READS_ANSWERS for text in one.answers}
    assert seen - theirs == set()
    assert {one.mail for one in tried if one.mail and may_see(role, one)} <= seen


@pytest.mark.parametrize("role", [*ROLES, NOBODY])
def test_nobody_opens_what_they_may_not(site: Flask, demo: Store, role: str) -> None:
    browser = come_in(site, demo, role)
    answers = {path: browser.get(path).status_code for path in everything_of_others(demo, role)}
    assert {path: status for path, status in answers.items() if status not in (403, 404)} == {}
    assert len(answers) >= len(closed_to(role))


def test_what_nobody_opens_is_there_for_administrators(site: Flask, demo: Store) -> None:
    browser = come_in(site, demo, "administrator")
    paths = [f"/{name}/{_public_ids(table)[0]}" for name, table in (closed_to(NOBODY) | {"bookings": Booking}).items()]
    assert {path: browser.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_feeds_tell_of_what_their_owners_give_alone(site: Flask, demo: Store) -> None:
    told = {}
    for account in ACCOUNTS:
        actor = actor_of(User.get(User.name == account.name))
        feed = save_feed(Context(demo, actor, NOW), with_clients=True)
        (told[account.role],) = look(site.test_client(use_cookies=False), [feed_address(feed.public_id)])
    every = all_bookings(demo, ever=True)
    own = [one for one in every if one.is_providers]
    shown = {role: set(re.findall(r"/bookings/(\w+)", words)) for role, words in told.items()}
    assert {role for role, ids in shown.items() if ids} == {"provider"}
    assert (shown["provider"] <= {one.public_id.lower() for one in own}, len(shown["provider"]) > 20) == (True, True)
    clients = {one.client for one in own}
    names = {row.name.lower() for row in Client.select() if row.public_id in clients}
    given = re.findall(r"^[0-9:]{5}–[0-9:]{5} [^:\n]*: (.*)$", told["provider"], re.MULTILINE)
    assert (set(given) <= names, len(given) > 20) == (True, True)
    all_told = "\n".join(told.values())
    assert {text for one in every for text in (one.mail, *one.answers) if text and text.lower() in all_told} == set()


@pytest.mark.parametrize("role", ROLES)
def test_nobody_takes_out_what_they_may_not(site: Flask, demo: Store, role: str) -> None:
    browser = come_in(site, demo, role)
    clients = {one.client for one in bookings(demo)}
    forms = [f"/clients/{one}/archive" for one in sorted(clients)] + ["/export/"]
    forms += [] if role == "manager" else ["/bookings/export.csv"]
    assert {browser.submit(path, {"passphrase": "far and wide open"}).status_code for path in forms} <= {403, 404}
    files = [f"/outbox/{row.public_id}/booking.ics" for row in OutboxMessage.select().limit(SAMPLE)]
    may_read_messages = role == "manager"
    assert may_read_messages or {browser.get(path).status_code for path in files} <= {403, 404}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_changes_what_they_may_not(site: Flask, demo: Store, role: str) -> None:
    browser = come_in(site, demo, role)
    before = Booking.select().where(Booking.status == "cancelled").count()
    lying = [one for one in bookings(demo) if not may_see(role, one)]
    paths = [f"/bookings/{one.public_id}/{end}" for one in lying for end in ("cancel", "status")]
    if role in ("viewer", "auditor"):
        paths += [f"/waiting/{row.public_id}/remove" for row in WaitingEntry.select()]
    if role != "manager":
        kinds = {"resources": Resource, "users": User, "locations": Location}
        paths += [f"/setup/{kind}/{row.public_id}" for kind, table in kinds.items() for row in table.select()]
    answers = {path: browser.submit(path, {"status": "completed", "name": "Mine"}).status_code for path in paths}
    assert {path: status for path, status in answers.items() if status not in (403, 404)} == {}
    assert Booking.select().where(Booking.status == "cancelled").count() == before
