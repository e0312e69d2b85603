"""The links of the staff's navigation, as far as the acting user may follow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import g, request, url_for

from app.access.actors import VISITOR, Actor
from app.access.decision import allows
from app.access.permissions import Permission
from app.texts import _, mark
from app.web.features import is_there


@dataclass(frozen=True, slots=True)
class Link:
    """One entry; ``is_here``: the page shown belongs to it."""

    label: str
    icon: str
    url: str
    is_here: bool


_SETUP = (
    Permission.MANAGE_SETTINGS,
    Permission.MANAGE_RESOURCES,
    Permission.MANAGE_SERVICES,
    Permission.MANAGE_HOURS,
    Permission.MANAGE_USERS,
)
ENTRIES = (
    ("today.index", mark("Today"), "sun", (Permission.SEE_TITLES,)),
    ("calendar.day", mark("Calendar"), "calendar3", (Permission.SEE_BUSY,)),
    ("bookings.index", mark("Bookings"), "list-ul", (Permission.SEE_TITLES,)),
    ("find.show", mark("Find a time"), "calendar-range", (Permission.BOOK_FOR_OTHERS,)),
    ("requests.index", mark("Requests"), "inbox", (Permission.APPROVE, Permission.DECLINE)),
    ("clients.index", mark("Clients"), "people", (Permission.SEE_CONTACTS,)),
    ("waiting.index", mark("Waiting list"), "hourglass-split", (Permission.SEE_CONTACTS,)),
    ("outbox.index", mark("Messages"), "envelope", (Permission.SEE_MESSAGES,)),
    ("setup.index", mark("Set-up"), "gear", _SETUP),
    ("audit.index", mark("Audit log"), "journal-text", (Permission.READ_AUDIT,)),
)

PARTS_OF: Mapping[str, str] = {"data_register": "setup", "export": "setup"}
"""Pages with an address of their own that are reached from another entry's page."""


def shown_actor() -> Actor:
    """Return who is signed in if this request has asked for that, else the visitor; never asks the database."""
    found: Actor = g.get("actor", VISITOR)
    return found


def navigation() -> list[Link]:
    """Return the links that the acting user may follow; none for visitors."""
    actor = shown_actor()
    if not actor.is_staff:
        return []
    here = PARTS_OF.get(request.blueprint or "", request.blueprint)
    return [
        Link(_(label), icon, url_for(endpoint), endpoint.partition(".")[0] == here)
        for endpoint, label, icon, permissions in ENTRIES
        if any(allows(actor, one) for one in permissions) and is_there(endpoint)
    ]
