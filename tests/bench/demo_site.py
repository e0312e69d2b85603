"""The demo as a measured site: filled, signed in, and every page that it has."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.routing import Rule

from app import clock
from app.access.actors import VISITOR
from app.config import Config
from app.demo.group import ACCOUNTS, CENTRE
from app.demo.load import load_demo
from app.factory import create_app
from app.operations.calendars.feeds import save_feed
from app.operations.context import Context
from app.operations.links import confirm_token, door_token, feed_token, held_token, manage_token, waiting_token
from app.operations.records import resource_ids
from app.operations.requests import VisitPart
from app.operations.rights import actor_of
from app.operations.setup.administrator_link import make_link
from app.operations.setup.doors import DoorDraft, save_door
from app.operations.setup.locations import get_location, save_location
from app.operations.setup.workflow import switch_on_reminders
from app.operations.slots import find_slots
from app.operations.visits import find_visit_slots
from app.storage import rights_tables, tables
from app.storage.approval_tables import ApprovalRule
from app.storage.base import Record
from app.storage.label_tables import Label
from app.storage.migrate import migrate
from app.storage.store import Store
from tests.bench.databases import settle
from tests.bench.forms import read_form
from tests.bench.load import Answer, Call, send_all
from tests.bench.servers import Server
from tests.bench.sites import DAY, Site
from tests.keys import MASTER, open_store

PASSWORD = secrets.token_urlsafe(12)
NOT_PAGES = (
    *("static", "public.slots", "look.logo", "calendar.index", "home.show", "sign_in.show", "second.show"),
    *("health.healthz", "health.readyz"),
    *("public.embed_script", "setup.share_png", "setup.share_svg", "setup.preset_file"),
    *("outside.begin", "outside.begin_again", "outside.answer"),
)
VISIT = ("Nutrition advice", "Physiotherapy")

Query = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its rule, and an address that shows it."""

    rule: str
    path: str


def fill_demo(url: str, scale: float, prepare: Callable[[Store], None] = lambda _: None) -> Site:
    """Load the demo with ``scale`` times the bookings; ``prepare`` is called before anything is written."""
    store = open_store(url)
    migrate(store)
    prepare(store)
    load_demo(store, clock.now(), PASSWORD, scale=scale, say=lambda _: None)
    site = Site(url, clock.now(), tables.Location.select().first().public_id, {}, ())
    store.close()
    settle(url)
    return site


def sign_in(server: Server, role: str = "administrator") -> Mapping[str, str]:
    """Sign in as the demo's first account of a role; return the header that later requests send.

    Raises:
        RuntimeError: it did not work.
    """
    page = send_all(server.port, [Call("GET", "/sign-in")], 1).answers[0]
    fields = read_form(page.body, "password").fields | {"email": email_of(role), "password": PASSWORD}
    headers = {"Cookie": _cookie(page), "Origin": server.origin}
    answer = send_all(server.port, [Call("POST", "/sign-in", fields, headers)], 1).answers[0]
    if answer.status != 303:
        raise RuntimeError(f"{email_of(role)} could not sign in: status {answer.status}")
    return {"Cookie": _cookie(answer)}


def email_of(role: str) -> str:
    """Return the email address of the demo's first account of a role."""
    return next(account.email for account in ACCOUNTS if account.role == role)


def _cookie(answer: Answer) -> str:
    return answer.header("Set-Cookie").partition(";")[0]


def all_pages(site: Site) -> list[Page]:
    """Return every page of the application, from its own URL map, with addresses that lead to something.

    Raises:
        KeyError: a page was added that this module has no example for; please add one.
    """
    store = open_store(site.url)
    config = Config(database_url=site.url, secret_key=site.secret, base_url="http://127.0.0.1", master_key=MASTER)
    pages = list(_pages(create_app(config), Examples(site, Context(store, VISITOR, clock.now()))))
    store.close()
    return pages


def _pages(app: Flask, examples: Examples) -> Iterator[Page]:
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in NOT_PAGES:
                yield Page(str(rule), examples.address(app, rule))


