"""Every address that shows something, made from the application's own routes, so that a new one cannot be forgotten.

Shared by the scanners of a small world (tests/web/test_rights_scan.py) and of the demo (tests/demo/test_rights.py).
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar, Component
from werkzeug.test import TestResponse

from app.operations.links import feed_token
from app.storage.account_tables import CalendarFeed
from app.storage.rights_tables import Role
from app.storage.tables import Booking, Client, OutboxMessage, User
from tests.web.conftest import SECRET
from tests.web.rights_world import rules_of

FULL = os.environ.get("EIGENPLAN_TEST_TIER") == "full"
SEED = 20_306
KEEN = (
    "/book",
    "/calendar",
    "/find",
    "/today",
    "/home",
    "/requests",
    "/waiting",
    "/clients",
    "/audit",
    "/outbox",
    "/setup/time-off",
    "/feed",
)
ELSEWHERE_ONE_IN = 8
"""Outside of these, which are about bookings and absences, so many are left for each that is asked in the gate tier."""

ENDS = frozenset({"sign_in.sign_out"})
ECHO = re.compile(r'name="time" value="[0-9:]*"|<h2 id="answer">[^<]*</h2>')
"""What was asked about a time is shown again above its answer."""

Query = Mapping[str, str]
Ids = Mapping[str, Sequence[str]]
"""Values by how a rule begins, the longest beginning first wins; by ``<name>`` for what no beginning is given."""


def addresses(app: Flask, ids: Ids, queries: Sequence[Query]) -> Iterator[str]:
    """Yield the addresses of all GET routes, with every id and every query; other parts than bookings' sampled.

    Raises:
        AssertionError: a route names something that no id is given for.
    """
    dice = random.Random(SEED)
    for rule in sorted({rule.rule for method, rule in rules_of(app) if method == "GET" and rule.endpoint not in ENDS}):
        for path in _filled(rule, ids):
            asked = queries if FULL or "<" not in rule else ()
            for address in (path, *(f"{path}?{urlencode(query)}" for query in asked)):
                if FULL or rule.startswith(KEEN) or not dice.randrange(ELSEWHERE_ONE_IN):
                    yield address


def ids_of(bookings: Sequence[str], setup: Ids, most: int = 1000) -> dict[str, list[str]]:
    """Return what addresses can be about; of what there is none, and of secret links but those to feeds, a guess.

    All calendar feeds that there are are fetched: only whoever scans may have one.

    Args:
        bookings: public ids of those that are tried.
        setup: public ids of the set-up by what they are of, as in its addresses: ``resources``.
        most: so many of what belongs to bookings.
    """
    guess = [bookings[0]]
    return {
        "/bookings/": [*bookings],
        "/requests/": [*bookings],
        "/clients/": _of_bookings(bookings, most),
        "/outbox/": [str(row.public_id) for row in OutboxMessage.select().limit(most)],
        "/feed/": [feed_token(SECRET, row.public_id) for row in CalendarFeed.select()] or guess,
        "/setup/": guess,
        "<public_id>": guess,
        "<token>": guess,
        "<filename>": guess,
        "<guide>": ["rules"],
        "<reference>": ["confirmed.en"],
        "<preset>": ["clinic"],
        "/setup/users/": [str(row.public_id) for row in User.select().limit(most)],
        "/setup/roles/": [str(Role.get().public_id)],
        **{f"/setup/{kind}/": [*known] for kind, known in setup.items()},
    }


def _of_bookings(bookings: Sequence[str], most: int) -> list[str]:
    rows = Client.select().join(Booking).where(Booking.public_id.in_(bookings)).distinct()
    return [str(row.public_id) for row in rows.order_by(Client.id).limit(most)]


def look(browser: FlaskClient, paths: Iterable[str]) -> list[str]:
    """Return all that these addresses show, in small letters; pictures as they are, times in calendars as on pages."""
    return [_shown(browser.get(path)) for path in paths]


def _shown(answer: TestResponse) -> str:
    told = answer.data.decode(errors="replace").lower()
    return calendar_words(answer.data) if told.startswith("begin:vcalendar") else ECHO.sub("", told)


def feed_address(feed: str) -> str:
    """Return where the feed with this public id is fetched."""
    return f"/feed/{feed_token(SECRET, feed)}.ics"


def calendar_words(content: bytes, tzid: str = "UTC") -> str:
    """Return what a calendar (RFC 5545) tells, in small letters: each event from when to when, its title, all else."""
    lines = [_event_words(event, ZoneInfo(tzid)) for event in Calendar.from_ical(content).walk("VEVENT")]
    return "\n".join([*lines, content.decode().replace("\r\n ", "")]).lower()


def _event_words(event: Component, zone: ZoneInfo) -> str:
    begin, end = (event.decoded(name).astimezone(zone) for name in ("DTSTART", "DTEND"))
    return f"{begin:%H:%M}–{end:%H:%M} {event['SUMMARY']}"


def title_at(clock: str, service: str) -> re.Pattern[str]:
    """Return what shows, in the words of a page in small letters, what is booked at a time: titles stand beside it.

    The end of another booking is no such time: "15:15–16:00 Physiotherapy" tells of nothing that begins at four.
    """
    return re.compile(rf"(?<!–){clock}(–[0-9:]{{5}})?\W{{0,3}}{re.escape(service.lower())}")


def _filled(rule: str, ids: Ids) -> list[str]:
    """Return a rule with each of the ids that it can be about."""
    if "<" not in rule:
        return [rule]
    before, _, rest = rule.partition("<")
    name, _, after = rest.partition(">")
    known = max((one for one in ids if before.startswith(one)), key=len, default=f"<{name}>")
    assert known in ids, f"{rule} names something new; please say in its test which ids it can have"
    assert "<" not in after, f"{rule} names two things; please teach this function to fill in both"
    return [f"{before}{one}{after}" for one in ids[known]]
