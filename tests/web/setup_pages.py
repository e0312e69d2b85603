"""What the tests of the set-up pages share: forms that are right, and reading what a page answers."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from app.storage.store import Store
from tests.operations.setup_cast import add_location, add_person, add_pool, context_of

Form = dict[str, str | list[str]]
SLUGS = ("locations", "resources", "pools", "services", "closures", "time-off", "users", "groups", "roles", "approvals")
REMOVABLE = ("pools", "closures", "time-off", "groups", "roles", "approvals")
SAVE = {"action": "save"}
VIEWER = {"grant_role": "viewer", "grant_for": "everything"}
STEP = {
    "step1_who": "anybody",
    "step1_minutes": "2",
    "step1_minutes_unit": "days",
    "step1_on_timeout": "escalate",
    "step1_next_who": "administrators",
}
NUMBERS = {
    "durations_minutes": "30, 60",
    "slot_interval_minutes": "15",
    "buffer_before_minutes": "5",
    "buffer_after_minutes": "10",
    "minimum_notice_minutes": "2",
    "minimum_notice_minutes_unit": "days",
    "booking_window_days": "60",
    "change_notice_minutes": "24",
    "change_notice_minutes_unit": "hours",
    "limit_per_day": "3",
    "limit_per_week": "",
    "limit_per_client": "2",
    "anonymise_after_days": "365",
    "confirm_minutes": "45",
    "capacity": "1",
    "request_expiry_minutes": "90",
    "request_expiry_minutes_unit": "minutes",
    "offer_minutes": "3",
    "offer_minutes_unit": "hours",
}


def make_forms(store: Store) -> dict[str, Form]:
    """Add a location, two people and a pool of them; return a right form for a new record of every kind."""
    context = context_of(store)
    place, person, pool = add_location(context), add_person(context, "Cem"), add_pool(context, "Ada", "Ben")
    service = {"name": "Check-up", "description": "", "visibility": "staff", "active": "1", **NUMBERS}
    return {
        "locations": {"name": "Harbour", "tzid": "europe/lisbon", "address": "1 Quay", "active": "1"},
        "resources": {"name": "Room 9", "kind": "room", "tzid": "Asia/Tokyo", "location": place, "active": "1"},
        "pools": {"name": "Doctors", "members": [person]},
        "services": {**service, "locations": [place], "takes_what": [f"pool:{pool}"], "takes_count": ["2"]},
        "closures": {"name": "Feast", "location": "", "first": "2030-05-01", "last": ""},
        "time-off": {"resource": person, "first": "2030-05-01", "from": "", "last": "", "to": "", "reason": "Vacation"},
        "users": {"name": "Vera", "email": "vera@example.org", "password": "correct horse", **VIEWER},
        "groups": {"name": "Reception", "members": [], **VIEWER},
        "approvals": {"about": f"resource:{person}", "active": "1", **STEP},
        "roles": {"name": "Approver", "about": "", "may-see_busy": "all", "may-move": "own"},
    }


def saving(form: Mapping[str, str | list[str]], **changes: str | list[str]) -> Form:
    """A form with some fields changed, sent by its save button."""
    return {**form, **changes, **SAVE}


def find_id(page: str, slug: str, name: str = "") -> str:
    """The public id of the record of this name (else of the first one) that a list page leads to."""
    found: str = re.findall(rf'href="/setup/{slug}/(?!new")([a-z0-9]+)">{re.escape(name)}', page)[0]
    return found


def error_beside(page: str, name: str) -> str:
    """The sentence beside a field, or under a line or group of fields; empty when there is none."""
    beside = re.search(rf'id="field-{name}-error">(.*?)</div>', page, re.DOTALL)
    under = re.search(rf'<p [^>]*id="field-{name}">(.*?)</p>', page, re.DOTALL)
    found = beside or under
    return "" if found is None else html.unescape(re.sub(r"<[^>]*>", "", found[1])).strip()


def value_of(page: str, name: str) -> list[str]:
    """The values of all input fields of this name, in order."""
    tags = re.findall(rf'<input [^>]*name="{name}"[^>]*>', page)
    return [html.unescape(found[1]) for tag in tags if (found := re.search(r' value="([^"]*)"', tag))]


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collect every statement that reaches the database."""
    statements: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            statements.append(record.getMessage())

    logger, collector = logging.getLogger("peewee"), Collector(logging.DEBUG)
    old = logger.level
    logger.addHandler(collector)
    logger.setLevel(logging.DEBUG)
    yield statements
    logger.removeHandler(collector)
    logger.setLevel(old)