def _day(moment: int) -> str:
    """Return the day (UTC) of a moment, as addresses write it."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment))


class Examples:
    """Something to show on each page."""

    def __init__(self, site: Site, context: Context) -> None:
        self.site = site
        self.context = context
        firm = tables.Booking.select().where(
            tables.Booking.status == "confirmed", tables.Booking.start_at > clock.now()
        )
        self.booking = firm.order_by(tables.Booking.start_at).offset(50).first()
        self.tables: Mapping[str, type[Record]] = {
            "approvals": ApprovalRule,
            "closures": tables.Closure,
            "groups": rights_tables.UserGroup,
            "labels": Label,
            "locations": tables.Location,
            "pools": tables.Pool,
            "resources": tables.Resource,
            "roles": rights_tables.Role,
            "services": tables.Service,
            "time_off": tables.TimeOff,
            "users": tables.User,
        }

    def address(self, app: Flask, rule: Rule) -> str:
        """Return an address of this rule."""
        values: dict[str, Any] = {
            name: self.value(rule.endpoint, name) for name in rule.arguments - set(rule.defaults or ())
        }
        path = app.url_for(rule.endpoint, **values)
        query = self.query(rule.endpoint)
        return f"{path}?{urlencode(query, doseq=True)}" if query else path

    def value(self, endpoint: str, name: str) -> str:
        """Return a value for a part of an address."""
        makers: Mapping[str, Callable[[], str]] = {
            "token": lambda: self.token(endpoint),
            "delivery_id": lambda: str(tables.OutboxMessage.select().first().public_id),
            "public_id": lambda: self.record(endpoint),
            "guide": lambda: "first-steps",
            "reference": lambda: "confirmed.en",
            "preset": lambda: "clinic",
        }
        return makers[name]()

    def token(self, endpoint: str) -> str:
        """Return the token of a link: to a booking, to an entry on the waiting list, or to choose a password."""
        if endpoint == "public.wish":
            entry = tables.WaitingEntry.select().where(tables.WaitingEntry.status == "waiting").first()
            return waiting_token(self.site.secret, entry.public_id)
        if endpoint == "public.held":
            return held_token(self.site.secret, self.booking.public_id)
        if endpoint == "public.confirm_page":
            return confirm_token(self.site.secret, self.booking.public_id)
        if endpoint == "password.show":
            return make_link(self.context.as_system(), email_of("administrator"), "").token
        if endpoint == "feed.show":
            provider = tables.User.get(tables.User.email == email_of("provider"))
            feed = save_feed(replace(self.context, actor=actor_of(provider)), with_clients=True)
            return feed_token(self.site.secret, feed.public_id)
        if endpoint == "door.show":
            room, draft = self.room(), DoorDraft(with_titles=True, release_after_minutes=15)
            return door_token(self.site.secret, save_door(self.context.as_system(), room, draft).public_id)
        return manage_token(self.site.secret, self.booking.public_id)

    def room(self) -> str:
        """Return the public id of a room."""
        return str(tables.Resource.select().where(tables.Resource.kind == "room").first().public_id)

    def check_in_place(self) -> str:
        """Let clients of the booking's place check in by a code, and return its public id."""
        context, place = self.context.as_system(), self.booking.location.public_id
        save_location(context, replace(get_location(context, place).draft, check_in=True), place)
        return str(place)

    def record(self, endpoint: str) -> str:
        """Return the public id of a record that this page shows."""
        if endpoint == "check_in.show":
            return self.check_in_place()
        if endpoint == "setup.door_resources":
            return self.room()
        if endpoint == "setup.edit_rules":
            return switch_on_reminders(self.context.as_system())
        if endpoint.startswith("bookings."):
            return str(self.booking.public_id)
        if endpoint.startswith("clients."):
            return str(self.booking.client.public_id)
        if endpoint.startswith("requests."):
            return str(tables.Booking.select().where(tables.Booking.status == "requested").first().public_id)
        _, _, kind = endpoint.partition("_")
        return str(self.tables[kind].select().first().public_id)

    def query(self, endpoint: str) -> Query:
        """Return what stands behind the question mark."""
        service, place = self.booking.service.public_id, self.booking.location.public_id
        wish: Query = {"service": service, "location": place}
        queries: Mapping[str, Callable[[], Query]] = {
            "public.times": lambda: {**wish, "day": _day(self.free(service, place))},
            "public.details": lambda: {**wish, "start": str(self.free(service, place))},
            "public.waiting": lambda: wish,
            "public.visit": self.visit,
            "public.visit_details": lambda: {**self.visit(), "start": str(self.visit_start())},
            "public.visit_done": lambda: {"token": [self.value("", "token")] * 2},
            "bookings.new": lambda: wish,
            "bookings.times": lambda: wish,
            "find.show": lambda: {**wish, "together": [self.resource()]},
            "bookings.together": self.series,
            "bookings.places": lambda: {"date": _day(self.booking.start_at)},
            "bookings.why_not": lambda: {"resource": self.resource(), "start": str(self.booking.start_at)},
            "calendar.why": lambda: {**wish, "start": str(self.booking.start_at)},
            "calendar.day": lambda: {"location": place},
            "calendar.timeline": lambda: {"location": place},
            "calendar.week": lambda: {"location": place},
            "calendar.month": lambda: {"location": place},
            "calendar.agenda": lambda: {"location": place},
        }
        return queries.get(endpoint, dict)()

    def resource(self) -> str:
        """Return somebody or something that the booking takes."""
        return str(tables.Resource.get_by_id(resource_ids(self.booking)[0]).public_id)

    def free(self, service: str, place: str) -> int:
        """Return a free start next week."""
        return find_slots(self.context, service, place, clock.now() + 7 * DAY, clock.now() + 14 * DAY)[0]

    def visit(self) -> Query:
        """Return a visit of two services."""
        ids = [tables.Service.get(tables.Service.name == name).public_id for name in VISIT]
        return {"service": ids, "location": tables.Location.get(tables.Location.name == CENTRE).public_id}

    def visit_start(self) -> int:
        """Return a free start of that visit next week."""
        chosen = self.visit()
        parts = tuple(VisitPart(one) for one in chosen["service"])
        since = clock.now() + 7 * DAY
        return find_visit_slots(self.context, parts, str(chosen["location"]), since, since + 7 * DAY)[0]

    def series(self) -> Query:
        """Return a recurring booking."""
        return {"series": str(tables.Series.select().first().public_id)}
